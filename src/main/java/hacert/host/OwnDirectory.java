package hacert.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * That nobody but this user can change what lies in a directory. Who can would choose which program
 * is run with the passwords, what counts as done, and what is restored.
 *
 * <p>Whose the directories above it are is not looked at: a home directory and a disk's root are
 * others' to arrange. In one with the sticky bit nobody else can put another in its place.
 */
public final class OwnDirectory {
  private static final int ROOT = 0;
  private static final int OTHERS_WRITE = 0022;

  private OwnDirectory() {}

  /**
   * Looks at it; one that is not there is nobody's yet. A link may stand for it, since state is
   * moved to other disks so, if it is this user's or root's.
   *
   * @throws HostException {@code STATE_DIRECTORY_UNSAFE}
   */
  public static void check(Path directory) throws HostException {
    check(directory, FileMeta.mine(0).owner());
  }

  static void check(Path directory, int user) throws HostException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    String wrong = wrong(directory, user);
    if (!wrong.isEmpty()) {
      throw unsafe(directory + " " + wrong);
    }
  }

  private static String wrong(Path directory, int user) throws HostException {
    try {
      int link = FileMeta.read(directory).owner();
      Map<String, Object> seen = Files.readAttributes(directory, "unix:uid,mode,isDirectory");
      int owner = (int) seen.get("uid");
      int mode = (int) seen.get("mode") & 07777;
      if (!(boolean) seen.get("isDirectory")) {
        return "is no directory";
      }
      if (owner != user) {
        return belongs(owner, user);
      }
      if (Files.isSymbolicLink(directory) && link != user && link != ROOT) {
        return "is a link that " + belongs(link, user);
      }
      return (mode & OTHERS_WRITE) == 0
          ? ""
          : String.format("can be written to by others than its owner (mode %o)", mode);
    } catch (NoSuchFileException e) {
      return "is no directory";
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_READABLE",
          "Owner and mode of " + directory + " could not be read: " + e,
          "See that this user may enter the directories above it.",
          e);
    }
  }

  private static String belongs(int owner, int user) {
    return "belongs to user " + owner + ", and this is user " + user;
  }

  /** What is said of one, wherever it was looked at. */
  public static HostException unsafe(String what) {
    return new HostException(
        "STATE_DIRECTORY_UNSAFE",
        "The state directory: " + what + ". Nothing was changed in this call.",
        "Find out who made it, and what in it is not this user's. If nothing is, give it to this"
            + " user and take the right to write from all others (chown, chmod go-w); else move it"
            + " away, or name another one in hacert_state_dir.");
  }
}
