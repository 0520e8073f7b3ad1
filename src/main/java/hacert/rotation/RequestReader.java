package hacert.rotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import hacert.host.HostException;
import hacert.result.Json;
import hacert.target.Secret;
import java.io.ByteArrayInputStream;
import java.io.CharConversionException;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a request and its secrets: one JSON object, one NUL, then for each name in {@code secrets}
 * four bytes of length, big-endian, and the bytes.
 */
public final class RequestReader {
  private static final int LONGEST_REQUEST = 32 << 20;

  /** A package of openGauss is the longest. */
  private static final int LONGEST_SECRET = 4 << 20;

  private static final int MOST_SECRETS = 32;

  /** Lies beside the directories of the clusters. */
  private static final String PROGRAM = "lib";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final Set<String> OPERATIONS =
      Set.of("discover", "decide", "stage", "apply", "confirm", "close", "rollback", "purge");

  private RequestReader() {}

  /** A request with its secrets. */
  public record Call(Request request, Secrets secrets) {}

  /**
   * Reads to the end of the last secret.
   *
   * @throws HostException with {@code REQUEST_INVALID} if it is no such request
   * @throws IOException if the stream cannot be read
   */
  public static Call read(InputStream in) throws HostException, IOException {
    byte[] all = in.readNBytes(LONGEST_REQUEST + 1);
    try {
      if (all.length > LONGEST_REQUEST) {
        throw invalid("it is longer than " + LONGEST_REQUEST + " bytes");
      }
      int end = 0;
      while (end < all.length && all[end] != 0) {
        end++;
      }
      Request request = parse(all, end);
      check(request);
      return new Call(request, secrets(request, all, Math.min(end + 1, all.length)));
    } finally {
      Arrays.fill(all, (byte) 0);
    }
  }

  private static Request parse(byte[] all, int end) throws HostException, IOException {
    try {
      Request request =
          Json.mapper()
              .readerFor(Request.class)
              .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
              .readValue(all, 0, end);
      if (request == null) {
        throw invalid("it is empty");
      }
      return request;
    } catch (JsonProcessingException e) {
      throw invalid(e.getOriginalMessage());
    } catch (CharConversionException e) {
      throw invalid("it is not UTF-8");
    }
  }

  private static void check(Request request) throws HostException {
    if (!Request.SCHEMA.equals(request.schema())) {
      throw invalid(
          "its schema is '"
              + request.schema()
              + "', and this program reads "
              + Request.SCHEMA
              + "; install the jar that belongs to the playbooks");
    }
    if (request.operation() == null || !OPERATIONS.contains(request.operation())) {
      throw invalid("operation must be one of " + String.join(", ", OPERATIONS));
    }
    if (request.cluster() == null || !NAME.matcher(request.cluster()).matches()) {
      throw invalid("cluster must be a name of letters, digits, '.', '_' and '-'");
    }
    if (request.cluster().equals(PROGRAM)) {
      throw invalid("cluster must have another name than the program's own directory, " + PROGRAM);
    }
    if (request.target() == null || request.profile() == null) {
      throw invalid("target and profile are needed");
    }
    if (request.node() == null
        || request.node().name() == null
        || !NAME.matcher(request.node().name()).matches()) {
      throw invalid("node.name must be a name of letters, digits, '.', '_' and '-'");
    }
    if (!request.peers().stream()
        .allMatch(p -> p.name() != null && NAME.matcher(p.name()).matches())) {
      throw invalid("peers must have names of letters, digits, '.', '_' and '-'");
    }
    if (request.holder() == null
        || request.holder().host() == null
        || request.holder().process() == null) {
      throw invalid("holder.host and holder.process are needed");
    }
    Plan plan = request.plan();
    boolean pinned = !Set.of("discover", "decide", "purge").contains(request.operation());
    if (pinned && (plan == null || !plan.complete())) {
      throw invalid(request.operation() + " needs the plan that decide gave");
    }
    if (pinned && !NAME.matcher(plan.rotation()).matches()) {
      throw invalid("plan.rotation is no id of a rotation");
    }
    if (pinned && !plan.order().contains(request.node().name())) {
      throw invalid("node '" + request.node().name() + "' is not in the plan");
    }
  }

  private static Secrets secrets(Request request, byte[] all, int from)
      throws HostException, IOException {
    if (request.secrets().size() > MOST_SECRETS) {
      throw invalid("it names more than " + MOST_SECRETS + " secrets");
    }
    Map<String, Secret> byName = new LinkedHashMap<>();
    DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(all, from, all.length - from));
    boolean complete = false;
    try {
      for (String name : request.secrets()) {
        if (name == null || byName.containsKey(name)) {
          throw invalid("secret '" + name + "' is named twice, or has no name");
        }
        if (in.available() < Integer.BYTES) {
          throw invalid("it ends before secret '" + name + "'");
        }
        int length = in.readInt();
        if (length < 0 || length > LONGEST_SECRET || length > in.available()) {
          throw invalid("secret '" + name + "' has no valid length");
        }
        byName.put(name, new Secret(in.readNBytes(length)));
      }
      complete = true;
      return new Secrets(byName);
    } finally {
      if (!complete) {
        byName.values().forEach(Secret::close);
      }
    }
  }

  static HostException invalid(String what) {
    return new HostException(
        "REQUEST_INVALID",
        "The request cannot be used: " + what + ".",
        "Run the playbooks and the jar of one version; docs/protocol.md describes requests.");
  }
}
