package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.faults.FaultMatrix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * A blow to one host of each of several clusters, while playbooks rotate them; then the same
 * command again.
 *
 * @param <C> kind of cluster
 */
final class Kills<C extends LabCluster> {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final String system;
  private final Blow blow;
  private final FaultMatrix matrix;
  private final Map<C, Moment> moments = new LinkedHashMap<>();
  private final Map<C, String> before = new HashMap<>();
  private final Map<C, String> firstEnds = new HashMap<>();
  private String firstOutput = "";

  /** What is hit. */
  enum Blow {
    /** The jar on the host. */
    JAR("kill -9 of the jar under a playbook"),
    /** The connection that the jar was called over; it runs on, and nobody hears its answer. */
    CONNECTION("connection cut under a playbook"),
    /** The playbook with its workers, each cluster's own; the jar on the host runs on. */
    CONTROL("kill -9 of the playbook");

    private final String told;

    Blow(String told) {
      this.told = told;
    }
  }

  /**
   * A moment: the blow comes when the journal of a node shows a step in a state.
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
  Kills(String system, Blow blow, FaultMatrix matrix) {
    this.system = system;
    this.blow = blow;
    this.matrix = matrix;
  }

  /** This cluster is to be hit at this moment. */
  void plan(C cluster, Moment moment) {
    moments.put(cluster, moment);
    before.put(cluster, rotation(cluster));
  }

  /** The pattern of Ansible for these clusters. */
  static String limit(Collection<? extends LabCluster> clusters) {
    return String.join(":", clusters.stream().map(LabCluster::cluster).toList());
  }

  /**
   * Has the clusters rotated, whether it is due or not, and hits each; then gives the same command
   * once more. Answers that second run.
   *
   * @param command the playbook for some clusters
   */
  PlayRun run(Function<Collection<C>, Playbook> command) {
    ExecutorService hitters = Executors.newFixedThreadPool(moments.size());
    try {
      Map<C, Future<Boolean>> hits = new LinkedHashMap<>();
      if (blow == Blow.CONTROL) {
        moments.forEach(
            (cluster, moment) -> {
              Playbook.Running run =
                  command.apply(List.of(cluster)).set("hacert_force", true).start();
              hits.put(cluster, hitters.submit(() -> kill(run, cluster)));
              firstEnds.put(cluster, "killed");
            });
      } else {
        moments.keySet().forEach(c -> hits.put(c, hitters.submit(() -> hit(c))));
        PlayRun first = command.apply(moments.keySet()).set("hacert_force", true).run();
        moments.keySet().forEach(cluster -> firstEnds.put(cluster, first.end(cluster)));
        firstOutput = first.output();
        hitters.shutdownNow();
      }
      for (Map.Entry<C, Future<Boolean>> hit : hits.entrySet()) {
        assertThat(hit.getValue().get())
            .as("%s hit %s\n%s", hit.getKey(), moments.get(hit.getKey()), firstOutput)
            .isTrue();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(firstOutput, e);
    } finally {
      hitters.shutdownNow();
    }
    Playbook again = command.apply(moments.keySet());
    if (blow == Blow.CONTROL) {
      // Killed before it changed anything, it has left no duty to go on.
      moments.keySet().stream()
          .filter(cluster -> moments.get(cluster).step().startsWith("stage."))
          .forEach(cluster -> again.setFor(cluster, "hacert_force", true));
    }
    return again.run();
  }

  private boolean kill(Playbook.Running run, C cluster) {
    boolean come =
        Await.holds(PATIENCE, () -> !run.command().runs() || hasCome(cluster))
            && run.command().runs();
    run.kill();
    return come;
  }

  /** A step may begin and end between two looks: then the next one is hit. */
  private boolean hit(C cluster) {
    return Await.holds(
        PATIENCE,
        () ->
            hasCome(cluster)
                && (blow == Blow.JAR ? host(cluster).killJar() : host(cluster).cutConnection()));
  }

  private boolean hasCome(C cluster) {
    Moment moment = moments.get(cluster);
    String state = host(cluster).step(moment.step());
    boolean come = moment.done() ? state.equals("done") : !state.isEmpty();
    return come && !rotation(cluster).equals(before.get(cluster));
  }

  private LabHost host(C cluster) {
    return cluster.hosts().get(moments.get(cluster).node());
  }

  private String rotation(C cluster) {
    return host(cluster).journal().path("rotation").asText();
  }

  /** Judges each cluster, and keeps what came of it. */
  void judge(PlayRun second, Judge<C> judge) {
    moments.forEach(
        (cluster, moment) -> {
          String state = "neither old nor new";
          try {
            state = judge.state(cluster);
          } catch (AssertionError e) {
            throw new AssertionError(
                moment + " on " + cluster.cluster() + "\n" + firstOutput + second.output(), e);
          } finally {
            tell(cluster, second, state, judge.restarts(cluster));
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
            blow.told,
            moment.step().replaceAll("\\..*", "") + " on node " + "ab".charAt(moment.node()),
            moment.toString(),
            firstEnds.get(cluster),
            second.end(cluster),
            state,
            restarts,
            0));
  }
}
