package hacert.oms;

import hacert.host.CleanText;
import hacert.host.Command;
import hacert.host.CommandResult;
import hacert.host.Deadline;
import hacert.host.HostException;
import hacert.host.Pause;
import hacert.target.Host;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Runs {@code status-oms.sh}, once or until it says what is waited for. */
final class StatusCommand {
  /** The script itself takes about a second on a real node; a shorter pause would only load it. */
  private static final Duration PAUSE = Duration.ofMillis(200);

  private static final Duration ROUNDED = Duration.ofSeconds(1);
  private static final DateTimeFormatter USUAL = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

  private final Host host;
  private final Path script;
  private final Duration deadline;

  StatusCommand(Host host, Path script, MrsProfile.Status profile) {
    this.host = host;
    this.script = script;
    this.deadline = Duration.ofSeconds(profile.seconds());
  }

  /**
   * Runs it once. Its exit code is not documented and not believed; the table is.
   *
   * @throws HostException with {@code STATUS_TIMED_OUT} or {@code STATUS_UNREADABLE}
   */
  OmsStatus read() throws HostException {
    CommandResult result = run();
    return StatusParser.parse(result.stdout())
        .or(() -> StatusParser.parse(both(result)))
        .orElseThrow(
            () ->
                new HostException(
                    "STATUS_UNREADABLE",
                    String.format(
                        "%s printed no table of nodes. Exit code %d; its standard output ends: %s;"
                            + " its standard error ends: %s",
                        script, result.exitCode(), tail(result.stdout()), tail(result.stderr())),
                    "Run it by hand as omm. If this version prints another form, report it."));
  }

  /**
   * What it prints.
   *
   * @throws HostException with {@code STATUS_TIMED_OUT}
   */
  String text() throws HostException {
    CommandResult result = run();
    return StatusParser.parse(result.stdout()).isPresent() ? result.stdout() : both(result);
  }

  /** On which stream the table is printed is not documented. */
  private static String both(CommandResult result) {
    return result.stdout() + "\n" + result.stderr();
  }

  private static String tail(String output) {
    return ReplaceStep.tail(CleanText.of(output));
  }

  /**
   * A start time as a moment; empty if it cannot be told. The vendor's scripts print local time of
   * the login environment, whose TZ may have forms that only the system's own date reads.
   */
  Optional<Instant> moment(String startTime) {
    if (startTime.isEmpty()) {
      return Optional.empty();
    }
    try {
      CommandResult seconds =
          host.commands().run(Command.of(host.login(), List.of("date", "-d", startTime, "+%s")));
      return Optional.of(Instant.ofEpochSecond(Long.parseLong(seconds.stdout().strip())));
    } catch (HostException | NumberFormatException | DateTimeException e) {
      // Reported as a start time that cannot be read.
      return Optional.empty();
    }
  }

  /**
   * Whether two start times tell of one start. What works them out from the age of a process may
   * round them to the one second or to the next.
   */
  boolean sameStart(String one, String other) {
    return one.equals(other)
        || between(one, other).filter(time -> time.compareTo(ROUNDED) <= 0).isPresent();
  }

  /** In the form that is documented no process is needed for it, which the mixed window counts. */
  private Optional<Duration> between(String one, String other) {
    try {
      return Optional.of(
          Duration.between(LocalDateTime.parse(one, USUAL), LocalDateTime.parse(other, USUAL))
              .abs());
    } catch (DateTimeParseException e) {
      return moment(one)
          .flatMap(first -> moment(other).map(second -> Duration.between(first, second).abs()));
    }
  }

  private CommandResult run() throws HostException {
    CommandResult result =
        host.commands()
            .run(Command.of(host.login(), List.of("sh", script.toString())).withDeadline(deadline));
    if (result.timedOut()) {
      throw new HostException(
          "STATUS_TIMED_OUT",
          script + " did not end within " + deadline.toSeconds() + " s.",
          "Run it by hand as omm and see what it waits for.");
    }
    return result;
  }

  /**
   * What was seen while it was waited for.
   *
   * @param status the last one that could be read
   * @param since why none could be read after that one; empty if it was the last word
   */
  record Seen(OmsStatus status, Optional<HostException> since) {
    /** What to add to a message that tells of the status. */
    String sinceThen() {
      return since.map(e -> " Since then: " + e.getMessage()).orElse("");
    }
  }

  /**
   * Runs it until the status fits, or the time is over; answers the last one read.
   *
   * @param patience how long to wait in all
   * @throws HostException if no status could be read at all
   */
  Seen await(Predicate<OmsStatus> fits, Duration patience) throws HostException {
    Deadline end = host.in(patience);
    Optional<Seen> last = Optional.empty();
    while (true) {
      try {
        Seen seen = new Seen(read(), Optional.empty());
        if (fits.test(seen.status()) || end.isOver()) {
          return seen;
        }
        last = Optional.of(seen);
      } catch (HostException e) {
        // While HA restarts, the script may print anything; only its last word counts.
        last = last.map(seen -> new Seen(seen.status(), Optional.of(e)));
        if (end.isOver()) {
          return last.orElseThrow(() -> e);
        }
      }
      Pause.of(PAUSE, "a status");
    }
  }
}
