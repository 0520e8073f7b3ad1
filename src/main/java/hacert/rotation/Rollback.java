package hacert.rotation;

import hacert.host.Attempt;
import hacert.host.HostException;
import hacert.host.MarkedProcesses;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.rotation.Discovery.Loaded;
import hacert.rotation.Journal.Entry;
import hacert.target.Step;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Returns this node to this rotation's own backup: its files, and, if the service works with the
 * new generation, its process.
 */
final class Rollback {
  private final Site site;
  private final Plan plan;

  Rollback(Site site) {
    this.site = site;
    this.plan = site.plan();
  }

  Answer run() throws HostException, RefusedException, LockedException {
    Journal journal = OpenJournal.of(site);
    if (!journal.isOpen() || !journal.begunAny(Phase.APPLY)) {
      return Answer.of(Outcome.UNCHANGED).after(site.node().installed());
    }
    noRestartUnderWay(journal);
    MarkedProcesses.awaitEnd(plan.rotation() + "." + site.name(), site.host().clock());
    Steps steps = site.steps(journal);
    steps.run(
        Phase.ROLLBACK_RESTORE,
        () -> {
          Generation backup = site.generations().get(plan.from());
          backup.manifest().restore(site.state().generation(plan.from()));
          return Steps.Done.of("files of generation " + plan.from());
        });
    boolean needed = restart(steps);
    return Answer.of(Outcome.ROLLED_BACK)
        .steps(steps.reports())
        .after(site.node().installed())
        .restart(needed ? steps.seconds(Phase.ROLLBACK_RESTART).orElse(null) : null);
  }

  /** Restarts the service if it works with the new generation; answers whether it did. */
  private boolean restart(Steps steps) throws HostException {
    Journal journal = steps.journal();
    Optional<Entry> earlier = journal.entry(Phase.ROLLBACK_RESTART);
    boolean resumed = earlier.filter(e -> e.state() == Journal.State.BEGUN).isPresent();
    String start =
        resumed ? earlier.get().data().path("start").asText() : site.node().serviceStart();
    int attempt = earlier.map(e -> e.data().path("attempt").asInt() + (resumed ? 0 : 1)).orElse(1);
    Path directory = Applied.rollbackDirectory(site.state(), plan.rotation(), attempt);
    boolean needed =
        resumed
            ? earlier.get().data().path("needed").asBoolean(true)
            : Discover.loaded(site, journal, start) != Loaded.OLD;
    Step restart = site.node().restart(directory, start, false);
    steps.run(
        Phase.ROLLBACK_RESTART,
        Json.mapper()
            .createObjectNode()
            .put("attempt", attempt)
            .put("start", start)
            .put("needed", needed),
        () ->
            Steps.Done.of(
                needed
                    ? restart.action().run()
                    : "not needed: the service never loaded the new generation"));
    return needed;
  }

  /**
   * Two restarts at once would leave nobody knows what; a script may run on after it has worked.
   */
  private void noRestartUnderWay(Journal journal) throws HostException, RefusedException {
    if (!journal.begun(Phase.APPLY_RESTART)) {
      return;
    }
    Attempt.State state =
        site.host().detached().withdraw(Applied.restartDirectory(site.state(), journal)).poll();
    if (state instanceof Attempt.Running running) {
      throw new RefusedException(
          "RESTART_RUNNING",
          "The restart that was begun here still runs (process " + running.pid() + ").",
          "Wait until it has ended, then run the same command again.");
    }
  }
}
