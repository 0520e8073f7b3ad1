package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import hacert.result.Change;
import hacert.result.Result;
import hacert.target.NodeIdentity;
import java.time.Instant;
import java.util.List;

/**
 * What one operation on one node is asked with; {@code docs/protocol.md} is its reference. Holds no
 * secret: only their names.
 */
public record Request(
    String schema,
    String operation,
    String cluster,
    String target,
    String profile,
    JsonNode profileOverrides,
    NodeIdentity node,
    List<NodeIdentity> peers,
    boolean check,
    Settings.Intent intent,
    Holder holder,
    List<String> deadProcesses,
    Instant asked,
    Change change,
    Settings settings,
    List<Result> found,
    List<Result> failed,
    Plan plan,
    List<Result> staged,
    Result first,
    List<Result> proven,
    List<String> secrets) {

  /** Name and version of the format. */
  public static final String SCHEMA = "hacert.request/1";

  /**
   * Who asks.
   *
   * @param host name of the machine that drives the rotation
   * @param process the driving process there, by a name that is never used twice
   */
  public record Holder(String host, String process) {}

  /** Absent parts become empty. */
  public Request {
    profileOverrides =
        profileOverrides == null ? JsonNodeFactory.instance.objectNode() : profileOverrides;
    peers = peers == null ? List.of() : List.copyOf(peers);
    intent = intent == null ? Settings.Intent.ROTATE : intent;
    deadProcesses = deadProcesses == null ? List.of() : List.copyOf(deadProcesses);
    change = change == null ? Change.NONE : change;
    settings = settings == null ? Settings.defaults() : settings;
    found = found == null ? List.of() : List.copyOf(found);
    failed = failed == null ? List.of() : List.copyOf(failed);
    staged = staged == null ? List.of() : List.copyOf(staged);
    proven = proven == null ? List.of() : List.copyOf(proven);
    secrets = secrets == null ? List.of() : List.copyOf(secrets);
  }
}
