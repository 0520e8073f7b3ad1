package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import hacert.host.HostException;
import hacert.result.StepReport;
import hacert.rotation.Journal.Entry;
import hacert.rotation.Journal.State;
import hacert.target.ManagedNode;
import hacert.target.Step;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs the steps of one call under the journal: what is done is not done again, what was cut off is
 * done again, and before and after each step the journal says so.
 */
final class Steps {
  private final JournalStore store;
  private final Clock clock;
  private final String run;
  private final List<StepReport> reports = new ArrayList<>();
  private Journal journal;

  /**
   * @param journal the journal as saved
   * @param run the driving process, see {@link Lease#process}
   */
  Steps(JournalStore store, Journal journal, Clock clock, String run) {
    this.store = store;
    this.journal = journal;
    this.clock = clock;
    this.run = run;
  }

  /** What a step did: a note for the report, and data for later steps. */
  record Done(String note, JsonNode data) {
    static Done of(String note) {
      return new Done(note, NullNode.instance);
    }
  }

  /** What a step does. */
  interface Work {
    Done run() throws HostException;
  }

  Journal journal() {
    return journal;
  }

  List<StepReport> reports() {
    return List.copyOf(reports);
  }

  /** How long the step took when it was done, in seconds; empty if it was not. */
  Optional<Double> seconds(String step) {
    return journal
        .entry(step)
        .filter(e -> e.ended() != null)
        .map(e -> seconds(e.began(), e.ended()));
  }

  void run(String step, Work work) throws HostException {
    run(step, NullNode.instance, work);
  }

  /**
   * Runs a step unless it is done.
   *
   * @param plan data to be in the journal before the step begins
   */
  void run(String step, JsonNode plan, Work work) throws HostException {
    run(step, plan, () -> plan, work);
  }

  /** What is found after a step, for its entry in the journal. */
  interface Found {
    JsonNode look() throws HostException;
  }

  /**
   * Runs a step unless it is done.
   *
   * @param plan data to be in the journal before the step begins
   * @param after what is to be there once it has ended, well or not
   */
  void run(String step, JsonNode plan, Found after, Work work) throws HostException {
    Optional<Entry> earlier = journal.entry(step);
    if (journal.done(step)) {
      reports.add(new StepReport(step, "skipped", 0, "done at " + earlier.get().ended()));
      return;
    }
    always(step, plan, after, work);
  }

  /**
   * Does a step whatever was done of it before: for work that changes nothing where all is well.
   */
  void always(String step, Work work) throws HostException {
    always(step, NullNode.instance, () -> NullNode.instance, work);
  }

  /**
   * Runs steps that work on the same files. Until the last of them is done none counts as done: one
   * that failed may have put back what those before it had written.
   */
  void together(String phase, List<Step> all) throws HostException {
    boolean done = all.stream().allMatch(step -> journal.done(name(phase, step)));
    for (Step step : all) {
      Work work = () -> Done.of(step.action().run());
      if (done) {
        run(name(phase, step), work);
      } else {
        always(name(phase, step), work);
      }
    }
  }

  private static String name(String phase, Step step) {
    return phase + "." + step.name();
  }

  /**
   * The same.
   *
   * @param plan data to be in the journal before the step begins
   * @param after what is to be there once it has ended, well or not
   */
  void always(String step, JsonNode plan, Found after, Work work) throws HostException {
    Optional<Entry> earlier = journal.entry(step);
    int attempts = earlier.filter(e -> e.run().equals(run)).map(Entry::attempts).orElse(0) + 1;
    Instant began = clock.instant();
    save(new Entry(step, State.BEGUN, attempts, run, began, null, "", plan));
    try {
      Done done = work.run();
      Instant ended = clock.instant();
      JsonNode data = done.data().isNull() ? seen(plan, after) : done.data();
      save(new Entry(step, State.DONE, attempts, run, began, ended, done.note(), data));
      reports.add(new StepReport(step, "done", seconds(began, ended), done.note()));
    } catch (HostException e) {
      Instant ended = clock.instant();
      String note = e.code() + ": " + e.getMessage();
      save(new Entry(step, State.FAILED, attempts, run, began, ended, note, seen(plan, after)));
      reports.add(new StepReport(step, "failed", seconds(began, ended), e.code()));
      throw e;
    }
  }

  /** That it cannot be looked at makes no failure of a step, and hides none. */
  private static JsonNode seen(JsonNode plan, Found after) {
    try {
      return after.look();
    } catch (HostException e) {
      return plan;
    }
  }

  /**
   * Stops the service on all nodes, and once more where it runs again: someone has started it
   * meanwhile, and the files that come next would not fit what it has loaded.
   *
   * @param start the step that starts it: once begun, it is this rotation's own start that runs
   */
  void stop(String stop, String start, ManagedNode node, Path directory) throws HostException {
    Step step = node.stop(directory);
    Work work = () -> Done.of(step.action().run());
    if (journal.done(stop) && !journal.begun(start) && !node.serviceStart().isEmpty()) {
      always(stop, work);
    } else {
      run(stop, work);
    }
  }

  /** Tells of what every call does anew, and what is therefore not in the journal. */
  void tell(String step, String note) {
    reports.add(new StepReport(step, "done", 0, note));
  }

  private void save(Entry entry) throws HostException {
    journal = journal.with(entry);
    store.save(journal);
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1000.0;
  }
}
