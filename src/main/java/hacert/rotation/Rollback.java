package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.Attempt;
import hacert.host.HostException;
import hacert.host.MarkedProcesses;
import hacert.host.Snapshot;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.rotation.Discovery.Loaded;
import hacert.rotation.Journal.Entry;
import hacert.target.RestartNeed.Scope;
import hacert.target.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Returns this node to this rotation's own backup: its files, and, if the service works with the
 * new generation, its process.
 *
 * <p>Where all nodes are started at once, the first of those that go back stops them before its
 * files are restored, and the last one starts them.
 */
final class Rollback {
  private static final String OUTDATED = "outdated";

  private final Site site;
  private final Plan plan;

  Rollback(Site site) {
    this.site = site;
    this.plan = site.plan();
  }

  Answer run() throws HostException, RefusedException, LockedException {
    Journal journal = OpenJournal.of(site);
    if (!journal.isOpen() || !touched(journal)) {
      return Answer.of(Outcome.UNCHANGED).after(site.node().installed());
    }
    List<Finding> findings = new ArrayList<>(leftOver(journal));
    MarkedProcesses.awaitEnd(site.marker());
    Steps steps = site.steps(journal);
    Generation backup = site.generations().get(plan.from());
    stop(steps, backup);
    JsonNode outdated = Json.mapper().createObjectNode().put(OUTDATED, outdatedNow(journal));
    // Since an earlier call someone, or a file synchronisation, may have brought files back.
    steps.always(
        Phase.ROLLBACK_RESTORE,
        outdated,
        () -> outdated,
        () -> {
          List<String> others = LooseOwners.restore(site, backup);
          if (!others.isEmpty()) {
            findings.add(LooseOwners.finding(others));
          }
          return Steps.Done.of(
              "files of generation "
                  + plan.from()
                  + site.node().followRestored(Backup.settings(journal))
                  + LooseOwners.note(others));
        });
    boolean needed = restart(steps);
    return Answer.of(Outcome.ROLLED_BACK)
        .findings(findings)
        .steps(steps.reports())
        .after(site.node().installed())
        .restart(needed ? steps.seconds(Phase.ROLLBACK_RESTART).orElse(null) : null);
  }

  /** Whether this rotation, or the system with another node's new files, has changed this one. */
  private boolean touched(Journal journal) throws HostException {
    return journal.hasChanged() || plan.together() || EarlyFiles.lie(site, journal);
  }

  /**
   * Number of the restart after which someone has started the service with other files; 0 if nobody
   * has. It is told before these are restored, and kept: a call that is cut off then would no
   * longer see it.
   */
  private int outdatedNow(Journal journal) throws HostException {
    boolean since =
        plan.restart() == Scope.NODE
            && journal.done(Phase.ROLLBACK_RESTART)
            && Discover.loaded(site, journal, site.node().serviceStart()) != Loaded.OLD;
    return since ? EarlierRestart.number(journal.entry(Phase.ROLLBACK_RESTART)) : outdated(journal);
  }

  /** The same as the journal knows it. */
  private static int outdated(Journal journal) {
    return journal
        .entry(Phase.ROLLBACK_RESTORE)
        .map(restored -> restored.data().path(OUTDATED).asInt(0))
        .orElse(0);
  }

  /** Where nothing but the stop itself was tried, all may still run with the old files. */
  private void stop(Steps steps, Generation backup) throws HostException, RefusedException {
    if (plan.restart() != Scope.CLUSTER) {
      return;
    }
    Snapshot now = site.sight().snapshot();
    boolean same = LooseOwners.differences(site, backup, now).isEmpty();
    if (!plan.back().get(0).equals(site.name())) {
      if (!same) {
        site.mustBeStopped(plan.back().get(0), "restored");
      }
      return;
    }
    if (same && plan.back().size() == 1) {
      return;
    }
    Path directory = site.state().rotation(plan.rotation()).resolve("stop-back");
    steps.stop(Phase.ROLLBACK_STOP, Phase.ROLLBACK_RESTART, site.node(), directory);
  }

