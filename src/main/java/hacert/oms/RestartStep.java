package hacert.oms;

import hacert.host.Attempt;
import hacert.host.CleanText;
import hacert.host.Command;
import hacert.host.Deadline;
import hacert.host.HostException;
import hacert.host.Pause;
import hacert.target.Host;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Runs {@code restart-oms.sh} detached from this program and never ends it. It has worked when the
 * script said so and, where the status tells process starts, when HA has started anew; such a
 * script is not waited for much longer, and runs on.
 */
final class RestartStep {
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final String RUNS_ON = "; the script itself still runs";
  private static final String WORD =
      "the status tells no start time: the script's word is relied on";
  private static final String WORD_AND_STEADY = WORD + ", and this node is steady";
  private static final int SHOWN = 4 << 10;

  /**
   * How long a script that has said that it worked may take to end. One that holds its output open
   * never does, and each second of it is one of the mixed window.
   */
  private static final Duration GRACE = Duration.ofSeconds(30);

  /**
   * What waiting for HA has come to.
   *
   * @param note how it is known to have started anew; empty if it is not
   * @param sinceThen what to add to a message that says so
   */
  private record Waited(Optional<String> note, String sinceThen) {
    static final Waited NOT = new Waited(Optional.empty(), "");
  }

  private final Host host;
  private final MrsLayout layout;
  private final MrsProfile.Restart profile;
  private final StatusCommand status;
  private final SelfRow self;

  RestartStep(
      Host host, MrsLayout layout, MrsProfile.Restart profile, StatusCommand status, SelfRow self) {
    this.host = host;
    this.layout = layout;
    this.profile = profile;
    this.status = status;
    this.self = self;
  }

  /**
   * Restarts, or waits for the restart of this directory that is under way or over.
   *
   * @param again whether it was seen to fail before: then HA's own start time decides
   * @return a note for the report
   */
  String run(Path directory, String startBefore, boolean again) throws HostException {
    Attempt attempt =
        host.detached()
            .startOrAttach(
                directory,
                Command.of(host.login(), List.of("sh", layout.restartScript().toString())));
    SuccessText success = new SuccessText(attempt, profile.success());
    Deadline end = host.inSeconds(profile.seconds());
    Optional<Deadline> look = Optional.empty();
    Optional<Deadline> word = Optional.empty();
    while (true) {
      Attempt.State state = attempt.poll();
      boolean said = success.seen();
      if (state instanceof Attempt.Exited && again) {
        Optional<String> late = startBefore.isEmpty() ? Optional.empty() : started(startBefore);
        if (late.isPresent()) {
          return late.get() + ", though the restart script failed";
        }
      }
      if (state instanceof Attempt.Exited exited && exited.code() == 0 && !said && !again) {
        // What it has put into the background may have the word of success yet to say.
        word = word.or(() -> Optional.of(host.inSeconds(profile.startSeconds())));
        if (!word.get().isOver()) {
          Pause.of(PAUSE, "a restart");
          continue;
        }
      }
      if (state instanceof Attempt.Exited exited) {
        return exited(exited.code(), said, output(attempt), startBefore);
      }
      if (!(state instanceof Attempt.Running)) {
        return vanished(startBefore);
      }
      if (end.isOver()) {
        return overdue(said, output(attempt), startBefore);
      }
      if (look.filter(Deadline::isOver).isPresent()) {
        Optional<String> early = startedMeanwhile(startBefore);
        if (early.isPresent()) {
          return early.get() + RUNS_ON;
        }
        look = Optional.of(host.in(GRACE));
      } else if (said && look.isEmpty()) {
        look = Optional.of(host.in(GRACE));
      }
      Pause.of(PAUSE, "a restart");
    }
  }

  private static String output(Attempt attempt) throws HostException {
    return CleanText.of(attempt.output(SHOWN));
  }

