package hacert.rotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Aspect;
import hacert.host.Snapshot.Difference;
import hacert.result.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Keeps the generations of this node. */
final class GenerationStore {
  private static final String MANIFEST = "generation.json";

  private final StateDirectory state;

  GenerationStore(StateDirectory state) {
    this.state = state;
  }

  /**
   * All that are kept whole, by number.
   *
   * @throws HostException with {@code GENERATION_UNREADABLE} or {@code FILE_NOT_READABLE}
   */
  TreeMap<Integer, Generation> all() throws HostException {
    TreeMap<Integer, Generation> all = new TreeMap<>();
    for (Path directory : Trees.list(state.generations())) {
      Path manifest = directory.resolve(MANIFEST);
      // The manifest is written last: a directory without one was cut off and counts for nothing.
      if (Files.exists(manifest)) {
        Generation g = read(manifest);
        all.put(g.number(), g);
      }
    }
    return all;
  }

  private static Generation read(Path manifest) throws HostException {
    try {
      return Json.read(Files.readAllBytes(manifest), Generation.class);
    } catch (IOException e) {
      throw new HostException(
          "GENERATION_UNREADABLE",
          "The kept generation " + manifest + " cannot be read: " + e.getMessage(),
          "Do not delete it: it may be the only way back. Use the version of this program that"
              + " wrote it.");
    }
  }

  Generation get(int number) throws HostException {
    Generation g = all().get(number);
    if (g == null) {
      throw new HostException(
          "NO_GENERATION",
          "Generation " + number + " is not kept below " + state.generations() + ".",
          "Choose a kept one with -e hacert_generation=N.");
    }
    return g;
  }

  /** Copies the files of the manifest and records the generation. */
  void keep(Generation generation, String restartByHand) throws HostException {
    Path directory = state.generation(generation.number());
    AtomicFiles.directories(directory, 0700);
    generation.manifest().copyTo(directory);
    describe(generation, restartByHand);
  }

  /** Records what is told of a generation whose files are there. */
  void describe(Generation generation, String restartByHand) throws HostException {
    Path directory = state.generation(generation.number());
    AtomicFiles.write(
        directory.resolve("RESTORE.txt"),
        RestoreText.of(generation, directory, restartByHand).getBytes(StandardCharsets.UTF_8),
        FileMeta.mine(0600));
    try {
      AtomicFiles.write(
          directory.resolve(MANIFEST),
          Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(generation),
          FileMeta.mine(0600));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a manifest is plain data", e);
    }
  }

  /** The kept generations that equal what is installed, the newest first. */
  List<Generation> equal(Snapshot installed) throws HostException {
    return all().descendingMap().values().stream()
        .filter(g -> differences(g.manifest(), installed).isEmpty())
        .toList();
  }

  /** The newest of them that is proven: what is installed is known to work then. */
  Optional<Generation> equalProven(Snapshot installed) throws HostException {
    return equal(installed).stream().filter(Generation::proven).findFirst();
  }

  /** What differs, times of change aside. */
  static List<Difference> differences(Snapshot old, Snapshot now) {
    return Snapshot.differences(old, now).stream().filter(d -> d.aspect() != Aspect.TIME).toList();
  }

  /**
   * Removes the oldest but {@code keep} and the numbers named, and what was cut off while it was
   * copied or removed.
   */
  void prune(int keep, List<Integer> never) throws HostException {
    List<Integer> numbers = List.copyOf(all().keySet());
    for (int number : numbers.subList(0, Math.max(0, numbers.size() - Math.max(0, keep)))) {
      if (!never.contains(number)) {
        remove(number);
      }
    }
    for (Path directory : Trees.list(state.generations())) {
      if (!Files.exists(directory.resolve(MANIFEST))) {
        Trees.remove(directory);
      }
    }
  }

  /** Removes a generation with its private keys; one that is cut off counts for nothing. */
  void remove(int number) throws HostException {
    AtomicFiles.remove(state.generation(number).resolve(MANIFEST));
    Trees.remove(state.generation(number));
  }
}
