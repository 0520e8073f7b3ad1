package hacert.rotation;

import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Aspect;
import hacert.host.Snapshot.Difference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Whether an older generation can be brought back without undoing what others have changed since.
 *
 * <p>The rollback set holds more than certificates: the configuration in which the system keeps the
 * password of the key. Which part of it that is, no vendor documents; but each rotation has shown
 * what a replacement changes there. A difference that no kept rotation has made is somebody else's.
 */
final class ForeignChanges {
  private static final int MOST_TOLD = 5;

  private final Site site;

  ForeignChanges(Site site) {
    this.site = site;
  }

  /**
   * A difference outside of certificates and keys.
   *
   * @param path of the file
   * @param what what differs there, for people
   * @param mark which part of its content; never shown
   */
  private record Change(String path, String what, String mark) {
    /** Never the mark. */
    @Override
    public String toString() {
      return path + " (" + what + ")";
    }
  }

  /** A state of the rollback set, and where its files can be read. */
  private record State(Snapshot manifest, Function<Path, Optional<byte[]>> content) {}

  /**
   * Refuses a generation that would undo changes of others.
   *
   * @throws HostException with {@code CONFIGURATION_DIFFERS}
   */
  void check(Generation wanted) throws HostException {
    Set<Change> foreign = between(kept(wanted), installed());
    if (foreign.isEmpty()) {
      return;
    }
    TreeMap<Integer, Generation> all = site.generations().all();
    for (Generation g : all.values()) {
      Generation before = all.get(g.from());
      if (before != null) {
        foreign.removeAll(between(kept(before), kept(g)));
      }
    }
    if (!foreign.isEmpty()) {
      List<String> told =
          foreign.stream().map(Change::toString).distinct().limit(MOST_TOLD).toList();
      throw new HostException(
          "CONFIGURATION_DIFFERS",
          "Generation "
              + wanted.number()
              + " would bring back more than certificates, keys and their password: since then"
              + " something else than a rotation has changed "
              + String.join(", ", told)
              + (foreign.size() > told.size() ? " and more" : "")
              + ". Nothing was changed.",
          "Compare these files with their copies below "
              + site.state().generation(wanted.number())
              + ". Choose a newer generation, or put these files right first; RESTORE.txt there"
              + " brings everything back by hand.");
    }
  }

  private State kept(Generation generation) {
    Path copies = site.state().generation(generation.number());
    return new State(generation.manifest(), path -> generation.manifest().contentOf(copies, path));
  }

  private State installed() throws HostException {
    return new State(site.installed(), ForeignChanges::read);
  }

  private static Optional<byte[]> read(Path path) {
    try {
      return Optional.of(Files.readAllBytes(path));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Set<Change> between(State one, State other) throws HostException {
    Set<Change> changes = new LinkedHashSet<>();
    for (Difference d : GenerationStore.differences(one.manifest(), other.manifest())) {
      Path path = Path.of(d.path());
      if (site.node().isCertificate(path)) {
        continue;
      }
      if (d.aspect() == Aspect.CONTENT) {
        content(path, one, other, changes);
      } else {
        changes.add(new Change(d.path(), word(d.aspect()), ""));
      }
    }
    return changes;
  }

  /** The same in both directions. */
  private static String word(Aspect aspect) {
    return switch (aspect) {
      case ADDED, REMOVED -> "there or not";
      case OWNER -> "owner";
      case MODE -> "mode";
      case TYPE, CONTENT, TIME -> "kind";
    };
  }

  private static void content(Path path, State one, State other, Set<Change> changes) {
    byte[] first = one.content().apply(path).orElse(new byte[0]);
    byte[] second = other.content().apply(path).orElse(new byte[0]);
    Set<String> marks = LineChanges.between(first, second);
    Arrays.fill(first, (byte) 0);
    Arrays.fill(second, (byte) 0);
    // A link has no content of its own.
    (marks.isEmpty() ? Set.of("") : marks)
        .forEach(mark -> changes.add(new Change(path.toString(), "content", mark)));
  }
}
