package hacert.rotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Brings a directory back to what it was, so that several tests may begin with one preparation. */
final class Rewind {
  private final Path directory;
  private final Path kept;

  /** Keeps a copy of what is there now beside it. */
  Rewind(Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    this.kept = directory.resolveSibling(directory.getFileName() + ".kept");
    run("cp", "-a", directory.toString(), kept.toString());
  }

  void back() throws IOException, InterruptedException {
    run("rm", "-rf", directory.toString());
    run("cp", "-a", kept.toString(), directory.toString());
  }

  private static void run(String... words) throws IOException, InterruptedException {
    if (new ProcessBuilder(words).inheritIO().start().waitFor() != 0) {
      throw new IOException("failed: " + List.of(words));
    }
  }
}
