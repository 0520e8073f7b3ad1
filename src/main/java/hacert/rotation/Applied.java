package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Difference;
import hacert.result.Json;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What the journal says of an apply on this node. */
final class Applied {
  private Applied() {}

  /** What was installed; empty until the last file of an apply was written. */
  static Optional<Snapshot> snapshot(Journal journal) {
    return journal
        .entry(Phase.APPLY_RESTART)
        .map(e -> e.data().path("installed"))
        .filter(JsonNode::isObject)
        .map(node -> Json.mapper().convertValue(node, Snapshot.class));
  }

  /**
   * How certificates and keys differ from what was installed; empty where no apply has written its
   * last file.
   */
  static Optional<List<Difference>> foreign(Site site, Journal journal, Snapshot now)
      throws HostException {
    List<String> certificates =
        site.node().certificateDirectories().stream().map(p -> p + "/").toList();
    return snapshot(journal)
        .map(
            after ->
                GenerationStore.differences(after, now).stream()
                    .filter(d -> certificates.stream().anyMatch(d.path()::startsWith))
                    .toList());
  }

  /** Whether a file was written here, as far as the journal knows. */
  static boolean hasWritten(Journal journal) {
    return journal.entries().stream()
        .anyMatch(
            e ->
                e.step().startsWith(Phase.APPLY + ".")
                    && !e.step().equals(Phase.APPLY_STOP)
                    && e.state() == Journal.State.DONE);
  }

  /** The directory of the last restart that an apply began. */
  static Path restartDirectory(StateDirectory state, Journal journal) {
    int attempt =
        journal.entry(Phase.APPLY_RESTART).map(e -> e.data().path("attempt").asInt(1)).orElse(1);
    return restartDirectory(state, journal.rotation(), attempt);
  }

  static Path restartDirectory(StateDirectory state, String rotation, int attempt) {
    return state.rotation(rotation).resolve("restart-" + attempt);
  }

  static Path rollbackDirectory(StateDirectory state, String rotation, int attempt) {
    return state.rotation(rotation).resolve("restart-back-" + attempt);
  }

  /** The service's process start just before the restart; that of the stage where none began. */
  static String startBefore(Journal journal) {
    return journal
        .entry(Phase.APPLY_RESTART)
        .map(e -> e.data().path("start").asText(""))
        .filter(start -> !start.isEmpty())
        .orElse(journal.serviceStart());
  }

  /** The service's process start once this node was back; empty where that is not known. */
  static String startBack(Journal journal) {
    return journal
        .entry(Phase.ROLLBACK_RESTART)
        .map(e -> e.data().path("back").asText(""))
        .orElse("");
  }

  /** When the last file of an apply was written; empty if none was. */
  static Optional<Instant> installed(Journal journal) {
    return journal.entries().stream()
        .filter(
            e -> e.step().startsWith(Phase.APPLY + ".") && !e.step().equals(Phase.APPLY_RESTART))
        .map(Journal.Entry::ended)
        .filter(Objects::nonNull)
        .max(Instant::compareTo);
  }

  /** Data of the restart step, put into the journal before it begins. */
  static JsonNode restartData(int attempt, String startBefore, Snapshot installed) {
    var data = Json.mapper().createObjectNode().put("attempt", attempt).put("start", startBefore);
    data.set("installed", Json.mapper().valueToTree(installed));
    return data;
  }
}
