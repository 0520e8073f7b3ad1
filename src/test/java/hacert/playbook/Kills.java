package hacert.playbook;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.faults.FaultMatrix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code kill -9} of the jar on one host of each of several clusters, while one playbook rotates
 * them; then the same playbook again.
 *
 * @param <C> kind of cluster
 */
final class Kills<C extends LabCluster> {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final String system;
  private final FaultMatrix matrix;
  private final Map<C, Moment> moments = new LinkedHashMap<>();
  private PlayRun first;

  /**
   * A moment: the jar on a node is killed when its journal shows a step in a state.
   *
   * @param node number of the node, from 0
   * @param step name of the step
   * @param done whether the step must have ended, and not only begun
   */
  record Moment(int node, String step, boolean done) {
    /** Every moment that the last rotation of this cluster had. */
    static List<Moment> of(LabCluster cluster) {
      List<Moment> all = new ArrayList<>();
      for (int node = 0; node < cluster.hosts().size(); node++) {
        for (JsonNode entry : cluster.hosts().get(node).journal().path("entries")) {
          all.add(new Moment(node, entry.path("step").asText(), false));
          all.add(new Moment(node, entry.path("step").asText(), true));
        }
      }
      return all;
    }

    @Override
    public String toString() {
      return (done ? "after " : "in ") + step;
    }
  }

  /**
   * @param system kind of system, as in {@code hacert_target}
   * @param matrix gets what came of each
   */
  Kills(String system, FaultMatrix matrix) {
    this.system = system;
    this.matrix = matrix;
  }

  /** This cluster is to be hit at this moment. */
  void plan(C cluster, Moment moment) {
    moments.put(cluster, moment);
  }

  /** The clusters that are to be hit. */
  Collection<C> clusters() {
    return moments.keySet();
  }

  /** The pattern of Ansible for these clusters. */
  static String limit(Collection<? extends LabCluster> clusters) {
    return String.join(":", clusters.stream().map(LabCluster::cluster).toList());
  }

  /** Runs the playbook with the kills, and then another without; answers the second run. */
  PlayRun run(Playbook playbook, Playbook again) {
    Map<C, CompletableFuture<Boolean>> kills = new LinkedHashMap<>();
    ExecutorService killers = Executors.newFixedThreadPool(moments.size());
    try {
      moments.forEach(
          (cluster, moment) -> {
            LabHost host = cluster.hosts().get(moment.node());
            String before = host.journal().path("rotation").asText();
            kills.put(
                cluster, CompletableFuture.supplyAsync(() -> kill(host, moment, before), killers));
          });
      first = playbook.run();
    } finally {
      killers.shutdownNow();
    }
    kills.forEach(
        (cluster, kill) -> {
          if (!kill.join()) {
            throw new AssertionError(cluster.cluster() + ": not killed " + moments.get(cluster));
          }
        });
    return again.run();
  }

  /** Judges each cluster, and keeps what came of it. */
  void judge(PlayRun second, Judge<C> judge) {
    moments.forEach(
        (cluster, moment) -> {
          try {
            tell(cluster, second, judge.state(cluster), judge.restarts(cluster));
          } catch (AssertionError e) {
            tell(cluster, second, "neither old nor new", judge.restarts(cluster));
            throw new AssertionError(
                moment + " on " + cluster.cluster() + "\n" + first.output() + second.output(), e);
          }
        });
  }

  /** What became of a cluster. */
  interface Judge<C> {
    /** {@code new} or {@code old}; fails where it is neither. */
    String state(C cluster);

    /** The most restarts that a node of it had. */
    int restarts(C cluster);
  }

  private void tell(C cluster, PlayRun second, String state, int restarts) {
    Moment moment = moments.get(cluster);
    matrix.add(
        new FaultMatrix.Case(
            system,
            "kill -9 of the jar under a playbook",
            moment.step().replaceAll("\\..*", "") + " on node " + "ab".charAt(moment.node()),
            moment.toString(),
            first.end(cluster),
            second.end(cluster),
            state,
            restarts,
            0));
  }

  /** A step may begin and end between two looks: then the next one is hit. */
  private static boolean kill(LabHost host, Moment moment, String before) {
    return Await.holds(
        PATIENCE,
        () -> {
          String state = host.step(moment.step());
          boolean come = moment.done() ? state.equals("done") : !state.isEmpty();
          return come && !host.journal().path("rotation").asText().equals(before) && host.killJar();
        });
  }
}
