package hacert.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import hacert.result.Json;
import hacert.rotation.Settings;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of README.md and docs against what the program takes. */
class TablesTest {
  private static final String SPECS = "roles/rotation/meta/argument_specs.yml";
  private static final String PROFILES = "src/main/resources/hacert/profiles/";

  @Test
  void readme_lists_every_setting_of_the_inventory_with_its_type() throws IOException {
    Map<String, String> wanted = new TreeMap<>();
    options()
        .properties()
        .forEach(
            o ->
                wanted.put(
                    o.getKey(),
                    o.getValue().path("type").asText()
                        + (o.getValue().path("required").asBoolean() ? " required" : "")));
    Map<String, String> told = new TreeMap<>();
    for (List<String> row : settings()) {
      told.put(
          Pages.unquoted(row.get(0)),
          row.get(1) + (row.get(2).equals("required") ? " required" : ""));
    }
    assertThat(told).isEqualTo(wanted);
  }

  @Test
  void readme_names_every_choice_and_part_of_a_setting() throws IOException {
    JsonNode options = options();
    for (List<String> row : settings()) {
      JsonNode option = options.path(Pages.unquoted(row.get(0)));
      option
          .path("options")
          .fieldNames()
          .forEachRemaining(part -> assertThat(row.get(3)).contains("`" + part + "`"));
      option
          .path("choices")
          .forEach(
              c -> assertThat(row.get(2) + row.get(3)).as("%s", row).contains(quoted(c.asText())));
    }
  }

  /** Where a default holds no value, as {@code ""} or 0, the column says in words what counts. */
  @Test
  void readme_tells_the_defaults_that_the_program_has() throws IOException {
    Map<String, String> wanted = defaults();
    Map<String, String> told = new TreeMap<>();
    for (List<String> row : settings()) {
      String name = Pages.unquoted(row.get(0)).replace("hacert_", "");
      if (wanted.containsKey(name)) {
        told.put(name, Pages.unquoted(row.get(2)).replace("none", "[]"));
      }
    }
    assertThat(told).hasSizeGreaterThan(15).isEqualTo(wanted);
  }

  private static Map<String, String> defaults() throws IOException {
    Map<String, String> defaults = new TreeMap<>();
    JsonNode settings = Json.mapper().valueToTree(Settings.defaults());
    for (JsonNode holder : List.of(settings, settings.path("options"))) {
      for (Map.Entry<String, JsonNode> field : holder.properties()) {
        JsonNode value = field.getValue();
        String text = value.isArray() ? value.toString() : value.asText();
        if (!text.isEmpty() && !text.equals("0")) {
          defaults.put(field.getKey(), text);
        }
      }
    }
    // No choice of the inventory: README says what it comes to.
    assertThat(defaults.remove("source")).isEqualTo("auto");
    defaults.put("canary", turn("canary"));
    defaults.put("max_failed_clusters", turn("max_failed"));
    return defaults;
  }

  private static String turn(String argument) throws IOException {
    Matcher argued =
        Pattern.compile("\"" + argument + "\": \\{\"type\": \"int\", \"default\": (\\d+)}")
            .matcher(Pages.text("plugins/action/hacert_turn.py"));
    assertThat(argued.find()).as(argument).isTrue();
    return argued.group(1);
  }

  private static String quoted(String text) {
    return "`" + text + "`";
  }

  @Test
  void protocol_lists_every_setting_of_a_request() throws IOException {
    String page = Pages.text("docs/protocol.md");
    String section = page.substring(page.indexOf("### Settings"), page.indexOf("## The result"));
    List<String> told =
        section
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("`")[1])
            .toList();
    List<String> wanted =
        Stream.of(Settings.class.getRecordComponents())
            .map(c -> c.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
            .toList();
    assertThat(told).containsExactlyInAnyOrderElementsOf(wanted);
  }

  @Test
  void profiles_page_lists_every_key_with_its_values() throws IOException {
    Map<String, String> two = flat("mrs-2x");
    Map<String, String> three = flat("mrs-3x");
    Map<String, List<String>> told = profileRows(4);
    assertThat(told.keySet()).isEqualTo(two.keySet()).isEqualTo(three.keySet());
    told.forEach(
        (key, row) -> {
          assertThat(value(row.get(1))).as(key).isEqualTo(two.get(key));
          if (row.get(2).equals("same")) {
            assertThat(three.get(key)).as(key).isEqualTo(two.get(key));
          } else if (row.get(2).equals("the same without `:`")) {
            assertThat(three.get(key)).as(key).isEqualTo(two.get(key).replace(":", ""));
          } else {
            assertThat(value(row.get(2))).as(key).isEqualTo(three.get(key));
          }
        });
  }

  @Test
  void profiles_page_lists_every_key_of_opengauss_with_its_value() throws IOException {
    Map<String, String> told = new TreeMap<>();
    profileRows(3).forEach((key, row) -> told.put(key, value(row.get(1))));
    assertThat(told).isEqualTo(flat("opengauss"));
  }

  /** Rows of the table of profiles that has so many columns, by key. */
  private static Map<String, List<String>> profileRows(int columns) throws IOException {
    Map<String, List<String>> rows = new TreeMap<>();
    for (List<String> row : Pages.rows("docs/profiles.md")) {
      if (row.size() == columns) {
        assertThat(rows.put(Pages.unquoted(row.get(0)), row)).as("%s", row).isNull();
      }
    }
    return rows;
  }

  private static String value(String cell) {
    String text = cell.equals("none") ? "" : cell;
    return text.startsWith("``") ? Pages.unquoted(text) : text.replace("`", "");
  }

  private static List<List<String>> settings() throws IOException {
    return Pages.rows("README.md").stream()
        .filter(row -> row.get(0).startsWith("`hacert_"))
        .toList();
  }

  private static JsonNode options() throws IOException {
    return new YAMLMapper()
        .readTree(new File(SPECS))
        .path("argument_specs")
        .path("preflight")
        .path("options");
  }

  private static Map<String, String> flat(String profile) throws IOException {
    Map<String, String> flat = new TreeMap<>();
    flatten("", new YAMLMapper().readTree(new File(PROFILES + profile + ".yaml")), flat);
    return flat;
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      JsonNode value = field.getValue();
      if (value.isObject()) {
        flatten(prefix + field.getKey() + ".", value, into);
      } else if (value.isArray()) {
        List<String> texts = new java.util.ArrayList<>();
        value.forEach(v -> texts.add(v.asText()));
        into.put(prefix + field.getKey(), String.join(", ", texts));
      } else {
        into.put(prefix + field.getKey(), value.asText());
      }
    }
  }
}
