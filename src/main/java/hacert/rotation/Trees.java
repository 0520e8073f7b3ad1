package hacert.rotation;

import hacert.host.AtomicFiles;
import hacert.host.HostException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Removes directory trees of our own. */
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
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_REMOVED",
          tree + " could not be removed: " + e.getMessage(),
          "Remove it by hand when no rotation runs.");
    }
  }
}
