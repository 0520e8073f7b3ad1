package hacert.host;

import com.fasterxml.jackson.annotation.JsonProperty;
import hacert.result.Needed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What stands in some directories: the manifest of a backup. As JSON by {@code
 * hacert.result.Json.mapper()} it is the caller's to write and read. Links are noted and never
 * followed.
 *
 * @param roots absolute paths of the directories or files it is of; one without an entry was not
 *     there
 * @param entries files, directories and links, sorted by path
 * @param skipped paths of sockets, pipes and devices, which are left alone
 */
public record Snapshot(List<String> roots, List<Entry> entries, List<String> skipped) {

  /** What an entry is. */
  public enum Type {
    /** A regular file. */
    @JsonProperty("file")
    FILE,
    /** A directory. */
    @JsonProperty("directory")
    DIRECTORY,
    /** A symbolic link. */
    @JsonProperty("link")
    LINK
  }

  /**
   * One file, directory or link.
   *
   * @param path absolute path
   * @param type what it is
   * @param size bytes of a file, else 0
   * @param sha256 lower-case hexadecimal, of a file; else empty
   * @param uid numeric owner
   * @param gid numeric group
   * @param owner name of the owner, or its number
   * @param group name of the group, or its number
   * @param mode permission bits, four octal digits as in {@code 0600}
   * @param mtime time of last change
   * @param linkTarget what a link says, else empty
   */
  public record Entry(
      String path,
      Type type,
      long size,
      String sha256,
      int uid,
      int gid,
      String owner,
      String group,
      String mode,
      Instant mtime,
      String linkTarget) {
    /** Refuses one that lacks a part, or whose mode is no mode. */
    public Entry {
      Needed.value("path of a file", path);
      Needed.value("type of a file", type);
      Needed.value("sha256 of a file", sha256);
      Needed.value("mtime of a file", mtime);
      Needed.value("link_target of a file", linkTarget);
      if (!Needed.value("mode of a file", mode).matches("[0-7]{3,5}")) {
        throw new IllegalArgumentException("the mode of a file is no octal number");
      }
    }

    /** The path. */
    public Path location() {
      return Path.of(path);
    }

    /** Owner, group, mode and time of last change. */
    public FileMeta meta() {
      return new FileMeta(uid, gid, Integer.parseInt(mode, 8), Optional.of(mtime));
    }
  }

  /**
   * How much a snapshot may hold.
   *
   * @param entries how many files, directories and links
   * @param bytes how many bytes all files together
   */
  public record Limits(int entries, long bytes) {
    /** 10,000 entries and 64 MiB: a file is copied whole, by a program with 256 MiB of memory. */
    public static final Limits USUAL = new Limits(10_000, 64L << 20);
  }

  /** What may differ between two snapshots. */
  public enum Aspect {
    /** It was not there before. */
    ADDED,
    /** It is no longer there. */
    REMOVED,
    /** It was a file and is a directory, or the like. */
    TYPE,
    /** A file's content, or where a link points to. */
    CONTENT,
    /** Owner or group. */
    OWNER,
    /** Permission bits. */
    MODE,
    /** Only the time of last change. */
    TIME
  }

  /**
   * One difference.
   *
   * @param path absolute path
   * @param aspect what differs
   * @param text the difference in words, as {@code mode 0600 -> 0644}
   */
  public record Difference(String path, Aspect aspect, String text) {
    /** Path and words. */
    @Override
    public String toString() {
      return path + ": " + text;
    }
  }

  private static final String FILES = "files";

  /** Copies the lists. */
  public Snapshot {
    roots = List.copyOf(roots);
    entries = List.copyOf(entries);
    skipped = List.copyOf(skipped);
  }

