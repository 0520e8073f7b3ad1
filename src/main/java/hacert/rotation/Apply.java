package hacert.rotation;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.AtomicFiles;
import hacert.host.Attempt;
import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.host.MarkedProcesses;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Difference;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.StepReport;
import hacert.rotation.Journal.Entry;
import hacert.rotation.Journal.State;
import hacert.target.Bundle;
import hacert.target.HaRole;
import hacert.target.NodeFacts;
import hacert.target.RestartNeed.Scope;
import hacert.target.Secret;
import hacert.target.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;

/**
 * Changes this node: installs what is staged, and restarts the service.
 *
 * <p>It refuses to begin unless every node is staged alike (first node), or the first node's apply
 * has succeeded (others), nothing was changed since the backup, and, on the first node, the HA
 * roles are still what the plan was made for. Once begun it is finished, however often it is cut
 * off.
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
      gate(journal);
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
      MarkedProcesses.awaitEnd(site.marker(), site.host().clock());
      Steps steps = site.steps(journal);
      stop(steps);
      removeLeftovers();
      for (Step step : site.node().install(bundle, password, site.installSpec())) {
        steps.run(Phase.APPLY + "." + step.name(), () -> Steps.Done.of(step.action().run()));
      }
      steps.run(Phase.APPLY_MODES, () -> Steps.Done.of(modes()));
      return restart(steps);
    }
  }

  private String restored(int generation) throws HostException {
    site.generations().get(generation).manifest().restore(site.state().generation(generation));
    return "files of generation " + generation + site.node().followRestored();
  }

  /** The first node stops all; on the others it was seen before that they are stopped. */
  private void stop(Steps steps) throws HostException {
    if (scope(steps.journal()) == Scope.CLUSTER && site.first()) {
      Path directory = site.state().rotation(plan.rotation()).resolve("stop");
      steps.stop(Phase.APPLY_STOP, Phase.APPLY_RESTART, site.node(), directory);
    }
  }

  /** What is started anew, by what all nodes have said when they were staged. */
  private Scope scope(Journal journal) {
    return site.request().staged().stream()
        .filter(r -> plan.order().contains(r.host()) && good(r, "stage", r.host()))
        .map(r -> r.data().path("staged"))
        .filter(JsonNode::isObject)
        .map(StagedBundle::restart)
        .reduce(StagedBundle.restart(journal), BinaryOperator.maxBy(Comparator.naturalOrder()));
  }

  /** An earlier call that was killed while it wrote may have left a temporary file. */
  private void removeLeftovers() throws HostException {
    for (Path directory : site.node().certificateDirectories()) {
      AtomicFiles.removeLeftovers(directory);
    }
  }

  /** Wrong owners or modes break the file synchronisation of some systems. */
  private String modes() throws HostException {
    int corrected = 0;
    for (Snapshot.Entry before : site.generations().get(plan.from()).manifest().entries()) {
      Path path = before.location();
      boolean same =
          switch (before.type()) {
            case FILE -> Files.isRegularFile(path, NOFOLLOW_LINKS);
            case DIRECTORY -> Files.isDirectory(path, NOFOLLOW_LINKS);
            case LINK -> false;
          };
      if (!same) {
        continue;
      }
      FileMeta wanted = before.meta().withoutMtime();
      boolean kept =
          before.type() == Snapshot.Type.DIRECTORY || site.node().keepsMode(wanted.mode());
      if (kept && !FileMeta.of(path).withoutMtime().equals(wanted)) {
        AtomicFiles.adjust(path, wanted);
        corrected++;
      }
    }
    return corrected == 0 ? "as before" : corrected + " files and directories corrected";
  }

  private Answer restart(Steps steps) throws HostException {
    Journal journal = steps.journal();
    Scope scope = scope(journal);
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
    int attempt = attempt(journal);
    Path directory = Applied.restartDirectory(site.state(), plan.rotation(), attempt);
    String start = startBefore(journal);
    Step restart = site.node().restart(directory, start, seenOver(journal, directory));
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

  /** Since the stage, HA may have been started anew beside us; that is not our restart. */
  private String startBefore(Journal journal) {
    String now = journal.begun(Phase.APPLY_RESTART) ? "" : site.node().serviceStart();
    return now.isEmpty() ? Applied.startBefore(journal) : now;
  }

  /**
   * A restart that was cut off is attached to. One that failed is looked at again in the same run,
   * and begun anew only in another: at most one a run.
   */
  private int attempt(Journal journal) throws HostException {
    Optional<Entry> earlier = journal.entry(Phase.APPLY_RESTART);
    int number = earlier.map(e -> e.data().path("attempt").asInt(1)).orElse(1);
    boolean anotherRun =
        earlier.filter(e -> !e.run().equals(site.request().holder().process())).isPresent();
    Attempt.State state =
        site.host()
            .detached()
            .find(Applied.restartDirectory(site.state(), plan.rotation(), number))
            .poll();
    if (state instanceof Attempt.Withdrawn) {
      // It never ran, and never will.
      return number + 1;
    }
    boolean over =
        state instanceof Attempt.Exited exited && exited.code() != 0
            || state instanceof Attempt.Exited && failed(earlier)
            || state instanceof Attempt.Vanished;
    return anotherRun && over && needed(journal) ? number + 1 : number;
  }

  /** Asked only where it decides: the vendor's status takes about a second, in the mixed window. */
  private boolean needed(Journal journal) throws HostException {
    String start = site.node().serviceStart();
    return Discover.loaded(site, journal, start) != Discovery.Loaded.NEW;
  }

  /** Whether this restart has ended before, so that only the service itself can tell how. */
  private boolean seenOver(Journal journal, Path directory) throws HostException {
    return failed(journal.entry(Phase.APPLY_RESTART))
        || site.host().detached().find(directory).poll() instanceof Attempt.Exited;
  }

  private static boolean failed(Optional<Entry> entry) {
    return entry.filter(e -> e.state() == State.FAILED).isPresent();
  }

  private void gate(Journal journal) throws HostException, RefusedException {
    if (!journal.done(Phase.STAGE_BUNDLE) || !journal.done(Phase.STAGE_BACKUP)) {
      throw new RefusedException(
          "NOT_STAGED",
          "This node is not staged for rotation " + plan.rotation() + ". It was not changed.",
          "Run the playbook from its beginning.");
    }
    List<Finding> wrong = site.node().checkInstall(site.installSpec());
    if (Finding.stops(wrong)) {
      throw new RefusedException(wrong);
    }
    if (site.first()) {
      stagedAlike(journal);
      unchangedRoles(journal);
    } else {
      firstApplied();
      stopped(journal);
    }
    if (site.first() || !plan.together()) {
      untouched();
    }
  }

  /** A service that runs must not meet files that it cannot open. */
  private void stopped(Journal journal) throws RefusedException {
    if (scope(journal) == Scope.CLUSTER && !site.node().serviceStart().isEmpty()) {
      throw new RefusedException(
          "NOT_STOPPED",
          "The service on this node runs, and should have been stopped by "
              + plan.order().get(0)
              + " before its files are replaced. This node was not changed.",
          "Find out who has started it. Then run the same command again.");
    }
  }

  private void stagedAlike(Journal journal) throws RefusedException {
    JsonNode mine = journal.entry(Phase.STAGE_BUNDLE).orElseThrow().data().path("files");
    for (String node : plan.order()) {
      boolean alike =
          site.request().staged().stream()
              .filter(r -> good(r, "stage", node))
              .anyMatch(r -> r.data().path("staged").path("files").equals(mine));
      if (!alike) {
        throw new RefusedException(
            "NOT_STAGED",
            "There is no proof that "
                + node
                + " holds the same staged bundle as this node."
                + " Nothing was changed.",
            "Run the playbook from its beginning: it stages every node before it applies.");
      }
    }
  }

  private void firstApplied() throws RefusedException {
    Result first = site.request().first();
    if (first == null || !good(first, "apply", plan.order().get(0))) {
      throw new RefusedException(
          "FIRST_NODE_NOT_APPLIED",
          "There is no proof that "
              + plan.order().get(0)
              + " was changed and restarted in rotation "
              + plan.rotation()
              + ". This node was not changed.",
          "Run the playbook from its beginning: it applies the active node first.");
    }
  }

  private boolean good(Result result, String operation, String node) {
    return operation.equals(result.operation())
        && node.equals(result.host())
        && plan.rotation().equals(result.rotation())
        && !result.check()
        && result.outcome().good();
  }

  private void unchangedRoles(Journal journal) throws RefusedException {
    NodeFacts facts = site.node().facts(true);
    if (plan.named()) {
      // Whatever it was called when a person named it; that it has become active bears the person
      // out.
      if (facts.role() != HaRole.ACTIVE && !facts.role().word().equals(journal.role())) {
        throw rolesChanged(site.name(), journal.role(), facts.role());
      }
      return;
    }
    checkRole(site.name(), facts.role());
    Map<String, HaRole> seen = site.node().roles(facts);
    for (String other : plan.order().subList(1, plan.order().size())) {
      // An ill pair, say one whose certificates have expired, cannot tell of the other node.
      if (plan.healthy()) {
        String name = plan.nodes().get(other).statusName();
        checkRole(other, seen.getOrDefault(name, HaRole.UNKNOWN));
      }
    }
  }

  private void checkRole(String node, HaRole now) throws RefusedException {
    HaRole planned = node.equals(plan.active()) ? HaRole.ACTIVE : HaRole.STANDBY;
    if (now != planned) {
      throw rolesChanged(node, planned.word(), now);
    }
  }

  private static RefusedException rolesChanged(String node, String planned, HaRole now) {
    return new RefusedException(
        "ROLES_CHANGED",
        String.format(
            "%s was %s when the rotation was planned and is %s now. Nothing was changed.",
            node, planned, now.word()),
        "See that the cluster is well, then run the playbook again: it plans anew.");
  }

  /**
   * What is installed must still be what was backed up, or the backup would be no way back. In the
   * mixed window HA of a later node may note in its configuration what it sees; that alone must not
   * leave the cluster mixed.
   */
  private void untouched() throws HostException, RefusedException {
    Predicate<Difference> amongCertificates = site.amongCertificates();
    List<Difference> differences =
        GenerationStore.differences(
                site.generations().get(plan.from()).manifest(), site.installed())
            .stream()
            .filter(d -> site.first() || amongCertificates.test(d))
            .toList();
    if (!differences.isEmpty()) {
      throw new RefusedException(
          "FILES_CHANGED",
          "Since it was staged someone changed files on this node: "
              + differences.stream().limit(5).toList()
              + ". The rotation has not changed this node.",
          "Find out who did it. Then run the playbook again: it plans anew.");
    }
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
