package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import hacert.result.Outcome;
import java.util.List;

/**
 * A cluster whose hosts or links fail during a rotation, and what comes of the same command after
 * that.
 *
 * @param <C> kind of cluster
 */
final class FaultyHosts<C extends LabCluster> {
  private final String system;
  private final FaultMatrix matrix;
  private final C cluster;
  private final OldKeys keys;
  private final List<Integer> before;

  /** How a cluster is judged that is all old, or all new. */
  interface Judge {
    void judge();
  }

  /**
   * Remembers what the cluster is before the fault.
   *
   * @param system kind of system, as in {@code hacert_target}
   * @param matrix gets what came of it
   */
  FaultyHosts(String system, FaultMatrix matrix, C cluster) {
    this.system = system;
    this.matrix = matrix;
    this.cluster = cluster;
    keys = new OldKeys(cluster);
    before = cluster.restarts();
  }

  /** The host of a node, by its letter. */
  LabHost host(String node) {
    return cluster.hosts().get("ab".indexOf(node));
  }

  /**
   * The same command ends all new, or finishes a begun rollback; no run restarts a node more than
   * it may.
   *
   * @param hit what came of the run with the fault
   */
  void finish(String fault, String place, PlayRun hit, Playbook command, Judge old, Judge all) {
    List<Integer> middle = cluster.restarts();
    PlayRun again = command.run();
    String state = "neither old nor new";
    int most = LabCluster.mostRestarts(before, middle, cluster.restarts());
    int lost = keys.lost();
    try {
      state = judge(again, old, all);
      assertThat(most).as(again.output()).isLessThanOrEqualTo(2);
      assertThat(lost).as("keys that are lost").isZero();
    } finally {
      matrix.add(
          new FaultMatrix.Case(
              system,
              fault,
              place,
              "",
              hit.end(cluster),
              again.end(cluster),
              state,
              most,
              cluster.openJournals(),
              lost));
    }
  }

  private String judge(PlayRun again, Judge old, Judge all) {
    if (again.text().contains("a begun rollback is finished")) {
      again.assertEnd(cluster, Outcome.ROLLED_BACK, 4);
      old.judge();
      return "old";
    }
    again.assertEnd(cluster, Outcome.SUCCEEDED, 0);
    all.judge();
    return "new";
  }
}
