package hacert.rotation;

import hacert.host.Attempt;
import hacert.host.HostException;
import hacert.rotation.Journal.Entry;
import hacert.rotation.Journal.State;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The last restart that earlier calls of a rotation began here, forward or back. One that was cut
 * off or still runs is attached to, whatever was said of it when its time was over. One that is
 * over is looked at again in the same run, and begun anew only in another: at most one a run.
 *
 * @param entry its step in the journal; empty where none was begun
 * @param state what has become of it
 * @param anotherRun whether another run than this one began it
 */
record EarlierRestart(Optional<Entry> entry, Attempt.State state, boolean anotherRun) {
  /**
   * Looks for it.
   *
   * @param directories where the attempt of this number keeps its traces
   */
  static EarlierRestart find(Site site, Journal journal, String step, IntFunction<Path> directories)
      throws HostException {
    Optional<Entry> entry = journal.entry(step);
    String run = site.request().holder().process();
    return new EarlierRestart(
        entry,
        site.host().detached().find(directories.apply(Math.max(number(entry), 1))).poll(),
        entry.filter(e -> !e.run().equals(run)).isPresent());
  }

  /** Number of the last attempt, counted from 1; 0 where none was begun. */
  static int number(Optional<Entry> entry) {
    return entry.map(e -> e.data().path("attempt").asInt(1)).orElse(0);
  }

  /** Counted from 1; 0 where none was begun. */
  int attempt() {
    return number(entry);
  }

  /** Whether the vendor's script has not run for it, and will not. */
  boolean neverRan() {
    return entry.isEmpty() || state instanceof Attempt.Withdrawn;
  }

  /** Whether another one may begin, where the service is not seen to have started by this one. */
  boolean mayBeginAnew() {
    return anotherRun
        && (state instanceof Attempt.Exited exited && (failed() || exited.code() != 0)
            || state instanceof Attempt.Vanished);
  }

  /** Whether it has ended before, so that only the service itself can tell how. */
  boolean isOver() {
    return failed() || state instanceof Attempt.Exited;
  }

  private boolean failed() {
    return entry.filter(e -> e.state() == State.FAILED).isPresent();
  }
}
