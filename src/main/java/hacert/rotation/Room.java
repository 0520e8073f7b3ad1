package hacert.rotation;

import hacert.host.FreeSpace;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Entry;
import hacert.result.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether everything that a rotation writes on this node will fit, on each file system that it
 * writes to: found out before anything is written.
 */
final class Room {
  /** Beside the copies: journal, results, and what the vendor's scripts print, in bytes. */
  private static final long STATE_BYTES = 16L << 20;

  private static final long STATE_FILES = 64;

  /** Beside a second copy of what is there: what a vendor's script puts down for a while. */
  private static final long WORK_BYTES = 1L << 20;

  private static final long WORK_FILES = 16;

  private final Site site;

  Room(Site site) {
    this.site = site;
  }

  /**
   * @param bytes how many
   * @param files how many files and directories
   */
  private record Need(long bytes, long files) {
    Need and(Need other) {
      return new Need(bytes + other.bytes, files + other.files);
    }
  }

  /**
   * Checks for what is installed, which is copied, replaced, and perhaps restored.
   *
   * @throws RefusedException with a {@code DISK_FULL} for each file system that is too full
   */
  void check(Snapshot installed) throws HostException, RefusedException {
    Map<Long, TreeMap<Path, Need>> needed = new LinkedHashMap<>();
    for (Map.Entry<Path, Need> one : needs(installed).entrySet()) {
      needed
          .computeIfAbsent(FreeSpace.device(one.getKey()), device -> new TreeMap<>())
          .put(one.getKey(), one.getValue());
    }
    List<Finding> findings = new ArrayList<>();
    for (TreeMap<Path, Need> places : needed.values()) {
      judge(FreeSpace.of(site.host().commands(), places.firstKey()), places, findings);
    }
    if (!findings.isEmpty()) {
      throw new RefusedException(findings);
    }
  }

  private static void judge(FreeSpace left, Map<Path, Need> places, List<Finding> findings) {
    Need all = places.values().stream().reduce(new Need(0, 0), Need::and);
    if (left.bytes() < all.bytes()) {
      findings.add(full(places, left.bytes(), "bytes", all.bytes()));
    }
    if (left.files().isPresent() && left.files().getAsLong() < all.files()) {
      findings.add(full(places, left.files().getAsLong(), "inodes", all.files()));
    }
  }

  private static Finding full(Map<Path, Need> places, long free, String of, long needed) {
    String where = String.join(", ", places.keySet().stream().map(Path::toString).toList());
    return Finding.error(
        "DISK_FULL",
        String.format(
            "The file system of %s has %d %s free for this user; %d are needed. Nothing was"
                + " changed.",
            where, free, of, needed),
        "Make room there. The state directory can be moved with hacert_state_dir.");
  }

  private Map<Path, Need> needs(Snapshot installed) throws HostException {
    Map<Path, Need> needs = new TreeMap<>();
    // The backup, the new generation and the staged bundle.
    Need everything = sum(installed.entries());
    Need state =
        new Need(STATE_BYTES + 3 * everything.bytes(), STATE_FILES + 3 * everything.files());
    needs.merge(site.state().root(), state, Need::and);
    for (String root : installed.roots()) {
      Path path = Path.of(root);
      Path directory = Files.isDirectory(path) ? path : path.getParent();
      needs.putIfAbsent(directory, new Need(WORK_BYTES, WORK_FILES));
      needs.merge(directory, sum(below(installed, root)), Need::and);
    }
    for (Path directory : site.node().scratchDirectories()) {
      Need scratch = new Need(WORK_BYTES + everything.bytes(), WORK_FILES + everything.files());
      needs.merge(directory, scratch, Need::and);
    }
    return needs;
  }

  private static List<Entry> below(Snapshot installed, String root) {
    return installed.entries().stream()
        .filter(e -> e.path().equals(root) || e.path().startsWith(root + "/"))
        .toList();
  }

  private static Need sum(List<Entry> entries) {
    return new Need(entries.stream().mapToLong(Entry::size).sum(), entries.size());
  }
}
