package hacert.playbook;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A command on this machine, with its output in a file and a deadline. */
final class Command {
  /** Met by what hangs, and by nothing that has to share the machine with other tests. */
  static final Duration PATIENCE = Duration.ofMinutes(20);

  /** How long one that is asked to end may take to clear up. */
  private static final Duration TIDYING = Duration.ofSeconds(30);

  private final Process process;
  private final Path output;
  private final List<String> words;

  private Command(Process process, Path output, List<String> words) {
    this.process = process;
    this.output = output;
    this.words = words;
  }

  /** Exit code and output, standard error included. */
  record Ended(int code, String output) {}

  /** Starts it in a directory, with these variables added to the environment. */
  static Command start(Path directory, Map<String, String> environment, List<String> words) {
    try {
      Path output = Files.createTempFile("hacert-command-", ".out");
      ProcessBuilder builder =
          new ProcessBuilder(words)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectInput(new java.io.File("/dev/null"))
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      return new Command(builder.start(), output, words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it and insists on exit code 0. */
  static String ok(Path directory, Duration most, String... words) {
    Ended ended = start(directory, Map.of(), List.of(words)).await(most);
    if (ended.code() != 0) {
      throw new AssertionError(
          String.join(" ", words) + " gave " + ended.code() + ":\n" + ended.output());
    }
    return ended.output();
  }

  /** What a script of {@code src/test/ansible} prints of a plugin. */
  static JsonNode ofPlugin(String script, String... arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of("/usr/bin/python3", "-B"));
    words.add("src/test/ansible/" + script);
    words.addAll(List.of(arguments));
    return Json.mapper()
        .readTree(ok(Lab.PROJECT, Duration.ofMinutes(1), words.toArray(String[]::new)));
  }

  boolean runs() {
    return process.isAlive();
  }

  String outputSoFar() {
    try {
      return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it and all that descends from it, as {@code kill -9} does. */
  void kill() {
    kill(all());
  }

  private List<ProcessHandle> all() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(0, process.toHandle());
    return all;
  }

  private void kill(List<ProcessHandle> all) {
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
    forgetOutput();
  }

  /** Asks it to end, so that it can clear up after itself; what runs on then is killed. */
  private void end() throws InterruptedException {
    List<ProcessHandle> all = all();
    process.destroy();
    process.waitFor(TIDYING.toSeconds(), TimeUnit.SECONDS);
    kill(all);
  }

  private void forgetOutput() {
    try {
      Files.deleteIfExists(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for its end; one that overstays is ended and fails the test. */
  Ended await(Duration most) {
    try {
      if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
        String soFar = outputSoFar();
        end();
        throw new AssertionError(
            String.join(" ", words) + " still ran after " + most + ":\n" + soFar);
      }
      Ended ended = new Ended(process.exitValue(), outputSoFar());
      forgetOutput();
      return ended;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + words + " ran", e);
    }
  }

  /** Removes a directory and what is in it. */
  static void removeTree(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
