package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.Severity;
import hacert.rotation.Discovery.Files;
import hacert.rotation.Discovery.Loaded;
import hacert.target.ClusterView;
import hacert.target.HaRole;
import hacert.target.RestartNeed;
import hacert.target.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What becomes of a rotation that has begun to change nodes and has not ended:
 *
 * <ol>
 *   <li>a node cannot be reached, or the inventory no longer has it: stop, for what it runs is not
 *       known;
 *   <li>a generation is asked for that is neither the one that it came from nor the one that it
 *       brings back: no, for it has to be ended first;
 *   <li>a node has ended it as succeeded: forward, for that node cannot go back, and no where that
 *       is asked for; but stop where someone else changed files;
 *   <li>no node was changed: close it, which needs no rollback;
 *   <li>a rollback was begun, or is asked for: finish it, unless it failed already, or someone else
 *       changed what is back and it is not asked for; where the rotation itself brings an older
 *       generation back, and no step of it failed, it is what is asked for: forward;
 *   <li>someone else changed files: stop;
 *   <li>no failure is recorded, nor told by a node, and close has not seen two actives: forward;
 *       but stop where someone brought the old files back;
 *   <li>files cannot be read: stop;
 *   <li>it is not known what a node runs: stop, but forward where a person asks again;
 *   <li>all nodes run the new generation: stop where all are active; prove it once more where they
 *       agree, or a person asks again; then stop if only health is missing, or if close has seen
 *       two actives;
 *   <li>the second node failed once: forward once more (without a second restart);
 *   <li>the old generation is not sound: stop, but forward where a person asks again;
 *   <li>else: back.
 * </ol>
 *
 * Where the call that comes next has failed in this run as often as it may, and no record tells
 * why: stop in the place of either way.
 */
final class Recovery {
  private final Target target;
  private final Question q;
  private final Plan plan;
  private final Tried tried;

  Recovery(Target target, Question q, Journal journal) {
    this.target = target;
    this.q = q;
    this.plan = journal.plan();
    this.tried = new Tried(q, plan);
  }

  Decision decide() {
    if (!q.unreachable().isEmpty()) {
      return stop(RecoveryStop.unreachable(List.copyOf(q.unreachable().keySet())));
    }
    List<String> left = plan.order().stream().filter(node -> !q.found().containsKey(node)).toList();
    if (!left.isEmpty()) {
      return stop(RecoveryStop.notInInventory(left));
    }
    boolean begun = tried.rollback();
    boolean refused = tried.rollbackRefused();
    if (anotherIsAsked()) {
      return another();
    }
    // A rotation that brings an older generation back is itself what rollback-certs.yml has begun.
    boolean asked =
        q.intent() == Settings.Intent.ROLLBACK
            && !(isWayBack() && !begun && !refused && !tried.failed());
    Optional<Discovery> ended = nodes().stream().filter(this::endedWell).findFirst();
    // Without a backup there is nothing yet that files could be compared with.
    List<String> other =
        names(d -> d.files() == Files.OTHER && d.journal().done(Phase.STAGE_BACKUP));
    if (ended.isPresent()) {
      if (!asked && !other.isEmpty()) {
        return stop(RecoveryStop.changedAtTheEnd(other, ended.get().node()));
      }
      return asked ? ending(ended.get()) : forward(ended.get().node() + " has ended it");
    }
    if (nodes().stream().noneMatch(Discovery::changed)) {
      return go(plan.back(List.of(), RestartNeed.Scope.NONE), "nothing was changed; it is closed");
    }
    if (asked || begun || refused) {
      List<String> theirs = names(Recovery::changedSinceRestored);
      if (!asked && !theirs.isEmpty()) {
        return stop(RecoveryStop.changedBeside(theirs));
      }
      if (asked && tried.restartedBackInVain()) {
        return stop(RecoveryStop.restartsUsedUp());
      }
      boolean spent = refused || !asked && tried.rollbackFailed();
      return spent
          ? stop(begun ? RecoveryStop.rollbackFailed() : RecoveryStop.rollbackRefused())
          : asked ? backAsked() : back("a begun rollback is finished");
    }
    if (!other.isEmpty()) {
      return stop(RecoveryStop.changedBeside(other));
    }
    if (tried.failed() || tried.twoActives()) {
      return afterFailure();
    }
    List<String> restored = names(d -> restored(d) && Applied.hasWritten(d.journal()));
    return restored.isEmpty()
        ? forward("it was cut off, and no step of it failed")
        : stop(RecoveryStop.broughtBack(restored));
  }

  /** Whether the old files lie where this rotation has begun to change them. */
  private static boolean restored(Discovery d) {
    return d.changed() && d.files() == Files.OLD;
  }

