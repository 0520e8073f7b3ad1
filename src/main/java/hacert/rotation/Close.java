package hacert.rotation;

import hacert.host.HostException;
import hacert.host.Snapshot.Aspect;
import hacert.host.Snapshot.Difference;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.StepReport;
import hacert.target.HaRole;
import hacert.target.NodeFacts;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Ends the rotation on this node: records the new generation, gives up the lease, removes what was
 * staged. After a rollback it only ends the journal; what a person has undone counts as rolled back
 * even where nothing had been changed yet, so that {@link Undone} knows it.
 */
final class Close {
  /** Owners, modes and files beside the certificates may be set right by others meanwhile. */
  private static final Set<Aspect> CONTENT = Set.of(Aspect.CONTENT, Aspect.REMOVED, Aspect.TYPE);

  private final Site site;
  private final Plan plan;

  Close(Site site) {
    this.site = site;
    this.plan = site.plan();
  }

  Answer run() throws HostException, RefusedException, LockedException {
    if (OpenJournal.neverReached(site)) {
      // It may have been copied here before the step that failed.
      StagedBundle.remove(site.state(), plan.rotation());
      endSuperseded();
      return Answer.of(Outcome.UNCHANGED).after(site.node().installed());
    }
    Journal journal = OpenJournal.of(site);
    if (!journal.isOpen()) {
      site.authorities().settle();
      boolean was = journal.hasChanged() && journal.outcome() == Outcome.ROLLED_BACK;
      return Answer.of(was ? Outcome.ROLLED_BACK : Outcome.UNCHANGED);
    }
    Outcome outcome = outcome(journal);
    oneActive();
    if (outcome == Outcome.SUCCEEDED) {
      unchanged(journal);
      record(journal);
    }
    end(journal, outcome);
    boolean back = journal.hasChanged() && outcome == Outcome.ROLLED_BACK;
    String note =
        back
            ? "generation " + plan.from() + " is back"
            : outcome == Outcome.SUCCEEDED ? "generation " + plan.to() : "nothing was changed";
    return Answer.of(back ? outcome : Outcome.SUCCEEDED)
        .steps(List.of(new StepReport("close", "done", 0, note)))
        .after(site.node().installed());
  }

  /** Nobody goes on with a rotation that another one was to take the place of. */
  private void endSuperseded() throws HostException {
    Optional<Journal> earlier = site.journals().load().filter(j -> OpenJournal.superseded(j, plan));
    if (earlier.isPresent()) {
      end(earlier.get(), Outcome.REFUSED);
    }
  }

  private void end(Journal journal, Outcome outcome) throws HostException {
    Journal closed = journal.with(outcome);
    site.journals().archive(closed);
    site.journals().save(closed);
    site.authorities().settle();
    // Not before: until the journal is closed, the rotation may have to go on from what is staged.
    StagedBundle.remove(site.state(), closed.rotation());
  }

  private Outcome outcome(Journal journal) throws RefusedException {
    boolean back = plan.action() == Plan.Action.BACK;
    if (back && !journal.hasChanged()) {
      boolean undone = site.request().intent() == Settings.Intent.ROLLBACK;
      return undone ? Outcome.ROLLED_BACK : Outcome.REFUSED;
    }
    if (!journal.done(back ? Phase.CONFIRM_BACK : Phase.CONFIRM_PROVE)) {
      throw new RefusedException(
          "NOT_CONFIRMED",
          "Rotation " + plan.rotation() + " is not proven on this node; it stays open.",
          "Run the playbook from its beginning.");
    }
    return back ? Outcome.ROLLED_BACK : Outcome.SUCCEEDED;
  }

  /**
   * Each node proves what it sees itself. Where they do not hear each other, each may see one
   * active and one standby, and be the active one itself.
   */
  private void oneActive() throws RefusedException {
    boolean hear = plan.action() != Plan.Action.BACK || !plan.expired();
    List<String> active =
        plan.order().stream()
            .filter(
                node ->
                    site.request().proven().stream()
                        .anyMatch(r -> plan.proves(r, "confirm", node) && isActive(r)))
            .toList();
    if (hear && active.size() > 1) {
      throw new RefusedException(
          RecoveryStop.TWO_ACTIVES,
          "Each of "
              + String.join(" and ", active)
              + " is active by its own status: they do not hear each other, though each of them"
              + " proved the certificates. Rotation "
              + plan.rotation()
              + " is not recorded as proven, and stays open.",
          "Look at the heartbeat between the nodes and at the log of HA on each. Bring the cluster"
              + " to one active node by the vendor's means, then run the same command again: it"
              + " restarts nothing and only proves.");
    }
  }

  private static boolean isActive(Result confirmed) {
    return confirmed.data() != null
        && confirmed.data().path(Confirm.ROLE).asText().equals(HaRole.ACTIVE.word());
  }

  /** What is recorded as proven is what was proven: nobody has put another key there since. */
  private void unchanged(Journal journal) throws HostException, RefusedException {
    List<Difference> foreign =
        Applied.foreign(site, journal, site.installed()).orElse(List.of()).stream()
            .filter(d -> CONTENT.contains(d.aspect()))
            .toList();
    if (!foreign.isEmpty()) {
      throw new RefusedException(
          "FILES_CHANGED",
          "Since they were installed someone changed certificate files on this node: "
              + foreign.stream().limit(5).toList()
              + ". Rotation "
              + plan.rotation()
              + " is not recorded as proven, and stays open here.",
          "Find out who did it. Bring the files to what this rotation has installed, then run"
              + " rotate-certs.yml again: it proves and records.");
    }
  }

  private void record(Journal journal) throws HostException {
    NodeFacts facts = site.node().facts(false);
    Generation.Origin origin =
        plan.kind() == Plan.Kind.REPLACE ? Generation.Origin.INSTALLED : Generation.Origin.RESTORED;
    Generation installed =
        new Generation(
            Generation.SCHEMA,
            plan.to(),
            site.now(),
            journal.rotation(),
            plan.from(),
            origin,
            // It is what runs; but what lacks a part that a way back needs is none.
            site.node().rollbackSetIsWhole(),
            facts.bundleDigest(),
            facts.installed(),
            site.node().settings(),
            site.installed());
    site.generations().keep(installed, site.node().restartByHand());
    // Who asks for the restored one again, because the first answer was lost say, names its number.
    List<Integer> never = List.of(plan.from(), plan.to(), plan.restore());
    site.generations().prune(site.request().settings().generations(), never);
  }
}
