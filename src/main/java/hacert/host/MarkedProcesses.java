package hacert.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds vendor scripts that an earlier, killed call of this program left behind, by variables in
 * their environment.
 *
 * <p>A script may leave a daemon, which has these variables too and runs for good: only what runs
 * the script itself is waited for to its end.
 */
public final class MarkedProcesses {
  /** Says which rotation on which node a process belongs to. Its value is no secret. */
  private static final String VARIABLE = "HACERT_ROTATION";

  /** Names the script that was started. */
  private static final String PROGRAM = "HACERT_PROGRAM";

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** How long what is left of a script that was killed itself may still write. */
  private static final Duration ORPHANS = Duration.ofSeconds(5);

  private static final Duration PAUSE = Duration.ofMillis(100);

  private MarkedProcesses() {}

  /**
   * A command whose processes are found again.
   *
   * @param mark whose they are
   * @param program the script that it runs: its path, or its name
   */
  public static Command mark(Command command, String mark, String program) {
    return command.withVariable(VARIABLE, mark).withVariable(PROGRAM, OwnProcesses.name(program));
  }

  /**
   * Waits until no script with this mark runs any more.
   *
   * @throws HostException {@code EARLIER_CALL_RUNS} if one still does after two minutes
   */
  public static void awaitEnd(String mark) throws HostException {
    Deadline end = Deadline.in(PATIENCE, Ticks.system());
    Deadline orphans = Deadline.in(ORPHANS, Ticks.system());
    List<Marked> left = running(mark);
    while (!left.isEmpty()) {
      List<Long> scripts = left.stream().filter(Marked::runsTheScript).map(Marked::pid).toList();
      if (scripts.isEmpty() && orphans.isOver()) {
        return;
      }
      if (end.isOver()) {
        throw new HostException(
            "EARLIER_CALL_RUNS",
            "A vendor script that an earlier call of this rotation began still runs: processes "
                + scripts
                + ".",
            "Wait until it has ended, or find out what it waits for; then run the same command"
                + " again.");
      }
      Pause.of(PAUSE, "an earlier call");
      left = running(mark);
    }
  }

  private record Marked(long pid, String program, List<String> words) {
    boolean runsTheScript() {
      return words.stream().anyMatch(word -> OwnProcesses.name(word).equals(program));
    }
  }

  private static List<Marked> running(String mark) {
    List<Marked> found = new ArrayList<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : processes.toList()) {
        String name = process.getFileName().toString();
        List<String> environment = name.matches("[0-9]+") ? words(process, "environ") : List.of();
        if (environment.contains(VARIABLE + "=" + mark)) {
          String program = OwnProcesses.value(environment, PROGRAM).orElse("");
          found.add(new Marked(Long.parseLong(name), program, words(process, "cmdline")));
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("/proc is not mounted", e);
    }
    return found;
  }

  /** Processes of others, and those that just ended, have none for us. */
  private static List<String> words(Path process, String file) {
    try {
      return OwnProcesses.words(process.resolve(file));
    } catch (IOException e) {
      return List.of();
    }
  }
}
