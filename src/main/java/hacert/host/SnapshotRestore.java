package hacert.host;

import hacert.host.Snapshot.Entry;
import hacert.host.Snapshot.Type;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Brings the roots of one snapshot back to it. */
final class SnapshotRestore {
  private final Snapshot wanted;
  private final Map<String, Entry> wantedByPath;
  private final Map<String, Entry> now;
  private final Path generation;

  SnapshotRestore(Snapshot wanted, Snapshot now, Path generation) {
    this.wanted = wanted;
    wantedByPath = wanted.byPath();
    this.now = now.byPath();
    this.generation = generation;
  }

  /** Does it; what is right already is not touched. */
  void run() throws HostException {
    removeWhatIsTooMuch();
    for (Entry entry : wanted.entries()) {
      bringBack(entry);
    }
    // The deepest first: each change inside a directory changes the time of the directory.
    for (Entry entry : reversed(wanted.entries())) {
      if (entry.type() == Type.DIRECTORY && !same(FileMeta.of(entry.location()), entry.meta())) {
        AtomicFiles.adjust(entry.location(), entry.meta());
      }
    }
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
        if (!sameKind
            || !is.linkTarget().equals(entry.linkTarget())
            || is.uid() != entry.uid()
            || is.gid() != entry.gid()) {
          makeWritable(path.getParent());
          AtomicFiles.link(path, entry.linkTarget(), entry.meta());
        }
      }
      case FILE -> {
        if (!sameKind || !is.sha256().equals(entry.sha256())) {
          write(entry);
        } else if (!same(is.meta(), entry.meta())) {
          AtomicFiles.adjust(path, entry.meta());
        }
      }
      default -> throw new IllegalStateException(entry.type().name());
    }
  }

  private void write(Entry entry) throws HostException {
    makeWritable(entry.location().getParent());
    byte[] content = Snapshot.content(Snapshot.copyOf(generation, entry));
    try {
      if (!Sha256.of(content).equals(entry.sha256())) {
        throw Snapshot.damaged(Snapshot.copyOf(generation, entry));
      }
      AtomicFiles.write(entry.location(), content, entry.meta());
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

  private static boolean same(FileMeta a, FileMeta b) {
    return a.equals(b);
  }

  private static List<Entry> reversed(List<Entry> entries) {
    return entries.stream().sorted(Comparator.comparing(Entry::path).reversed()).toList();
  }
}
