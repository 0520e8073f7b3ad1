package hacert.host;

import hacert.host.Snapshot.Aspect;
import hacert.host.Snapshot.Difference;
import hacert.host.Snapshot.Entry;
import hacert.host.Snapshot.Type;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Brings the roots of one snapshot back to it.
 *
 * <p>What this user cannot give its owner back gets all else: a way back that ends half way leaves
 * what belongs together mixed, and that is worse.
 */
final class SnapshotRestore {
  /** How often it is restored where somebody else writes there at the same time. */
  private static final int TIMES = 3;

  private final Snapshot wanted;
  private final Map<String, Entry> wantedByPath;
  private final Path generation;
  private final Map<String, FileMeta> nearest;
  private Map<String, Entry> now = Map.of();

  /**
   * @param nearest by path, what those get, from this user, that may belong to another than before
   */
  SnapshotRestore(Snapshot wanted, Path generation, Map<String, FileMeta> nearest) {
    this.wanted = wanted;
    this.wantedByPath = wanted.byPath();
    this.generation = generation;
    this.nearest = Map.copyOf(nearest);
  }

  /**
   * Does it.
   *
   * @return how owners differ still that may do so
   */
  List<Difference> run() throws HostException {
    Sight seen = wanted.current();
    List<Difference> left = Snapshot.differences(seen.snapshot(), wanted);
    for (int time = 0; time < TIMES && left.stream().anyMatch(d -> !mayStay(d)); time++) {
      now = seen.snapshot().byPath();
      once();
      seen = wanted.current();
      // A service that still runs may write the same once more, or a file that it removes again.
      left =
          Snapshot.differences(seen.snapshot(), wanted).stream()
              .filter(d -> d.aspect() != Aspect.TIME)
              .toList();
    }
    List<Difference> wrong = left.stream().filter(d -> !mayStay(d)).toList();
    if (!wrong.isEmpty()) {
      throw incomplete(wrong, seen);
    }
    return left;
  }

  private boolean mayStay(Difference d) {
    return d.aspect() == Aspect.OWNER && nearest.containsKey(d.path());
  }

  private static HostException incomplete(List<Difference> left, Sight seen) {
    return new HostException(
        "RESTORE_INCOMPLETE",
        "After the restore "
            + left.size()
            + " things still differ from the backup: "
            + String.join("; ", left.stream().limit(10).map(Difference::toString).toList())
            + ".",
        seen.unreadable().isEmpty()
            ? "See who else writes there, and restore again; RESTORE.txt says how by hand."
            : seen.unreadable().get(0).finding().remedy());
  }

  /** What is right already is not touched. */
  private void once() throws HostException {
    removeWhatIsTooMuch();
    for (Entry entry : wanted.entries()) {
      bringBack(entry);
    }
    // The deepest first: each change inside a directory changes the time of the directory.
    for (Entry entry : reversed(wanted.entries())) {
      if (entry.type() == Type.DIRECTORY) {
        settle(entry);
      }
    }
  }

  /** Sets owner, mode and time. Of what belongs to another, this user can set neither. */
  private void settle(Entry entry) throws HostException {
    FileMeta is = FileMeta.of(entry.location());
    boolean loose = mayDiffer(entry);
    if (loose && is.owner() != given(entry).owner()) {
      return;
    }
    FileMeta meta = loose ? entry.meta().withOwnerOf(is) : entry.meta();
    if (!is.equals(meta)) {
      AtomicFiles.adjust(entry.location(), meta);
    }
  }

  private boolean mayDiffer(Entry entry) {
    return nearest.containsKey(entry.path());
  }

  private FileMeta given(Entry entry) {
    return nearest.getOrDefault(entry.path(), entry.meta());
  }

  private void removeWhatIsTooMuch() throws HostException {
    for (Entry entry : reversed(List.copyOf(now.values()))) {
      Entry want = wantedByPath.get(entry.path());
      if (want != null && want.type() == entry.type()) {
        continue;
      }
      if (want != null && want.type() != Type.DIRECTORY && entry.type() != Type.DIRECTORY) {
        // Replaced in one step later, so that the path is never empty.
        continue;
      }
      makeWritable(entry.location().getParent());
      try {
        AtomicFiles.remove(entry.location());
      } catch (HostException e) {
        if (!(e.getCause() instanceof DirectoryNotEmptyException)) {
          throw e;
        }
        // It holds a socket or the like, which is left alone; the check at the end reports it.
      }
    }
  }

  private void bringBack(Entry entry) throws HostException {
    Entry is = now.get(entry.path());
    boolean sameKind = is != null && is.type() == entry.type();
    Path path = entry.location();
    switch (entry.type()) {
      case DIRECTORY -> {
        if (!sameKind) {
          makeWritable(path.getParent());
          AtomicFiles.directories(path, 0700);
        }
      }
      case LINK -> {
        if (!sameKind || !is.linkTarget().equals(entry.linkTarget()) || !owned(is, entry)) {
          makeWritable(path.getParent());
          AtomicFiles.link(path, entry.linkTarget(), given(entry));
        }
      }
      case FILE -> {
        if (!sameKind || !is.sha256().equals(entry.sha256()) || mustBeAnew(is, entry)) {
          write(entry);
        } else {
          settle(entry);
        }
      }
      default -> throw new IllegalStateException(entry.type().name());
    }
  }

  /** The mode of a file that belongs to another cannot be set, but that of one in its place. */
  private boolean mustBeAnew(Entry is, Entry entry) {
    return mayDiffer(entry) && (!owned(is, entry) || !is.mode().equals(entry.mode()));
  }

  /** Whether it belongs to whom it did, or to the nearest that it can be given to. */
  private boolean owned(Entry is, Entry entry) {
    FileMeta given = given(entry);
    return is.uid() == entry.uid() && is.gid() == entry.gid()
        || is.uid() == given.owner() && is.gid() == given.group();
  }

  private void write(Entry entry) throws HostException {
    makeWritable(entry.location().getParent());
    byte[] content = Snapshot.content(Snapshot.copyOf(generation, entry));
    try {
      if (!Sha256.of(content).equals(entry.sha256())) {
        throw Snapshot.damaged(Snapshot.copyOf(generation, entry));
      }
      AtomicFiles.write(entry.location(), content, given(entry));
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /** Lets this user write to a directory whose own mode forbids it; the end sets that mode. */
  private void makeWritable(Path directory) throws HostException {
    FileMeta meta = FileMeta.of(directory);
    boolean ours =
        wantedByPath.containsKey(directory.toString()) || now.containsKey(directory.toString());
    if (ours && (meta.mode() & 0700) != 0700) {
      AtomicFiles.adjust(directory, meta.withMode(meta.mode() | 0700));
    }
  }

  private static List<Entry> reversed(List<Entry> entries) {
    return entries.stream().sorted(Comparator.comparing(Entry::path).reversed()).toList();
  }
}