  /**
   * Whether someone else changed the files of a node that is back. This rotation's own new files
   * may also have come from a node that is not, by the service's own synchronisation: these are
   * restored again, unless the service was started with them.
   */
  private static boolean changedSinceRestored(Discovery d) {
    return d.changed()
        && d.journal().done(Phase.ROLLBACK_RESTORE)
        && (d.files() == Files.OTHER
            || d.journal().done(Phase.ROLLBACK_RESTART) && d.loaded() == Loaded.UNKNOWN);
  }

  /** Whether going on with it is what {@code rollback-certs.yml} asks for. */
  private boolean isWayBack() {
    return plan.kind() != Plan.Kind.REPLACE
        && (q.settings().generation() == 0 || q.settings().generation() == plan.restore());
  }

  private boolean anotherIsAsked() {
    int wanted = q.intent() == Settings.Intent.ROLLBACK ? q.settings().generation() : 0;
    return wanted > 0
        && wanted != plan.from()
        && wanted != plan.restore()
        && nodes().stream().anyMatch(Discovery::changed);
  }

  private Decision another() {
    return new Decision.No(
        Exit.REFUSED,
        List.of(
            Finding.error(
                "ROTATION_OPEN",
                "Generation "
                    + q.settings().generation()
                    + " is asked for, and rotation "
                    + plan.rotation()
                    + " has begun to change nodes and has not ended; its way back is generation "
                    + plan.from()
                    + ". Nothing was changed now.",
                "End it first: run rollback-certs.yml without hacert_generation, or"
                    + " rotate-certs.yml. Then ask for that generation again.")));
  }

  private Decision afterFailure() {
    List<String> unreadable = names(d -> d.changed() && d.files() == null);
    if (!unreadable.isEmpty()) {
      return stop(RecoveryStop.filesNotReadable(unreadable));
    }
    List<String> unknown = names(d -> d.loaded() == Loaded.UNKNOWN);
    if (!unknown.isEmpty()) {
      return stopOnce(RecoveryStop.loadedUnknown(unknown));
    }
    if (nodes().stream().allMatch(d -> d.files() == Files.NEW && d.loaded() == Loaded.NEW)) {
      return allNew();
    }
    boolean forwardIsWhole =
        nodes().stream().noneMatch(d -> restored(d) && d.journal().done(Phase.APPLY_RESTART));
    if (forwardIsWhole && tried.laterNodeMayTryAgain()) {
      return forward("the second node failed once and is tried once more");
    }
    return backIfSound("it failed before all nodes had the new generation");
  }

  private Decision allNew() {
    if (nodes().size() > 1 && nodes().stream().allMatch(d -> d.role() == HaRole.ACTIVE)) {
      return stop(RecoveryStop.twoActives());
    }
    ClusterView view = target.assess(q.facts(), "", q.now());
    boolean agree =
        !view.active().isEmpty()
            && view.standbys().size() == q.nodes().size() - 1
            && view.findings().stream()
                .noneMatch(
                    f -> f.severity() == Severity.ERROR && !f.code().equals(FreshPlan.UNHEALTHY));
    if (tried.proofMayTryAgain() && (agree || !q.afterFailure())) {
      return forward("all nodes run the new generation; it is proven once more");
    }
    if (tried.twoActives()) {
      // The certificates are proven on each node: to go back could cost the one that still serves.
      return stop(RecoveryStop.twoActives());
    }
    return agree
        ? stop(RecoveryStop.unrelatedUnhealthy())
        : backIfSound("the nodes do not agree with the new generation");
  }

  private Decision backIfSound(String why) {
    for (Discovery d : nodes()) {
      if (!d.changed()) {
        continue;
      }
      Optional<String> unsound = unsound(d.journal());
      if (unsound.isPresent()) {
        return stopOnce(RecoveryStop.oldGenerationUnsound(d.node(), unsound.get()));
      }
    }
    return back(why);
  }

  private Decision backAsked() {
    Decision back = back("a rollback is asked for");
    if (!compromised()
        || !(back instanceof Decision.Go go)
        || go.plan().action() != Plan.Action.BACK) {
      return back;
    }
    List<Finding> findings = new ArrayList<>(go.findings());
    findings.add(FreshPlan.knownToOthers("the old generation"));
    return new Decision.Go(go.plan(), findings);
  }

  /** In the run that said so and in each later one of this rotation. */
  private boolean compromised() {
    return plan.compromised() || q.settings().compromised();
  }

  private Optional<String> unsound(Journal journal) {
    if (compromised()) {
      return Optional.of("the old keys are known to others, as hacert_compromised says");
    }
    JsonNode backup = journal.entry(Phase.STAGE_BACKUP).map(Journal.Entry::data).orElse(null);
    if (backup == null) {
      return Optional.of("its journal knows no backup");
    }
    if (!backup.path("proven").asBoolean()) {
      return Optional.of("the backup is not proven to be what was running, or not whole");
    }
    if (plan.expired()) {
      return Optional.of("certificates of every node had expired when it began");
    }
    String until = backup.path("valid_until").asText();
    return !until.isEmpty() && !q.now().isBefore(Instant.parse(until))
        ? Optional.of("the old generation expired at " + until)
        : Optional.empty();
  }

