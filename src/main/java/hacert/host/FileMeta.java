package hacert.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Whose a file is and who may read it.
 *
 * @param owner numeric user id
 * @param group numeric group id
 * @param mode permission bits as in chmod(2), 0 to 07777
 * @param mtime time of last change to be set; empty: leave it
 */
public record FileMeta(int owner, int group, int mode, Optional<Instant> mtime) {
  /** Checks the mode. */
  public FileMeta {
    if (mode < 0 || mode > 07777) {
      throw new IllegalArgumentException("no file mode: " + Integer.toOctalString(mode));
    }
  }

  /**
   * As this file or directory has it; a link's own, not its target's.
   *
   * @throws HostException {@code FILE_NOT_READABLE}
   */
  public static FileMeta of(Path path) throws HostException {
    try {
      return read(path);
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_READABLE",
          "Owner and mode of " + path + " could not be read: " + e,
          "See that it exists and that this user may enter its directory.",
          e);
    }
  }

  /** Of the user and group that this program runs as, with this mode. */
  public static FileMeta mine(int mode) {
    try {
      Path self = Path.of("/proc/self");
      return new FileMeta(
          (int) Files.getAttribute(self, "unix:uid"),
          (int) Files.getAttribute(self, "unix:gid"),
          mode,
          Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException("/proc is not mounted", e);
    }
  }

  /** The same with this time of last change. */
  public FileMeta withMtime(Instant time) {
    return new FileMeta(owner, group, mode, Optional.of(time));
  }

  /** The same, leaving the time of last change as it comes. */
  public FileMeta withoutMtime() {
    return new FileMeta(owner, group, mode, Optional.empty());
  }

  /** The same with this mode. */
  public FileMeta withMode(int bits) {
    return new FileMeta(owner, group, bits, mtime);
  }

  /** The same with the owner and group of that one. */
  public FileMeta withOwnerOf(FileMeta other) {
    return new FileMeta(other.owner, other.group, mode, mtime);
  }

  static FileMeta read(Path path) throws IOException {
    Map<String, Object> seen =
        Files.readAttributes(path, "unix:uid,gid,mode,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
    return new FileMeta(
        (int) seen.get("uid"),
        (int) seen.get("gid"),
        (int) seen.get("mode") & 07777,
        Optional.of(((FileTime) seen.get("lastModifiedTime")).toInstant()));
  }
}