  private String exited(int code, boolean said, String output, String startBefore)
      throws HostException {
    if (code == 0 && said) {
      Waited waited = startedInTime(startBefore);
      return waited.note().orElseThrow(() -> notRestarted(startBefore, waited.sinceThen()));
    }
    throw new HostException(
        "RESTART_FAILED",
        String.format(
            "%s: expected exit code 0 and '%s'; seen exit code %d, and output that ends: %s",
            layout.restartScript(), profile.success(), code, ReplaceStep.tail(output)),
        "Look at /var/log/Bigdata/controller/oms_ctl.log on this host.");
  }

  /** The machine was restarted, or someone ended the script: only HA itself can tell. */
  private String vanished(String startBefore) throws HostException {
    return started(startBefore)
        .filter(note -> !startBefore.isEmpty())
        .orElseThrow(
            () ->
                new HostException(
                    "RESTART_UNKNOWN",
                    layout.restartScript()
                        + " was started, no longer runs, and left no exit code; HA is not seen to"
                        + " have started anew.",
                    "Run status-oms.sh on this host."));
  }

  private String overdue(boolean said, String output, String startBefore) throws HostException {
    Waited waited = said ? startedInTime(startBefore) : Waited.NOT;
    if (waited.note().isPresent()) {
      return waited.note().get() + RUNS_ON;
    }
    throw new HostException(
        "RESTART_TIMED_OUT",
        String.format(
            "%s has not ended after %d s. It was not ended and may still work. Its output ends: %s"
                + "%s",
            layout.restartScript(),
            profile.seconds(),
            ReplaceStep.tail(output),
            waited.sinceThen()),
        "Watch status-oms.sh on this host. When HA runs, run the same command again.");
  }

  /** Where the status tells no start, a node that is steady bears the script's word out. */
  private Optional<String> startedMeanwhile(String startBefore) {
    try {
      return startBefore.isEmpty()
          ? self.in(status.read()).filter(OmsStatus.NodeRow::steady).map(row -> WORD_AND_STEADY)
          : started(startBefore);
    } catch (HostException e) {
      // While HA restarts the status may print anything; it is looked at again.
      return Optional.empty();
    }
  }

  /**
   * HA may start long after the script has said so: a former standby waits for minutes. Where the
   * status has then settled and tells no start any more, that is no sign of the old process, whose
   * start it told.
   */
  private Waited startedInTime(String startBefore) throws HostException {
    if (startBefore.isEmpty()) {
      return new Waited(started(startBefore), "");
    }
    StatusCommand.Seen seen = look(startBefore, Duration.ofSeconds(profile.startSeconds()));
    return new Waited(
        anew(seen.status(), startBefore).or(() -> silent(seen.status())), seen.sinceThen());
  }

  private Optional<String> silent(OmsStatus seen) {
    return self.in(seen)
        .filter(row -> row.steady() && row.startTime().isEmpty())
        .map(row -> "the status tells no start time any more: the script's word is relied on");
  }

  private HostException notRestarted(String startBefore, String sinceThen) {
    return new HostException(
        "NOT_RESTARTED",
        String.format(
            "%s said that it worked, but HA is not seen to have started anew within %d s: before, it"
                + " ran since %s.%s",
            layout.restartScript(), profile.startSeconds(), startBefore, sinceThen),
        "Look at /var/log/Bigdata/omm/oms/ha/runlog on this host. If HA takes longer to start, set"
            + " restart.start_seconds in hacert_profile_file.");
  }

  /** Whether HA has started anew: a note that says how it is known; empty if it has not. */
  private Optional<String> started(String startBefore) throws HostException {
    if (startBefore.isEmpty()) {
      return Optional.of(WORD);
    }
    return anew(look(startBefore, Duration.ZERO).status(), startBefore);
  }

  private StatusCommand.Seen look(String startBefore, Duration patience) throws HostException {
    return status.await(s -> anew(s, startBefore).isPresent(), patience);
  }

  private Optional<String> anew(OmsStatus seen, String startBefore) {
    return self.in(seen)
        .map(OmsStatus.NodeRow::startTime)
        .filter(t -> !t.isEmpty() && !status.sameStart(t, startBefore))
        .map(t -> "HA runs since " + t);
  }
}
