package hacert.host;

import hacert.host.Snapshot.Entry;
import hacert.host.Snapshot.Limits;
import hacert.host.Snapshot.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Walks through the roots of a snapshot that is being made. What this user may not read is noted
 * and does not end it: a file has no hash then, and a directory nothing in it.
 */
final class SnapshotScan {
  private static final int READINGS = 5;
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Limits limits;
  private final TreeMap<String, Entry> entries = new TreeMap<>();
  private final List<String> skipped = new ArrayList<>();
  private final List<HostException> unreadable = new ArrayList<>();
  private long bytes;

  SnapshotScan(Limits limits) {
    this.limits = limits;
  }

  /** What was found, sorted by path. */
  List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /** Paths of sockets, pipes and devices. */
  List<String> skipped() {
    return skipped;
  }

  /** What could not be read, each with its path and what to do. */
  List<HostException> unreadable() {
    return unreadable;
  }

  /** Looks at these roots, and at all below them. */
  void addAll(List<Path> roots) throws HostException {
    List<Path> links = roots.stream().filter(Files::isSymbolicLink).toList();
    if (!links.isEmpty()) {
      throw links(links);
    }
    for (Path root : roots) {
      add(root);
    }
  }

  /** All at once: who mends one should not have to run again to hear of the next. */
  private static HostException links(List<Path> links) {
    List<String> remedies = new ArrayList<>();
    for (Path link : links) {
      remedies.add(
          Files.isDirectory(link)
              ? "For " + link + " name the directory that it points to."
              : OutwardLinks.copy(link));
    }
    return new HostException(
        "SNAPSHOT_ROOT_IS_LINK",
        "Expected files and directories that are no symbolic links, for what a link points to would"
            + " be neither backed up nor brought back; seen as links: "
            + String.join(", ", links.stream().map(Path::toString).toList())
            + ".",
        String.join(" ", remedies));
  }

  private void add(Path path) throws HostException {
    if (entries.containsKey(path.toString())) {
      return;
    }
    try {
      PosixFileAttributes seen = attributes(path);
      if (seen.isOther()) {
        skipped.add(path.toString());
        return;
      }
      if (seen.isRegularFile()) {
        bytes += seen.size();
      }
      if (entries.size() >= limits.entries() || bytes > limits.bytes()) {
        throw new HostException(
            "SNAPSHOT_TOO_LARGE",
            "The directories to be saved hold more than "
                + limits.entries()
                + " files or "
                + limits.bytes()
                + " bytes; the limit was met at "
                + path
                + ".",
            "Move away what does not belong there: it would be part of each backup.");
      }
      if (!encodable(path)) {
        throw new HostException(
            "TEXT_NOT_ENCODABLE",
            "A name in " + path.getParent() + " cannot be written in this call's encoding.",
            "Call the program with a UTF-8 locale, or rename the file.");
      }
      entries.put(path.toString(), entry(path, seen));
      if (seen.isDirectory()) {
        List<Path> children;
        try (Stream<Path> listed = Files.list(path)) {
          children = listed.sorted().toList();
        }
        for (Path child : children) {
          add(child);
        }
      }
    } catch (NoSuchFileException e) {
      // A root that is not there, or a file that went while we looked.
      entries.remove(path.toString());
    } catch (IOException e) {
      unreadable.add(Snapshot.unreadable(path, e));
    }
  }

  /** A name that is not in the encoding has a character for what it could not take. */
  private static boolean encodable(Path path) {
    try {
      String name = path.toString();
      return name.indexOf('\uFFFD') < 0 && Path.of(name).equals(path);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static PosixFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * A service that has just been started may still write its files: each is read until it rests.
   */
  private Entry entry(Path path, PosixFileAttributes first) throws IOException, HostException {
    PosixFileAttributes seen = first;
    for (int reading = 1; seen.isRegularFile(); reading++) {
      String sha256 = hash(path);
      PosixFileAttributes again = attributes(path);
      if (again.size() == seen.size() && again.lastModifiedTime().equals(seen.lastModifiedTime())) {
        return entry(path, seen, sha256);
      }
      if (reading == READINGS) {
        throw Snapshot.changed(path);
      }
      Pause.of(PAUSE, path.toString());
      seen = attributes(path);
    }
    return entry(path, seen, "");
  }

  /** Empty if it cannot be read, which is the hash of no file. */
  private String hash(Path path) throws NoSuchFileException {
    try {
      return Snapshot.hash(path);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      unreadable.add(Snapshot.unreadable(path, e));
      return "";
    }
  }

  private static Entry entry(Path path, PosixFileAttributes seen, String sha256)
      throws IOException {
    FileMeta meta = FileMeta.read(path);
    boolean file = seen.isRegularFile();
    return new Entry(
        path.toString(),
        file ? Type.FILE : seen.isDirectory() ? Type.DIRECTORY : Type.LINK,
        file ? seen.size() : 0,
        sha256,
        meta.owner(),
        meta.group(),
        seen.owner().getName(),
        seen.group().getName(),
        String.format("%04o", meta.mode()),
        meta.mtime().orElseThrow(),
        seen.isSymbolicLink() ? Files.readSymbolicLink(path).toString() : "");
  }
}
