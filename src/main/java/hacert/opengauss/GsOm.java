package hacert.opengauss;

import hacert.host.Attempt;
import hacert.host.CleanText;
import hacert.host.Command;
import hacert.host.Deadline;
import hacert.host.HostException;
import hacert.host.MarkedProcesses;
import hacert.host.Pause;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Runs {@code gs_om} where it changes something: apart from this program, and never ended by it,
 * for a {@code gs_om} that is ended leaves private keys and half a replacement behind.
 */
final class GsOm {
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int OUTPUT = 64 << 10;

  /** In lower case. */
  private static final String GIVEN_UP = "failed to stop cluster forcibly";

  private final Installation installation;

  GsOm(Installation installation) {
    this.installation = installation;
  }

  /**
   * How it ended.
   *
   * @param code its exit code; -1 where nobody knows: the machine was restarted, or someone ended
   *     it
   * @param output the end of what it printed
   */
  record Ended(int code, String output) {
    /**
     * Whether a stop by the cluster manager was given up, which ends with code 0. Before, it says
     * that it failed and tries by force, which may work; only what it says of that counts.
     */
    boolean gaveUp() {
      return CleanText.of(output).toLowerCase(Locale.ROOT).contains(GIVEN_UP);
    }

    /** What it said of a failure, for people. */
    String said() {
      GsOmOutput said = GsOmOutput.parse(output);
      if (!said.firstError().isEmpty()) {
        return said.firstError();
      }
      String tail = CleanText.of(output).strip();
      return tail.isEmpty() ? "nothing" : tail.substring(Math.max(0, tail.length() - 400));
    }
  }

  /**
   * Runs it in this directory, or waits for the run of this directory that is under way or over.
   *
   * @param marker text that marks its processes in their environment; may be empty
   * @throws HostException {@code GS_OM_TIMED_OUT} when it has not ended in time: it still runs
   */
  Ended run(Path directory, String marker, int seconds, List<String> arguments)
      throws HostException {
    List<String> words = new ArrayList<>(List.of(installation.profile().gsOm()));
    words.addAll(arguments);
    Command command = installation.command(words.toArray(String[]::new));
    if (!marker.isEmpty()) {
      command = MarkedProcesses.mark(command, marker, installation.profile().gsOm());
    }
    Attempt attempt = installation.host().detached().startOrAttach(directory, command);
    Deadline end = installation.host().inSeconds(seconds);
    while (true) {
      Attempt.State state = attempt.poll();
      if (state instanceof Attempt.Exited exited) {
        return new Ended(exited.code(), attempt.output(OUTPUT));
      }
      if (!(state instanceof Attempt.Running)) {
        return new Ended(-1, attempt.output(OUTPUT));
      }
      if (end.isOver()) {
        throw new HostException(
            "GS_OM_TIMED_OUT",
            String.format(
                "gs_om %s has not ended after %d s. It was not ended and still works. Its output"
                    + " ends: %s",
                String.join(" ", arguments), seconds, new Ended(0, attempt.output(OUTPUT)).said()),
            "Wait until it has ended, then run the same command again.");
      }
      Pause.of(PAUSE, "gs_om");
    }
  }

  /** The directory of the last run of this name while that still runs, else that of a new one. */
  Path next(Path base) throws HostException {
    int last = last(base);
    boolean over = Files.exists(numbered(base, last)) && !runs(base);
    return numbered(base, over ? last + 1 : last);
  }

  /** Whether the last run of this name still runs. */
  boolean runs(Path base) throws HostException {
    return state(base).filter(Attempt.Running.class::isInstance).isPresent();
  }

  /** Whether the last run of this name still runs, or has not ended well. */
  boolean pending(Path base) throws HostException {
    return state(base).filter(state -> !state.equals(new Attempt.Exited(0))).isPresent();
  }

  /** What has become of the last run of this name; empty if there was none. */
  private Optional<Attempt.State> state(Path base) throws HostException {
    Path last = numbered(base, last(base));
    return Files.exists(last)
        ? Optional.of(installation.host().detached().find(last).poll())
        : Optional.empty();
  }

  private static int last(Path base) {
    int number = 1;
    while (Files.exists(numbered(base, number + 1))) {
      number++;
    }
    return number;
  }

  private static Path numbered(Path base, int number) {
    return base.resolveSibling(base.getFileName() + "-" + number);
  }
}
