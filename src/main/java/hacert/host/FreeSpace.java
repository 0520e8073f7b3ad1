package hacert.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is left on the file system of a directory.
 *
 * @param bytes free for this user
 * @param files how many more files there can be; empty where the file system sets no limit, or
 *     there is no {@code stat -f} of coreutils to tell it
 */
public record FreeSpace(long bytes, OptionalLong files) {

  /**
   * Asks for this directory; where it is not there yet, for the nearest one above.
   *
   * @throws HostException if the command cannot be run
   */
  public static FreeSpace of(Commands commands, Path directory) throws HostException {
    Path place = nearest(directory);
    return new FreeSpace(place.toFile().getUsableSpace(), files(commands, place));
  }

  private static Path nearest(Path directory) {
    Path place = directory;
    while (!Files.exists(place)) {
      place = place.getParent();
    }
    return place;
  }

  /**
   * The number of the file system of this directory, or of the nearest one above: two with the same
   * one share what is left.
   *
   * @throws HostException {@code FILE_NOT_READABLE}
   */
  public static long device(Path directory) throws HostException {
    Path place = nearest(directory);
    try {
      // A FileStore would have to be found in the mount table, which need not name the root of a
      // host.
      return (long) Files.getAttribute(place, "unix:dev");
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_READABLE",
          place + " cannot be looked at: " + e,
          "See that this user may enter it.",
          e);
    }
  }

  private static OptionalLong files(Commands commands, Path place) throws HostException {
    Optional<String> stat = Tools.find("stat");
    if (stat.isEmpty()) {
      return OptionalLong.empty();
    }
    List<String> words = List.of(stat.get(), "-f", "-c", "%c %d", "--", place.toString());
    String told = commands.run(Command.of(Map.of(), words)).stdout().strip();
    // Some file systems make room for files as they are needed, and tell a total of none.
    if (!told.matches("[1-9]\\d{0,17} \\d{1,18}")) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(told.substring(told.indexOf(' ') + 1)));
  }
}
