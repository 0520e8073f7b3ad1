package hacert.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * Files that appear whole or not at all, also when the power fails: written beside their place
 * under another name, given owner and mode, flushed, renamed, and the directory flushed.
 */
public final class AtomicFiles {
  /** How the names of files begin that are not yet whole. */
  static final String PREFIX = ".hacert-";

  private static final SecureRandom RANDOM = new SecureRandom();

  private AtomicFiles() {}

  /**
   * Puts this content at the path, in the place of whatever file or link stands there; a link is
   * replaced and never followed.
   *
   * @throws HostException {@code DISK_FULL}, {@code FILE_NOT_WRITTEN} or {@code
   *     OWNER_NOT_SETTABLE}; then what stood at the path still does, and nothing is left beside it
   */
  public static void write(Path path, byte[] content, FileMeta meta) throws HostException {
    replace(
        path,
        content.length,
        temporary -> {
          try (FileChannel channel =
              FileChannel.open(
                  temporary,
                  Set.of(
                      StandardOpenOption.CREATE_NEW,
                      StandardOpenOption.WRITE,
                      LinkOption.NOFOLLOW_LINKS),
                  permissions(0600))) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
              channel.write(bytes);
            }
            settle(temporary, meta, path);
            channel.force(true);
          }
        });
  }

  /**
   * Puts a symbolic link at the path, in the place of whatever file or link stands there.
   *
   * @throws HostException as {@link #write}
   */
  public static void link(Path path, String target, FileMeta meta) throws HostException {
    replace(
        path,
        0,
        temporary -> {
          Files.createSymbolicLink(temporary, Path.of(target));
          own(temporary, meta, path);
        });
  }

  /**
   * Creates the directory and those above it that are missing, with this mode.
   *
   * @throws HostException {@code DISK_FULL} or {@code FILE_NOT_WRITTEN}
   */
  public static void directories(Path path, int mode) throws HostException {
    Path directory = path.toAbsolutePath().normalize();
    try {
      if (Files.isDirectory(directory)) {
        return;
      }
      if (directory.getParent() != null) {
        directories(directory.getParent(), mode);
      }
      try {
        Files.createDirectory(directory, permissions(mode & 0777));
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(directory)) {
          throw e;
        }
      }
      Files.setAttribute(directory, "unix:mode", mode & 0777, LinkOption.NOFOLLOW_LINKS);
      if (directory.getParent() != null) {
        sync(directory.getParent());
      }
    } catch (IOException e) {
      throw failed(directory, 4096, e, "");
    }
  }

  /**
   * Gives an existing file or directory this owner, group, mode and time, as far as they differ. A
   * link's target is left alone.
   *
   * @throws HostException {@code OWNER_NOT_SETTABLE} or {@code FILE_NOT_WRITTEN}
   */
  public static void adjust(Path path, FileMeta meta) throws HostException {
    try {
      settle(path, meta, path);
    } catch (IOException e) {
      throw failed(path, 0, e, " Its content is unchanged.");
    }
  }

  /**
   * Moves a file, link or directory as it is to a name on the same file system that is free.
   *
   * @throws HostException {@code DISK_FULL} or {@code FILE_NOT_WRITTEN}; then it is where it was
   */
  public static void move(Path from, Path to) throws HostException {
    try {
      if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(to.toString());
      }
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      sync(to.toAbsolutePath().getParent());
      sync(from.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw failed(to.toAbsolutePath(), 0, e, " " + from + " was to be moved there.");
    }
  }

  /**
   * Removes a file, link or empty directory; one that is not there is removed already.
   *
   * @throws HostException {@code FILE_NOT_REMOVED}
   */
  public static void remove(Path path) throws HostException {
    try {
      if (Files.deleteIfExists(path)) {
        sync(path.toAbsolutePath().getParent());
      }
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_REMOVED",
          path + " could not be removed: " + e,
          "See that this user may write to " + path.toAbsolutePath().getParent() + ".",
          e);
    }
  }

  /**
   * Removes what was left in this directory by a call that was killed in the middle of {@link
   * #write}, and by an upload of another node that was cut off: that one lies in a directory of its
   * own. To be called under the lock under which it is written.
   *
   * @throws HostException {@code FILE_NOT_REMOVED}
   */
  public static void removeLeftovers(Path directory) throws HostException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, file -> unfinished(file))) {
      for (Path file : files) {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          removeAll(file);
        }
        remove(file);
      }
    } catch (NoSuchFileException e) {
      // No directory, no leftovers.
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_REMOVED",
          directory + " could not be read: " + e,
          "See that this user may read it.",
          e);
    }
  }

  private static void removeAll(Path directory) throws IOException, HostException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        remove(file);
      }
    }
  }

  /** Whether this is the name of a file that is not yet whole. */
  public static boolean unfinished(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(PREFIX) && name.endsWith(".tmp");
  }

  /** Flushes the names in a directory to the disk. */
  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (AccessDeniedException e) {
      // One may write to a directory that one may not read; flushing it is then up to the kernel.
    }
  }

  private interface Maker {
    void make(Path temporary) throws IOException, HostException;
  }

  private static void replace(Path path, long size, Maker maker) throws HostException {
    Path place = path.toAbsolutePath();
    byte[] random = new byte[8];
    RANDOM.nextBytes(random);
    Path temporary = place.resolveSibling(PREFIX + HexFormat.of().formatHex(random) + ".tmp");
    boolean done = false;
    try {
      maker.make(temporary);
      Files.move(
          temporary, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      done = true;
      sync(place.getParent());
    } catch (IOException e) {
      String rest =
          done
              ? " The new content is in place, but may be lost if the power fails now."
              : Files.exists(place, LinkOption.NOFOLLOW_LINKS)
                  ? " The old content is still in place."
                  : " Nothing was put there.";
      throw failed(place, size, e, rest);
    } finally {
      if (!done) {
        discard(temporary);
      }
    }
  }

  private static void discard(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // The failure that led here is the one to report; removeLeftovers comes later.
    }
  }

  /** Whoever may write to the directory may put a link here at any time: none is followed. */
  private static void settle(Path file, FileMeta meta, Path place)
      throws IOException, HostException {
    own(file, meta, place);
    // After the owner: changing that takes the set-user-id bit away.
    if (FileMeta.read(file).mode() != meta.mode()) {
      Files.setAttribute(file, "unix:mode", meta.mode(), LinkOption.NOFOLLOW_LINKS);
    }
    if (meta.mtime().isPresent()) {
      Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setTimes(FileTime.from(meta.mtime().get()), null, null);
    }
  }

  private static void own(Path file, FileMeta meta, Path place) throws IOException, HostException {
    FileMeta now = FileMeta.read(file);
    try {
      if (now.owner() != meta.owner()) {
        Files.setAttribute(file, "unix:uid", meta.owner(), LinkOption.NOFOLLOW_LINKS);
      }
      if (now.group() != meta.group()) {
        Files.setAttribute(file, "unix:gid", meta.group(), LinkOption.NOFOLLOW_LINKS);
      }
    } catch (IOException e) {
      throw new HostException(
          "OWNER_NOT_SETTABLE",
          place
              + " must belong to user "
              + meta.owner()
              + " and group "
              + meta.group()
              + ", and this user may not give it to them (it would be "
              + now.owner()
              + ":"
              + now.group()
              + "). What was there is still in place.",
          "Run as that user, or as root.",
          e);
    }
  }

  private static HostException failed(Path path, long size, IOException cause, String rest) {
    // The error's text depends on the locale, so the disk is asked as well.
    String text = String.valueOf(cause.getMessage());
    boolean full = text.contains("No space left") || text.contains("quota");
    try {
      full |= size > 0 && Files.getFileStore(path.getParent()).getUsableSpace() < size;
    } catch (IOException e) {
      // Not to be known; the text decides.
    }
    return full
        ? new HostException(
            "DISK_FULL",
            path + " could not be written: the disk is full or a quota is used up." + rest,
            "Make room on the file system of " + path.getParent() + " and start again.",
            cause)
        : new HostException(
            "FILE_NOT_WRITTEN",
            path + " could not be written: " + cause + "." + rest,
            "See that " + path.getParent() + " exists and that this user may write to it.",
            cause);
  }

  private static FileAttribute<Set<PosixFilePermission>> permissions(int mode) {
    return PosixFilePermissions.asFileAttribute(bits(mode));
  }

  private static Set<PosixFilePermission> bits(int mode) {
    StringBuilder text = new StringBuilder();
    for (int bit = 8; bit >= 0; bit--) {
      text.append((mode >> bit & 1) == 1 ? "rwx".charAt((8 - bit) % 3) : '-');
    }
    return PosixFilePermissions.fromString(text.toString());
  }
}
