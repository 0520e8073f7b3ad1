package hacert.playbook;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Watches all processes, and with root all written files, for secrets; see the script. */
final class SecretWatch implements AutoCloseable {
  private static final Path SCRIPT = Lab.PROJECT.resolve("src/test/ansible/secret_watch.py");

  private final Process process;
  private final BufferedReader told;
  private final OutputStream in;
  private final String how;

  /** Watches for these, and the file systems of these directories. */
  SecretWatch(List<String> secrets, Path... directories) throws IOException {
    List<String> words = new ArrayList<>(List.of("/usr/bin/python3", "-B", SCRIPT.toString()));
    for (Path directory : directories) {
      words.add(directory.toString());
    }
    process = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    told = process.inputReader(StandardCharsets.UTF_8);
    in = process.getOutputStream();
    for (String secret : secrets) {
      byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
      in.write((Base64.getEncoder().encodeToString(bytes) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    in.write('\n');
    in.flush();
    String first = told.readLine();
    List<String> early = new ArrayList<>();
    while (first != null && !first.startsWith("watching ")) {
      early.add(first);
      first = told.readLine();
    }
    if (first == null || !early.isEmpty()) {
      process.destroyForcibly();
      throw new IOException("the watcher did not start clean: " + early);
    }
    how = first;
  }

  /** Whether the kernel tells of each file that was written. */
  boolean seesFiles() {
    return how.contains("file events");
  }

  /** Ends the watch. */
  List<JsonNode> leaks() throws IOException {
    in.close();
    List<JsonNode> leaks = new ArrayList<>();
    for (String line = told.readLine(); line != null; line = told.readLine()) {
      leaks.add(Json.mapper().readTree(line));
    }
    return leaks;
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
