package hacert.rotation;

import hacert.host.AtomicFiles;
import hacert.host.HostException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directory trees of our own: lists and removes them, and what killed calls have left in them. */
final class Trees {
  private Trees() {}

  static void remove(Path tree) throws HostException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> below = Files.walk(tree)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        AtomicFiles.remove(path);
      }
    } catch (IOException | UncheckedIOException e) {
      throw notRemoved(tree, e);
    }
  }

  /**
   * Removes what calls that were killed while they wrote left anywhere in the tree: it may hold a
   * private key. To be called under the lock under which it is written.
   */
  static void removeLeftovers(Path tree) throws HostException {
    try (Stream<Path> below = Files.walk(tree)) {
      for (Path directory :
          below.filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS)).toList()) {
        AtomicFiles.removeLeftovers(directory);
      }
    } catch (IOException | UncheckedIOException e) {
      throw notRemoved(tree, e);
    }
  }

  /** What lies in a directory, sorted; nothing where there is none. */
  static List<Path> list(Path directory) throws HostException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_READABLE",
          directory + " cannot be listed: " + e,
          "Check its owner and mode.",
          e);
    }
  }

  private static HostException notRemoved(Path tree, Exception why) {
    return new HostException(
        "FILE_NOT_REMOVED",
        tree + " could not be removed, or what was left in it: " + why.getMessage(),
        "Remove it by hand when no rotation runs.");
  }
}
