package hacert.rotation;

import hacert.result.Outcome;
import hacert.result.Result;
import hacert.rotation.Journal.Entry;
import hacert.rotation.Journal.State;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What has been tried in a rotation, and what of it has failed: by the journals of its nodes, and
 * by what the nodes themselves said in this run.
 */
final class Tried {
  /** A step is tried this often in one run, on one way. */
  private static final int MOST = 2;

  /** Made on both ways. */
  private static final String CONFIRM = "confirm";

  /** The last step of an operation forward: once it is done, what failed before is overcome. */
  private static final Map<String, String> DONE_BY =
      Map.of("apply", Phase.APPLY_RESTART, CONFIRM, Phase.CONFIRM_PROVE);

  private static final Set<String> FORWARD = Set.of("stage", "apply", CONFIRM, "close");
  private static final Set<String> BACK = Set.of("rollback", CONFIRM, "close");

  private final Question q;
  private final Plan plan;

  Tried(Question q, Plan plan) {
    this.q = q;
    this.plan = plan;
  }

  /** Whether a step forward has failed that was not done since. */
  boolean failed() {
    return journals()
            .anyMatch(j -> j.failed(Phase.APPLY).isPresent() || j.failed(Phase.CONFIRM).isPresent())
        || nodes().anyMatch(d -> told("apply", d) + told(CONFIRM, d) > 0);
  }

  /**
   * Whether a node has refused in this run to record what was proven, because more than one node is
   * active. No journal tells of it.
   */
  boolean twoActives() {
    return q.failed().stream()
        .filter(r -> r.operation().equals("close"))
        .flatMap(r -> r.findings().stream())
        .anyMatch(f -> f.code().equals(RecoveryStop.TWO_ACTIVES));
  }

  /** Whether a later node than the first has failed in this run, and may be tried once more. */
  boolean laterNodeMayTryAgain() {
    return nodes()
        .filter(d -> !plan.first(d.node()) && d.open())
        .anyMatch(
            d -> {
              long told = told("apply", d);
              Optional<Entry> failed = d.journal().failed(Phase.APPLY);
              long times = failed.map(e -> Math.max(inThisRun(e), told)).orElse(told);
              return times < MOST && (failed.isPresent() || told > 0);
            });
  }

  /** Whether the proof may be tried once more in this run. */
  boolean proofMayTryAgain() {
    return entries(Phase.CONFIRM_PROVE).allMatch(e -> inThisRun(e) < MOST);
  }

  /** Whether a step back was begun, on a node that has ended the rotation since, too. */
  boolean rollback() {
    return nodes()
        .map(Discovery::journal)
        .anyMatch(j -> j != null && j.rotation().equals(plan.rotation()) && rollback(j));
  }

  private static boolean rollback(Journal journal) {
    return journal.begunAny(Phase.ROLLBACK);
  }

  /** Whether a node has refused to go back in this run. */
  boolean rollbackRefused() {
    return nodes().anyMatch(d -> told("rollback", d) > 0);
  }

  /** Whether a step back, or the proof of it, has failed that was not done since. */
  boolean rollbackFailed() {
    return journals()
        .filter(Tried::rollback)
        .anyMatch(
            j ->
                j.failed(Phase.ROLLBACK).isPresent()
                    || j.entry(Phase.CONFIRM_BACK).filter(Tried::failed).isPresent());
  }

  /** Whether a node was restarted in vain: for a rollback that is done at most once a run. */
  boolean restartedBackInVain() {
    return entries(Phase.ROLLBACK_RESTART).anyMatch(e -> failed(e) && inThisRun(e) > 0);
  }

  private static boolean failed(Entry entry) {
    return entry.state() == State.FAILED;
  }

  private int inThisRun(Entry entry) {
    return entry.run().equals(q.holder().process()) ? entry.attempts() : 0;
  }

  /**
   * The last failure of a call that this way makes, and that has failed in this run as often as it
   * may. What a node has on record is judged before; this ends what no record tells of, such as a
   * connection that is lost in the same call again and again.
   */
  Optional<Result> spent(Plan.Action way) {
    boolean forward = way == Plan.Action.ROTATE;
    Set<String> calls = forward ? FORWARD : BACK;
    return q.failed().stream()
        .filter(r -> calls.contains(r.operation()))
        .filter(r -> times(r) >= (!forward && CONFIRM.equals(r.operation()) ? 2 * MOST : MOST))
        .reduce((earlier, later) -> later);
  }

  private long times(Result failed) {
    return failures(failed.operation(), failed.host()).count();
  }

  /** How often in this run a node itself said that it could not do this, which is not done yet. */
  private long told(String operation, Discovery d) {
    boolean since =
        d.open() && DONE_BY.containsKey(operation) && d.journal().done(DONE_BY.get(operation));
    return since ? 0 : failures(operation, d.node()).filter(Tried::saidByTheNode).count();
  }

  private Stream<Result> failures(String operation, String host) {
    return q.failed().stream()
        .filter(r -> operation.equals(r.operation()) && host.equals(r.host()));
  }

  /** A call whose answer was lost may have done its work: only the journal tells. */
  private static boolean saidByTheNode(Result r) {
    return r.outcome() == Outcome.REFUSED
        || r.findings().stream().anyMatch(f -> f.code().equals("NODE_STATE"));
  }

  private Stream<Discovery> nodes() {
    return q.found().values().stream();
  }

  private Stream<Journal> journals() {
    return nodes().filter(Discovery::open).map(Discovery::journal);
  }

  private Stream<Entry> entries(String step) {
    return journals().flatMap(j -> j.entry(step).stream());
  }
}
