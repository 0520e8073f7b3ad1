package hacert.rotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.result.Json;
import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps the journal of the open or the last rotation on this host. */
final class JournalStore {
  private final StateDirectory state;

  JournalStore(StateDirectory state) {
    this.state = state;
  }

  /**
   * The journal as it was last saved.
   *
   * @throws HostException with {@code JOURNAL_UNREADABLE}
   */
  Optional<Journal> load() throws HostException {
    return load(state.journal());
  }

  /**
   * How a rotation has ended on this node; empty while it is open, or if nothing is known of it.
   *
   * @throws HostException with {@code JOURNAL_UNREADABLE}
   */
  Optional<Outcome> outcome(String rotation) throws HostException {
    Optional<Journal> last = load().filter(j -> j.rotation().equals(rotation));
    // The copy is written first: as long as the journal itself is open, so is the rotation.
    Optional<Journal> known = last.isPresent() ? last : load(archived(rotation));
    return known.map(Journal::outcome);
  }

  /**
   * The rotations that have ended on this node, the newest first. One that is written in a format
   * of long ago is passed over: nothing that is to be done hangs on it.
   */
  List<Journal> ended() throws HostException {
    List<Journal> ended = new ArrayList<>();
    for (Path rotation : Trees.list(state.rotations())) {
      try {
        load(archived(rotation.getFileName().toString())).ifPresent(j -> ended.add(0, j));
      } catch (HostException e) {
        continue;
      }
    }
    return ended;
  }

  private static Optional<Journal> load(Path path) throws HostException {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try {
      JsonNode tree = Json.mapper().readTree(Files.readAllBytes(path));
      String schema = tree.path("schema").asText();
      if (!Journal.SCHEMA.equals(schema)) {
        throw unreadable(path, "its format is '" + schema + "', expected " + Journal.SCHEMA);
      }
      return Optional.of(Json.mapper().treeToValue(tree, Journal.class));
    } catch (IOException e) {
      throw unreadable(path, e.getMessage());
    }
  }

  void save(Journal journal) throws HostException {
    AtomicFiles.write(state.journal(), bytes(journal), FileMeta.mine(0600));
  }

  /** Keeps a copy beside what else belongs to the rotation. */
  void archive(Journal journal) throws HostException {
    Path directory = state.rotation(journal.rotation());
    AtomicFiles.directories(directory, 0700);
    AtomicFiles.write(archived(journal.rotation()), bytes(journal), FileMeta.mine(0600));
  }

  private Path archived(String rotation) {
    return state.rotation(rotation).resolve("journal.json");
  }

  private static byte[] bytes(Journal journal) {
    try {
      return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(journal);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a journal is plain data", e);
    }
  }

  private static HostException unreadable(Path path, String why) {
    return new HostException(
        "JOURNAL_UNREADABLE",
        "The journal " + path + " cannot be read: " + why + ".",
        "Do not delete it: it says what state this node is in. Use the version of this program that"
            + " wrote it, or read it and the newest RESTORE.txt below generations/.");
  }
}
