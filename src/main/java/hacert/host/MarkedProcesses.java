package hacert.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds processes that an earlier, killed call of this program left behind, by a variable in their
 * environment.
 */
public final class MarkedProcesses {
  /** Name of the variable. Its value is no secret. */
  public static final String VARIABLE = "HACERT_ROTATION";

  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private MarkedProcesses() {}

  /**
   * Waits until no process with this mark runs any more.
   *
   * @throws HostException {@code EARLIER_CALL_RUNS} if one still does after two minutes
   */
  public static void awaitEnd(String mark, Clock clock) throws HostException {
    Instant end = clock.instant().plus(PATIENCE);
    List<Long> running = running(mark);
    while (!running.isEmpty()) {
      if (clock.instant().isAfter(end)) {
        throw new HostException(
            "EARLIER_CALL_RUNS",
            "A vendor script that an earlier call of this rotation began still runs: processes "
                + running
                + ".",
            "Wait until it has ended, or find out what it waits for; then run the same command"
                + " again.");
      }
      try {
        Thread.sleep(PAUSE.toMillis());
      } catch (InterruptedException e) {
        throw HostException.interrupted("an earlier call", e);
      }
      running = running(mark);
    }
  }

  private static List<Long> running(String mark) {
    byte[] wanted = ("\0" + VARIABLE + "=" + mark + "\0").getBytes(StandardCharsets.UTF_8);
    List<Long> found = new ArrayList<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : processes.toList()) {
        String name = process.getFileName().toString();
        if (name.matches("[0-9]+") && contains(environment(process), wanted)) {
          found.add(Long.parseLong(name));
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("/proc is not mounted", e);
    }
    return found;
  }

  /** With a NUL at both ends. Processes of others, and those that just ended, have none for us. */
  private static byte[] environment(Path process) {
    try {
      byte[] raw = Files.readAllBytes(process.resolve("environ"));
      byte[] padded = new byte[raw.length + 2];
      System.arraycopy(raw, 0, padded, 1, raw.length);
      return padded;
    } catch (IOException e) {
      return new byte[0];
    }
  }

  private static boolean contains(byte[] text, byte[] wanted) {
    for (int i = 0; i + wanted.length <= text.length; i++) {
      int j = 0;
      while (j < wanted.length && text[i + j] == wanted[j]) {
        j++;
      }
      if (j == wanted.length) {
        return true;
      }
    }
    return false;
  }
}