  /** Whether a restart is this node's part of the way back, and what to say where it is not. */
  private Optional<String> spared(Journal journal, String start) throws HostException {
    return switch (plan.restart()) {
      case NONE -> Optional.of("no restart needed: the files are read as they are needed");
      case NODE ->
          Discover.loaded(site, journal, start) == Loaded.OLD
              ? Optional.of("no restart needed: the service never loaded the new generation")
              : Optional.empty();
      case CLUSTER -> {
        String last = plan.back().get(plan.back().size() - 1);
        if (!last.equals(site.name())) {
          yield Optional.of(last + " starts all nodes");
        }
        yield site.node().runsEverywhere()
            ? Optional.of("no restart needed: all nodes run")
            : Optional.empty();
      }
    };
  }

  /** Restarts the service if it works with the new generation; answers whether it did. */
  private boolean restart(Steps steps) throws HostException {
    Journal journal = steps.journal();
    EarlierRestart earlier =
        EarlierRestart.find(site, journal, Phase.ROLLBACK_RESTART, this::directory);
    JsonNode before = earlier.entry().map(Entry::data).orElse(NullNode.instance);
    boolean outdated =
        journal.done(Phase.ROLLBACK_RESTART)
            && earlier.anotherRun()
            && outdated(journal) == earlier.attempt();
    boolean anew =
        outdated
            || earlier.neverRan()
            || earlier.mayBeginAnew() && !startedSince(before.path("start").asText(), earlier);
    int attempt = anew ? earlier.attempt() + 1 : earlier.attempt();
    String start = anew ? site.node().serviceStart() : before.path("start").asText();
    boolean asBefore = !anew && before.path("needed").asBoolean(true);
    Optional<String> spared = outdated || asBefore ? Optional.empty() : spared(journal, start);
    boolean needed = spared.isEmpty();
    Step restart = site.node().restart(directory(attempt), start, !anew && earlier.isOver());
    ObjectNode data =
        Json.mapper()
            .createObjectNode()
            .put("attempt", attempt)
            .put("start", start)
            .put("needed", needed);
    Steps.Work work = () -> Steps.Done.of(needed ? restart.action().run() : spared.get());
    Steps.Found back = () -> data.deepCopy().put("back", startBack(needed, start));
    if (outdated) {
      steps.always(Phase.ROLLBACK_RESTART, data, back, work);
    } else {
      steps.run(Phase.ROLLBACK_RESTART, data, back, work);
    }
    return needed;
  }

  /** Where one node's process tells nothing of the others, it is not asked for. */
  private String startBack(boolean restarted, String before) {
    return plan.restart() != Scope.NODE ? "" : restarted ? site.node().serviceStart() : before;
  }

  private Path directory(int attempt) {
    return Applied.rollbackDirectory(site.state(), plan.rotation(), attempt);
  }

  private boolean startedSince(String before, EarlierRestart earlier) {
    if (plan.restart() != Scope.NODE) {
      // There one node's process tells nothing of the others.
      return false;
    }
    String now = site.node().serviceStart();
    return before.isEmpty() || now.isEmpty()
        ? earlier.state() instanceof Attempt.Exited exited && exited.code() == 0
        : !site.node().sameStart(now, before);
  }

  /**
   * Two restarts at once would leave nobody knows what. But a script whose restart is done may run
   * on for ever, as where the service holds its output open: that one holds no way back up.
   */
  private List<Finding> leftOver(Journal journal) throws HostException, RefusedException {
    if (!journal.begun(Phase.APPLY_RESTART)) {
      return List.of();
    }
    Attempt.State state =
        site.host().detached().withdraw(Applied.restartDirectory(site.state(), journal)).poll();
    if (!(state instanceof Attempt.Running running)) {
      return List.of();
    }
    if (!journal.done(Phase.APPLY_RESTART)) {
      throw new RefusedException(
          "RESTART_RUNNING",
          "The restart that was begun here still runs (process " + running.pid() + ").",
          "Wait until it has ended, then run the same command again.");
    }
    return List.of(
        Finding.warning(
            "RESTART_RUNS_ON",
            "The script of the restart that this rotation has done here still runs (process "
                + running.pid()
                + "). It was not waited for.",
            "See what it does: ps -f --pid "
                + running.pid()
                + " --ppid "
                + running.pid()
                + ". One that only holds its output"
                + " open may be ended."));
  }
}
