package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.host.Sha256;
import hacert.result.Json;
import hacert.target.Bundle;
import hacert.target.InstallSpec;
import hacert.target.RestartNeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/** The bundle as it lies staged on this node. */
final class StagedBundle {
  /** Where what is told of a staged bundle says what has to be started anew. */
  static final String RESTART = "restart";

  private static final long LARGEST_FILE = 1 << 20;

  private StagedBundle() {}

  static Bundle read(Path directory) throws HostException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (Stream<Path> listed = Files.list(directory)) {
      for (Path file : listed.sorted().toList()) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            || Files.size(file) > LARGEST_FILE) {
          throw missing(directory, file + " is no regular file of a sensible size");
        }
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw missing(directory, e.toString());
    }
    if (files.isEmpty()) {
      throw missing(directory, "it is empty");
    }
    return new Bundle(files);
  }

  /** Puts it there, file by file. */
  static void write(Path directory, Bundle bundle) throws HostException {
    AtomicFiles.directories(directory, 0700);
    for (Map.Entry<String, byte[]> file : bundle.files().entrySet()) {
      AtomicFiles.write(directory.resolve(file.getKey()), file.getValue(), FileMeta.mine(0600));
    }
  }

  /** Removes the bundle of a rotation, and the key that it was sealed to. */
  static void remove(StateDirectory state, String rotation) throws HostException {
    Trees.remove(state.bundle(rotation));
    Trees.remove(state.recipient(rotation));
    Trees.remove(InstallSpec.secrets(state.rotation(rotation)));
  }

  /** The rotation that has ended, and whose call was cut off before {@link #remove}. */
  static Optional<String> outlived(StateDirectory state) throws HostException {
    return new JournalStore(state)
        .load()
        .filter(j -> !j.isOpen())
        .map(Journal::rotation)
        .filter(
            r ->
                Stream.of(
                        state.bundle(r), state.recipient(r), InstallSpec.secrets(state.rotation(r)))
                    .anyMatch(Files::exists));
  }

  /** Removes what has outlived its rotation: it holds a key. */
  static void removeOutlived(StateDirectory state) throws HostException {
    Optional<String> rotation = outlived(state);
    if (rotation.isPresent()) {
      remove(state, rotation.get());
    }
  }

  /** SHA-256 of each file, by name. */
  static Map<String, String> hashes(Bundle bundle) {
    Map<String, String> hashes = new TreeMap<>();
    bundle.files().forEach((name, content) -> hashes.put(name, Sha256.of(content)));
    return hashes;
  }

  /** The same of the bundle that was staged; none if none was. */
  static Map<String, String> files(Journal journal) {
    return journal.texts(Phase.STAGE_BUNDLE, "files");
  }

  /** Digest of the bundle that was staged; empty if none was. */
  static String digest(Journal journal) {
    return journal.entry(Phase.STAGE_BUNDLE).map(e -> e.data().path("digest").asText()).orElse("");
  }

  /** What a node said, when it was staged, that has to be started anew. */
  static RestartNeed.Scope restart(Journal journal) {
    return journal
        .entry(Phase.STAGE_BUNDLE)
        .map(e -> restart(e.data()))
        .orElse(RestartNeed.Scope.NODE);
  }

  /** What the rotation starts anew, by what all nodes have said when they were staged. */
  static RestartNeed.Scope restart(Request request, Journal journal) {
    Plan plan = journal.plan();
    return request.staged().stream()
        .filter(r -> plan.order().contains(r.host()) && plan.proves(r, "stage", r.host()))
        .map(r -> r.data().path("staged"))
        .filter(JsonNode::isObject)
        .map(StagedBundle::restart)
        .reduce(restart(journal), BinaryOperator.maxBy(Comparator.naturalOrder()));
  }

  /** Why, in words. */
  static String restartReason(Journal journal) {
    return journal
        .entry(Phase.STAGE_BUNDLE)
        .map(e -> e.data().path("restart_why").asText())
        .orElse("");
  }

  /** The same in what its result of stage tells. */
  static RestartNeed.Scope restart(JsonNode staged) {
    JsonNode told = staged.path(RESTART);
    // A version that does not tell knows systems only of which each node is restarted.
    return told.isMissingNode()
        ? RestartNeed.Scope.NODE
        : Json.mapper().convertValue(told, RestartNeed.Scope.class);
  }

  private static HostException missing(Path directory, String why) {
    return new HostException(
        "NOT_STAGED",
        "The staged bundle " + directory + " cannot be used: " + why + ".",
        "Run the same command again from its beginning: it stages anew.");
  }
}
