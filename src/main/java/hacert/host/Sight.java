package hacert.host;

import hacert.host.Snapshot.Limits;
import java.nio.file.Path;
import java.util.List;

/**
 * What stands in some directories as far as this user may read it. A file that it may not read is
 * there without a hash, and so equals none; a directory that it may not list is there without what
 * is in it.
 *
 * @param snapshot what was seen
 * @param unreadable each with code {@code FILE_NOT_READABLE}, the path and what to do
 */
public record Sight(Snapshot snapshot, List<HostException> unreadable) {
  /** Copies the list. */
  public Sight {
    unreadable = List.copyOf(unreadable);
  }

  /**
   * Looks at these directories or files.
   *
   * @throws HostException as {@link Snapshot#of}, but for what cannot be read
   */
  public static Sight of(List<Path> roots, Limits limits) throws HostException {
    List<Path> places = roots.stream().map(root -> root.toAbsolutePath().normalize()).toList();
    SnapshotScan scan = new SnapshotScan(limits);
    scan.addAll(places);
    return new Sight(
        new Snapshot(places.stream().map(Path::toString).toList(), scan.entries(), scan.skipped()),
        scan.unreadable());
  }
}
