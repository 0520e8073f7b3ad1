package hacert.rotation;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.AtomicFiles;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.host.MarkedProcesses;
import hacert.host.Snapshot;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.StepReport;
import hacert.rotation.Journal.Entry;
import hacert.target.Bundle;
import hacert.target.RestartNeed.Scope;
import hacert.target.Secret;
import hacert.target.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Changes this node: installs what is staged, and restarts the service.
 *
 * <p>{@link ApplyGate} says whether it may begin. Once begun it is finished, however often it is
 * cut off.
 *
 * <p>Where all nodes are started at once ({@link Scope#CLUSTER}), the first node's apply stops them
 * before it installs, and the last node's starts them after it has installed.
 */
final class Apply {
  private final Site site;
  private final Plan plan;

  Apply(Site site) {
    this.site = site;
    this.plan = site.plan();
  }

  Answer run() throws HostException, RefusedException, LockedException {
    Journal journal = OpenJournal.of(site);
    if (journal.done(Phase.APPLY_RESTART)) {
      return Answer.of(Outcome.UNCHANGED)
          .after(site.node().installed())
          .steps(skipped(journal))
          .data(applied(journal));
    }
    boolean begun = journal.begunAny(Phase.APPLY);
    if (!begun) {
      new ApplyGate(site).check(journal);
    }
    return begin(journal);
  }

  private Answer begin(Journal journal) throws HostException, RefusedException {
    if (plan.kind() == Plan.Kind.RESTORE) {
      Steps steps = site.steps(journal);
      stop(steps);
      steps.run(Phase.APPLY_RESTORE, () -> Steps.Done.of(restored(plan.restore())));
      return restart(steps);
    }
    Optional<Secret> password = site.secrets().password();
    if (plan.kind() == Plan.Kind.REPLACE && password.isEmpty() && site.node().needsPassword()) {
      throw new RefusedException(
          "PASSWORD_MISSING",
          "No password for the key was given.",
          "Set hacert_password, from a vault.");
    }
    try (Bundle bundle = StagedBundle.read(site.state().bundle(plan.rotation()))) {
      checkStaged(journal, bundle, password);
      MarkedProcesses.awaitEnd(site.marker());
      Steps steps = site.steps(journal);
      stop(steps);
      site.removeLeftovers();
      List<CertificateSummary> before = site.generations().get(plan.from()).certificates();
      steps.together(
          Phase.APPLY, site.node().install(bundle, password, site.installSpec(), before));
      steps.run(Phase.APPLY_MODES, () -> Steps.Done.of(modes()));
      return restart(steps);
    }
  }

  private String restored(int generation) throws HostException {
    Generation wanted = site.generations().get(generation);
    List<String> others = LooseOwners.restore(site, wanted);
    return "files of generation "
        + generation
        + site.node().followRestored(wanted.settings())
        + LooseOwners.note(others);
  }

  /** The first node stops all; on the others it was seen before that they are stopped. */
  private void stop(Steps steps) throws HostException {
    if (StagedBundle.restart(site.request(), steps.journal()) == Scope.CLUSTER && site.first()) {
      Path directory = site.state().rotation(plan.rotation()).resolve("stop");
      steps.stop(Phase.APPLY_STOP, Phase.APPLY_RESTART, site.node(), directory);
    }
  }

  /** Wrong owners or modes break the file synchronisation of some systems. */
  private String modes() throws HostException {
    Snapshot backup = site.generations().get(plan.from()).manifest();
    LooseOwners loose = LooseOwners.of(site, backup);
    int corrected = 0;
    List<String> others = new ArrayList<>();
    for (Snapshot.Entry before : backup.entries()) {
      if (!settable(before)) {
        continue;
      }
      FileMeta is = FileMeta.of(before.location()).withoutMtime();
      FileMeta wanted = loose.reachable(before, is).withoutMtime();
      if (!is.equals(wanted)) {
        AtomicFiles.adjust(before.location(), wanted);
        corrected++;
      }
      if (wanted.owner() != before.uid() || wanted.group() != before.gid()) {
        others.add(before.path() + " (" + before.owner() + ":" + before.group() + ")");
      }
    }
    String done = corrected == 0 ? "as before" : corrected + " files and directories corrected";
    return done + LooseOwners.note(others);
  }

  /** Whether what was there before is so still, and has a mode to keep. */
  private boolean settable(Snapshot.Entry before) {
    return switch (before.type()) {
      case FILE ->
          Files.isRegularFile(before.location(), NOFOLLOW_LINKS)
              && site.node().keepsMode(before.meta().mode());
      case DIRECTORY -> Files.isDirectory(before.location(), NOFOLLOW_LINKS);
      case LINK -> false;
    };
  }

  private Answer restart(Steps steps) throws HostException {
    Journal journal = steps.journal();
    Scope scope = StagedBundle.restart(site.request(), journal);
    boolean here = scope == Scope.NODE || scope == Scope.CLUSTER && plan.last(site.name());
    if (here) {
      restartHere(steps);
    } else {
      String last = plan.order().get(plan.order().size() - 1);
      String note =
          scope == Scope.CLUSTER
              ? last + " starts all nodes"
              : "no restart needed: " + StagedBundle.restartReason(journal);
      JsonNode data = Applied.restartData(1, startBefore(journal), site.installed());
      steps.run(Phase.APPLY_RESTART, data, () -> Steps.Done.of(note));
    }
    return Answer.of(Outcome.SUCCEEDED)
        .steps(steps.reports())
        .after(site.node().installed())
        .restart(here ? steps.seconds(Phase.APPLY_RESTART).orElse(null) : null)
        .data(applied(steps.journal()));
  }

  private void restartHere(Steps steps) throws HostException {
    Journal journal = steps.journal();
    EarlierRestart earlier =
        EarlierRestart.find(site, journal, Phase.APPLY_RESTART, this::restartDirectory);
    boolean anew = earlier.neverRan() || earlier.mayBeginAnew() && needed(journal);
    int attempt = anew ? earlier.attempt() + 1 : earlier.attempt();
    String start = startBefore(journal);
    Step restart = site.node().restart(restartDirectory(attempt), start, !anew && earlier.isOver());
    Optional<Snapshot> before = Applied.snapshot(journal);
    JsonNode data =
        Applied.restartData(attempt, start, before.isPresent() ? before.get() : site.installed());
    // What the restart itself writes is no change of somebody else's. In a later call that can no
    // longer be told apart.
    Steps.Found after =
        before.isPresent()
            ? () -> data
            : () -> Applied.restartData(attempt, start, site.installed());
    steps.run(Phase.APPLY_RESTART, data, after, () -> Steps.Done.of(restart.action().run()));
  }

  private Path restartDirectory(int attempt) {
    return Applied.restartDirectory(site.state(), plan.rotation(), attempt);
  }

  /** Since the stage, HA may have been started anew beside us; that is not our restart. */
  private String startBefore(Journal journal) {
    String now = journal.begun(Phase.APPLY_RESTART) ? "" : site.node().serviceStart();
    return now.isEmpty() ? Applied.startBefore(journal) : now;
  }

  /** Asked only where it decides: the vendor's status takes about a second, in the mixed window. */
  private boolean needed(Journal journal) throws HostException {
    String start = site.node().serviceStart();
    return Discover.loaded(site, journal, start) != Discovery.Loaded.NEW;
  }

  private void checkStaged(Journal journal, Bundle bundle, Optional<Secret> password)
      throws HostException, RefusedException {
    Entry staged = journal.entry(Phase.STAGE_BUNDLE).orElseThrow();
    JsonNode files = staged.data().path("files");
    if (!Json.mapper().valueToTree(StagedBundle.hashes(bundle)).equals(files)) {
      throw new RefusedException(
          "NOT_STAGED",
          "The staged bundle on this node was changed since it was staged.",
          "Find out who changed " + site.state().bundle(plan.rotation()) + ".");
    }
    // In the run that staged it the same password has opened it; looking again would only lengthen
    // the mixed window.
    if (!staged.run().equals(site.request().holder().process())) {
      List<Finding> findings = site.node().checkBundle(bundle, password);
      if (Finding.stops(findings)) {
        throw new RefusedException(findings);
      }
    }
  }

  private List<StepReport> skipped(Journal journal) {
    return journal.entries().stream()
        .filter(e -> e.step().startsWith(Phase.APPLY + "."))
        .map(e -> new StepReport(e.step(), "skipped", 0, "done at " + e.ended()))
        .toList();
  }

  private JsonNode applied(Journal journal) {
    return Json.mapper()
        .createObjectNode()
        .put("node", site.name())
        .put("restart", journal.entry(Phase.APPLY_RESTART).map(Entry::note).orElse(""));
  }
}
