package hacert.target;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import hacert.host.HostException;
import hacert.result.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The built-in profiles: the values of one vendor version each, as YAML resources {@code
 * hacert/profiles/NAME.yaml}.
 */
public final class Profiles {
  private Profiles() {}

  /**
   * Reads a profile and lays overrides over it.
   *
   * @param name name of the profile, as {@code mrs-2x}
   * @param target name of the target that asks; the profile must be one of it
   * @param overrides object whose keys replace the profile's, nested objects key by key
   * @param type record whose components are the profile's keys
   * @throws HostException with {@code PROFILE_UNKNOWN} or {@code PROFILE_INVALID}
   */
  public static <T> T load(String name, String target, JsonNode overrides, Class<T> type)
      throws HostException {
    if (!name.matches("[a-z0-9][a-z0-9.-]*")) {
      throw unknown(name, target);
    }
    try (InputStream in =
        Profiles.class.getResourceAsStream("/hacert/profiles/" + name + ".yaml")) {
      if (in == null) {
        throw unknown(name, target);
      }
      ObjectNode values = (ObjectNode) new YAMLMapper().readTree(in);
      if (!target.equals(values.path("target").asText())) {
        throw unknown(name, target);
      }
      values.remove("target");
      if (overrides instanceof ObjectNode object) {
        lay(object, values);
      } else if (overrides != null && !overrides.isNull()) {
        throw invalid(name, "expected keys and values, got " + overrides.getNodeType());
      }
      return Json.mapper()
          .readerFor(type)
          .with(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .readValue(values);
    } catch (JsonProcessingException e) {
      throw invalid(name, e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads overrides as a person wrote them.
   *
   * @param yaml content of a file: one YAML mapping
   * @throws HostException with {@code PROFILE_INVALID}
   */
  public static ObjectNode overrides(byte[] yaml) throws HostException {
    try {
      if (new YAMLMapper().readTree(yaml) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      throw unread(e.getMessage());
    }
    throw unread("it is no mapping of keys to values");
  }

  private static HostException unread(String why) {
    return new HostException(
        "PROFILE_INVALID",
        "The file of overrides of a profile cannot be read: " + why,
        "Correct the keys in hacert_profile_file; docs/profiles.md lists them.");
  }

  private static void lay(ObjectNode overrides, ObjectNode values) {
    for (Map.Entry<String, JsonNode> field : overrides.properties()) {
      JsonNode present = values.get(field.getKey());
      if (present instanceof ObjectNode below && field.getValue() instanceof ObjectNode above) {
        lay(above, below);
      } else {
        values.set(field.getKey(), field.getValue());
      }
    }
  }

  private static HostException invalid(String name, String why) {
    return new HostException(
        "PROFILE_INVALID",
        "Profile " + name + " with its overrides does not fit: " + why,
        "Correct the keys in hacert_profile_file; docs/profiles.md lists them.");
  }

  private static HostException unknown(String name, String target) {
    return new HostException(
        "PROFILE_UNKNOWN",
        "There is no profile '" + name + "' for target " + target + ".",
        "Set hacert_profile to one of the built-in profiles (docs/profiles.md).");
  }
}