  private Decision forward(String why) {
    return go(plan.with(Plan.Action.ROTATE), "forward: " + why);
  }

  /**
   * Nodes that need no restart come first: they end the mixed window soonest. But what only has
   * files of another node waits for that one, which would bring them again. Where all are stopped
   * and started at once there is no such difference.
   */
  private Decision back(String why) {
    RestartNeed.Scope restart = restart();
    boolean stops = restart == RestartNeed.Scope.CLUSTER;
    List<String> busy = names(d -> stops && vendorRuns(d));
    if (!busy.isEmpty()) {
      return stop(RecoveryStop.vendorRuns(busy));
    }
    List<Discovery> changed = nodes().stream().filter(Discovery::changed).toList();
    boolean allStarted = changed.stream().allMatch(d -> d.journal().done(Phase.ROLLBACK_RESTART));
    if (restart == RestartNeed.Scope.CLUSTER && allStarted) {
      // Files that came back are restored; nobody stops for that what runs already.
      restart = RestartNeed.Scope.NONE;
    }
    boolean each = restart == RestartNeed.Scope.NODE;
    boolean whole = restart == RestartNeed.Scope.CLUSTER;
    List<String> back =
        changed.stream()
            .filter(
                d -> !d.journal().done(Phase.ROLLBACK_RESTART) || !whole && d.files() != Files.OLD)
            .sorted(
                Comparator.comparing(
                        (Discovery d) ->
                            each && (needsRestart(d) || !d.journal().begunAny(Phase.APPLY)))
                    .thenComparing(d -> plan.order().indexOf(d.node())))
            .map(Discovery::node)
            .toList();
    return go(plan.back(back, restart), "back: " + why);
  }

  private static boolean vendorRuns(Discovery d) {
    return d.findings().stream().anyMatch(f -> f.code().equals("GS_OM_RUNNING"));
  }

  /** What the rotation starts anew, by what the nodes said when they were staged. */
  private RestartNeed.Scope restart() {
    return nodes().stream()
        .filter(Discovery::open)
        .map(d -> StagedBundle.restart(d.journal()))
        .max(Comparator.naturalOrder())
        .orElse(RestartNeed.Scope.NODE);
  }

  private Decision go(Plan next, String why) {
    Optional<Result> spent = tried.spent(next.action());
    if (spent.isPresent()) {
      boolean ended = nodes().stream().anyMatch(this::endedWell);
      return stop(RecoveryStop.triesUsedUp(spent.get(), ended));
    }
    return new Decision.Go(
        next,
        List.of(
            Finding.warning(
                "ROTATION_CONTINUES",
                "Rotation " + plan.rotation() + " did not end: " + why + ".",
                "")));
  }

  /**
   * The run that failed stops. One that begins with rotate-certs.yml is a person's answer: there is
   * no sound way back, and the person asks to go forward.
   */
  private Decision stopOnce(RecoveryStop stop) {
    return q.afterFailure() ? stop(stop) : forward(stop.why() + ", and it is asked for again");
  }

  private Decision stop(RecoveryStop stop) {
    List<Finding> findings = new ArrayList<>();
    findings.add(stop.finding(plan, isDown()));
    q.unreachable().values().forEach(findings::addAll);
    nodes().forEach(d -> findings.add(d.state()));
    return new Decision.Go(plan.with(Plan.Action.STOP), findings);
  }

  /** Whether no node that was asked serves. */
  private boolean isDown() {
    return !nodes().isEmpty() && nodes().stream().allMatch(d -> d.loaded() == Loaded.DOWN);
  }

  private boolean endedWell(Discovery d) {
    return d.journal() != null
        && d.journal().rotation().equals(plan.rotation())
        && d.journal().outcome() == Outcome.SUCCEEDED;
  }

  /** Rolling back the other node alone would part the pair. */
  private Decision ending(Discovery d) {
    return new Decision.No(
        Exit.REFUSED,
        List.of(
            Finding.error(
                "ROTATION_ENDING",
                "Rotation "
                    + plan.rotation()
                    + " is proven and has ended on "
                    + d.node()
                    + ", but not on every node. Nothing was changed.",
                "Run rotate-certs.yml: it ends it without a restart. Then run rollback-certs.yml:"
                    + " it brings back the generation before.")));
  }

  private static boolean needsRestart(Discovery d) {
    return d.loaded() != Loaded.OLD;
  }

  private List<String> names(Predicate<Discovery> which) {
    return nodes().stream().filter(which).map(Discovery::node).toList();
  }

  private List<Discovery> nodes() {
    return List.copyOf(q.found().values());
  }
}