  /**
   * Reads what stands in these directories or files.
   *
   * @param roots paths that are no symbolic links themselves; one that does not exist is noted
   * @throws HostException {@code SNAPSHOT_TOO_LARGE}, {@code SNAPSHOT_ROOT_IS_LINK}, {@code
   *     SNAPSHOT_CHANGED} (a file changed while it was read), {@code TEXT_NOT_ENCODABLE} (a name),
   *     {@code FILE_NOT_READABLE}
   */
  public static Snapshot of(List<Path> roots, Limits limits) throws HostException {
    Sight seen = Sight.of(roots, limits);
    if (!seen.unreadable().isEmpty()) {
      throw seen.unreadable().get(0);
    }
    return seen.snapshot();
  }

  /**
   * Copies the content of all files to {@code files/} and their absolute path in this directory,
   * with mode 0600 in directories of mode 0700, and flushes it. What is there already and right
   * stays.
   *
   * @throws HostException {@code SNAPSHOT_CHANGED} when a file is no longer as the manifest has it,
   *     and what {@link AtomicFiles} throws
   */
  public void copyTo(Path generation) throws HostException {
    AtomicFiles.directories(generation.resolve(FILES), 0700);
    for (Entry entry : entries) {
      if (entry.type() != Type.FILE) {
        continue;
      }
      Path copy = copyOf(generation, entry);
      if (holds(copy, entry)) {
        continue;
      }
      byte[] content = content(entry.location());
      try {
        if (!Sha256.of(content).equals(entry.sha256())) {
          throw changed(entry.location());
        }
        AtomicFiles.directories(copy.getParent(), 0700);
        AtomicFiles.write(copy, content, FileMeta.mine(0600));
      } finally {
        Arrays.fill(content, (byte) 0);
      }
    }
  }

  /**
   * Whether all copies are there and right.
   *
   * @throws HostException {@code BACKUP_DAMAGED}
   */
  public void verifyCopy(Path generation) throws HostException {
    for (Entry entry : entries) {
      if (entry.type() == Type.FILE && !holds(copyOf(generation, entry), entry)) {
        throw damaged(copyOf(generation, entry));
      }
    }
  }

  /**
   * The content of one of its files, from where {@link #copyTo} has put it.
   *
   * @return empty if it is not among its files, or its copy cannot be read
   */
  public Optional<byte[]> contentOf(Path generation, Path file) {
    Entry entry = byPath().get(file.toString());
    if (entry == null || entry.type() != Type.FILE) {
      return Optional.empty();
    }
    try {
      return Optional.of(content(copyOf(generation, entry)));
    } catch (HostException e) {
      return Optional.empty();
    }
  }

  /**
   * Brings the roots back to this snapshot: content, owners, modes, times; what is not in it is
   * removed, except sockets, pipes and devices. What does not differ is not touched; what cannot be
   * read differs: to replace or remove it, it need not be read. After a crash in the middle, the
   * same call again ends right.
   *
   * @param generation where {@link #copyTo} has put the content
   * @throws HostException {@code BACKUP_DAMAGED} before anything is touched; {@code
   *     RESTORE_INCOMPLETE}; and what {@link AtomicFiles} throws
   */
  public void restore(Path generation) throws HostException {
    restore(generation, Map.of());
  }

  /**
   * The same where this user cannot give everything its owner or group back.
   *
   * @param nearest by path, what those get instead, from this user, that may belong to another than
   *     before; all but owner and group is that of the snapshot
   * @return how the owners of these differ still
   */
  public List<Difference> restore(Path generation, Map<String, FileMeta> nearest)
      throws HostException {
    verifyCopy(generation);
    return new SnapshotRestore(this, generation, nearest).run();
  }

  /** What became different between two snapshots, sorted by path. */
  public static List<Difference> differences(Snapshot old, Snapshot now) {
    Map<String, Entry> before = old.byPath();
    Map<String, Entry> after = now.byPath();
    TreeMap<String, Entry> all = new TreeMap<>(before);
    all.putAll(after);
    List<Difference> found = new ArrayList<>();
    for (String path : all.keySet()) {
      Entry a = before.get(path);
      Entry b = after.get(path);
      if (a == null) {
        found.add(new Difference(path, Aspect.ADDED, "added"));
      } else if (b == null) {
        found.add(new Difference(path, Aspect.REMOVED, "removed"));
      } else {
        compare(a, b, found);
      }
    }
    return List.copyOf(found);
  }

