package hacert.oms;

import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a script printed, kept for people. */
final class ScriptOutput {
  private ScriptOutput() {}

  /**
   * Keeps it as the next of its name. Nothing fails for want of it.
   *
   * @param kept directory for what the scripts of a rotation print
   * @param output without any answer
   */
  static void keep(Path kept, String name, String output) {
    int number = 1;
    while (Files.exists(kept.resolve(name + "-" + number))) {
      number++;
    }
    Path directory = kept.resolve(name + "-" + number);
    try {
      AtomicFiles.directories(directory, 0700);
      AtomicFiles.write(
          directory.resolve("output"),
          output.getBytes(StandardCharsets.UTF_8),
          FileMeta.mine(0600));
    } catch (HostException e) {
      System.err.println("hacert: the output is not kept on this host: " + e.getMessage());
    }
  }
}