  private static void compare(Entry a, Entry b, List<Difference> found) {
    String path = a.path();
    if (a.type() != b.type()) {
      found.add(new Difference(path, Aspect.TYPE, "was " + a.type() + ", is " + b.type()));
      return;
    }
    if (!a.sha256().equals(b.sha256())) {
      found.add(new Difference(path, Aspect.CONTENT, "content"));
    }
    if (!a.linkTarget().equals(b.linkTarget())) {
      found.add(
          new Difference(path, Aspect.CONTENT, "link " + a.linkTarget() + " -> " + b.linkTarget()));
    }
    if (a.uid() != b.uid() || a.gid() != b.gid()) {
      found.add(
          new Difference(
              path,
              Aspect.OWNER,
              "owner " + a.owner() + ":" + a.group() + " -> " + b.owner() + ":" + b.group()));
    }
    if (a.type() == Type.LINK) {
      // A link's mode means nothing, and Java cannot set its time.
      return;
    }
    if (!a.mode().equals(b.mode())) {
      found.add(new Difference(path, Aspect.MODE, "mode " + a.mode() + " -> " + b.mode()));
    }
    if (!a.mtime().equals(b.mtime())) {
      found.add(new Difference(path, Aspect.TIME, "changed " + a.mtime() + " -> " + b.mtime()));
    }
  }

  Map<String, Entry> byPath() {
    Map<String, Entry> map = new TreeMap<>();
    entries.forEach(entry -> map.put(entry.path(), entry));
    return map;
  }

  /** What stands in the same places now, however much that is. */
  public Sight current() throws HostException {
    // What is there now may be larger than what was allowed then: it has to be seen to be removed.
    return Sight.of(
        roots.stream().map(Path::of).toList(), new Limits(Integer.MAX_VALUE, Long.MAX_VALUE));
  }

  static Path copyOf(Path generation, Entry entry) {
    return generation.resolve(FILES).resolve(Path.of("/").relativize(entry.location()));
  }

  private static boolean holds(Path copy, Entry entry) throws HostException {
    try {
      return Files.isRegularFile(copy, LinkOption.NOFOLLOW_LINKS)
          && hash(copy).equals(entry.sha256());
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_READABLE",
          copy + ", a file of the backup, could not be read: " + e,
          "See that it belongs to this user, and that its disk is sound.",
          e);
    }
  }

  static byte[] content(Path path) throws HostException {
    try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  static String hash(Path path) throws IOException {
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[65536];
    try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      int count;
      while ((count = in.read(buffer)) >= 0) {
        digest.update(buffer, 0, count);
      }
    } finally {
      Arrays.fill(buffer, (byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static HostException unreadable(Path path, IOException cause) {
    return new HostException(
        "FILE_NOT_READABLE",
        path + " could not be read: " + cause,
        String.format(
            "As root see what it is: ls -ld '%1$s'. If it does not belong there, remove it: rm -r"
                + " '%1$s'; else give it to this user: chown %2$s '%1$s' && chmod u+rX '%1$s'. Then"
                + " run the same command again.",
            path, System.getProperty("user.name")),
        cause);
  }

  static HostException changed(Path path) {
    return new HostException(
        "SNAPSHOT_CHANGED",
        path + " changed while it was read.",
        "See who writes there now, and start again when it is quiet.");
  }

  static HostException damaged(Path copy) {
    return new HostException(
        "BACKUP_DAMAGED",
        copy + " is missing or not what the manifest says. Nothing was touched.",
        "Restore another generation, or this file from a backup of the machine.");
  }
}
