package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.faults.FaultMatrix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A blow to one host of each of several clusters, while playbooks rotate them; then the same
 * command again.
 *
 * @param <C> kind of cluster
 */
final class Kills<C extends LabCluster> {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** How often a moment is tried before it counts where it was hit. */
  private static final int TRIES = 3;

  private final String system;
  private final Blow blow;
  private final FaultMatrix matrix;
  private final int restarts;
  private final Judge<C> judge;
  private final Map<C, Case> cases = new LinkedHashMap<>();
  private String firstOutput = "";

  /** What is known of a cluster that is hit. */
  private static final class Case {
    private final Moment meant;
    private final String rotation;
    private final OldKeys keys;
    private final List<Integer> restarts;
    private Optional<Moment> hit = Optional.empty();
    private String first = "killed";
    private Optional<AssertionError> broken = Optional.empty();
    private List<Integer> middle;
    private boolean goingBack;

    Case(LabCluster cluster, Moment meant) {
      this.meant = meant;
      rotation = rotation(cluster, meant);
      keys = new OldKeys(cluster);
      restarts = cluster.restarts();
    }
  }

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
   * A moment of a node, as its journal tells it.
   *
   * @param node number of the node, from 0
   * @param step name of the step
   * @param state the state of it, as {@code begun}
   */
  record Moment(int node, String step, String state) {
    private static final String BEGUN = "begun";

    /** Every moment that the last rotation of this cluster had. */
    static List<Moment> of(LabCluster cluster) {
      List<Moment> all = new ArrayList<>();
      for (int node = 0; node < cluster.hosts().size(); node++) {
        for (JsonNode entry : cluster.hosts().get(node).journal().path("entries")) {
          String step = entry.path("step").asText();
          all.add(new Moment(node, step, BEGUN));
          all.add(new Moment(node, step, entry.path("state").asText()));
        }
      }
      return all;
    }

    /** The same of its way back alone. */
    static List<Moment> ofWayBack(LabCluster cluster) {
      return of(cluster).stream().filter(Moment::isBack).toList();
    }

    /** Where the journal of a node stands now. */
    static Moment now(int node, LabHost host) {
      if (!host.journalOpen()) {
        return new Moment(node, "close", "done");
      }
      JsonNode entries = host.journal().path("entries");
      JsonNode last = entries.path(entries.size() - 1);
      return new Moment(node, last.path("step").asText(), last.path("state").asText());
    }

    boolean isBack() {
      return step.startsWith("rollback.") || step.equals("confirm.back");
    }

    /** Whether the node has come there, or further. */
    boolean hasCome(LabHost host) {
      String seen = host.step(step);
      return !seen.isEmpty() && (state.equals(BEGUN) || !seen.equals(BEGUN));
    }

    @Override
    public String toString() {
      return (state.equals(BEGUN) ? "in " : "after ") + step;
    }
  }

  /**
   * @param system kind of system, as in {@code hacert_target}
   * @param matrix gets what came of each
   * @param restarts how often each node is restarted for a rotation
   */
  Kills(String system, Blow blow, FaultMatrix matrix, int restarts, Judge<C> judge) {
    this.system = system;
    this.blow = blow;
    this.matrix = matrix;
    this.restarts = restarts;
    this.judge = judge;
  }

  /**
   * Tries all moments, so many at once. A step may end between a look and the blow: where another
   * moment was hit, that is a case of its own, and the one that was meant is tried again, within
   * bounds.
   *
   * @param batch tries these and answers those that were not hit
   */
  static void tryAll(List<Moment> moments, int atOnce, UnaryOperator<List<Moment>> batch) {
    List<Moment> left = moments;
    for (int tries = 0; tries < TRIES; tries++) {
      List<Moment> missed = new ArrayList<>();
      for (int from = 0; from < left.size(); from += atOnce) {
        missed.addAll(batch.apply(left.subList(from, Math.min(from + atOnce, left.size()))));
      }
      left = missed;
    }
  }

  /** This cluster is to be hit at this moment. */
  void plan(C cluster, Moment moment) {
    cases.put(cluster, new Case(cluster, moment));
  }

  /** The pattern of Ansible for these clusters. */
  static String limit(Collection<? extends LabCluster> clusters) {
    return String.join(":", clusters.stream().map(LabCluster::cluster).toList());
  }

  /**
   * Gives the command and hits each cluster; then gives the same command once more. Answers that
   * second run.
   *
   * @param command the playbook for some clusters
   * @param between what is done before the second run
   */
  PlayRun run(Function<Collection<C>, Playbook> command, Runnable between) {
    ExecutorService hitters = Executors.newFixedThreadPool(cases.size());
    try {
      Map<C, Future<Optional<Moment>>> hits = new LinkedHashMap<>();
      if (blow == Blow.CONTROL) {
        for (C cluster : cases.keySet()) {
          Playbook.Running run = command.apply(List.of(cluster)).start();
          hits.put(cluster, hitters.submit(() -> kill(run, cluster)));
        }
      } else {
        cases.keySet().forEach(c -> hits.put(c, hitters.submit(() -> hit(c))));
        PlayRun first = command.apply(cases.keySet()).run();
        cases.forEach((cluster, one) -> judgeFirst(cluster, one, first));
        firstOutput = first.output();
        hitters.shutdownNow();
      }
      for (Map.Entry<C, Future<Optional<Moment>>> hit : hits.entrySet()) {
        cases.get(hit.getKey()).hit = hit.getValue().get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(firstOutput, e);
    } finally {
      hitters.shutdownNow();
    }
    between.run();
    cases.forEach(
        (cluster, one) -> {
          one.middle = cluster.restarts();
          one.goingBack = cluster.hosts().stream().anyMatch(Kills::goesBack);
        });
    return command.apply(cases.keySet()).run();
  }

  private static boolean goesBack(LabHost host) {
    return host.journalOpen()
        && host.journal().findValuesAsText("step").stream()
            .anyMatch(step -> step.startsWith("rollback."));
  }

  private Optional<Moment> kill(Playbook.Running run, C cluster) {
    boolean come =
        Await.holds(PATIENCE, () -> !run.command().runs() || hasCome(cluster))
            && run.command().runs();
    Moment hit = now(cluster);
    run.kill();
    return come ? Optional.of(hit) : Optional.empty();
  }

  private Optional<Moment> hit(C cluster) {
    boolean hit =
        Await.holds(
            PATIENCE,
            () ->
                hasCome(cluster)
                    && (blow == Blow.JAR
                        ? host(cluster).killJar()
                        : host(cluster).cutConnection()));
    return hit ? Optional.of(now(cluster)) : Optional.empty();
  }

  private boolean hasCome(C cluster) {
    Case one = cases.get(cluster);
    return one.meant.hasCome(host(cluster)) && !rotation(cluster, one.meant).equals(one.rotation);
  }

  private Moment now(C cluster) {
    return Moment.now(cases.get(cluster).meant.node(), host(cluster));
  }

  private LabHost host(C cluster) {
    return cluster.hosts().get(cases.get(cluster).meant.node());
  }

  private static String rotation(LabCluster cluster, Moment moment) {
    return cluster.hosts().get(moment.node()).journal().path("rotation").asText();
  }

  /**
   * Judges each cluster, and keeps what came of it. Answers the moments that were not hit.
   *
   * @param second what {@link #run} has answered
   */
  List<Moment> judge(PlayRun second) {
    List<Moment> missed = new ArrayList<>();
    List<AssertionError> errors = new ArrayList<>();
    cases.forEach(
        (cluster, one) -> {
          try {
            judge(cluster, one, second);
          } catch (AssertionError e) {
            String of = one.hit + " on " + cluster.cluster() + ", meant " + one.meant;
            errors.add(new AssertionError(of + "\n" + firstOutput + second.output(), e));
          }
          if (!one.hit.equals(Optional.of(one.meant))) {
            missed.add(one.meant);
          }
        });
    if (!errors.isEmpty()) {
      errors.stream().skip(1).forEach(errors.get(0)::addSuppressed);
      throw errors.get(0);
    }
    return missed;
  }

  /** Whether the run that was hit has left what its exit code promises. */
  private void judgeFirst(C cluster, Case one, PlayRun first) {
    one.first = first.end(cluster);
    try {
      switch (one.first) {
        case "succeeded (code 0)" -> assertThat(judge.state(cluster)).isEqualTo("new");
        case "rolled-back (code 4)" -> assertThat(judge.state(cluster)).isEqualTo("old");
        case "failed (code 5)" -> {
          // Where all was done, only the answer of the last call is missing.
          if (cluster.openJournals() == 0) {
            judge.state(cluster);
          } else {
            first.assertTellsNodes(cluster);
          }
        }
        default -> throw new AssertionError("no end that was expected");
      }
    } catch (AssertionError e) {
      one.broken = Optional.of(new AssertionError("after the first run: " + one.first, e));
    }
  }

  private void judge(C cluster, Case one, PlayRun second) {
    List<Integer> end = cluster.restarts();
    int most = LabCluster.mostRestarts(one.restarts, one.middle, end);
    String state = "neither old nor new";
    int lost = one.keys.lost();
    try {
      state = judge.state(cluster);
      one.broken.ifPresent(
          e -> {
            throw e;
          });
      judgeEnd(cluster, one, second, state, end);
      assertThat(most).as("restarts in one of the runs").isLessThanOrEqualTo(2);
      assertThat(lost).as("keys that are lost").isZero();
      assertThat(one.hit).as("what was hit").isPresent();
    } finally {
      tell(cluster, one, second, state, most, lost);
    }
  }

  private void judgeEnd(C cluster, Case one, PlayRun second, String state, List<Integer> end) {
    String then = second.end(cluster);
    if (state.equals("old")) {
      assertThat(one.goingBack).as("a way back was begun").isTrue();
      assertThat(then).isEqualTo("rolled-back (code 4)");
      return;
    }
    second.assertEndedWell(cluster);
    // After a way back the rotation begins anew.
    boolean back = one.first.startsWith("rolled-back");
    assertThat(LabCluster.restarts(back ? one.middle : one.restarts, end))
        .as("restarts, first run %s, then %s", one.first, then)
        .containsOnly(restarts);
  }

  /** What became of a cluster. */
  interface Judge<C> {
    /** {@code new} or {@code old}; fails where it is neither. */
    String state(C cluster);
  }

  private void tell(C cluster, Case one, PlayRun second, String state, int most, int lost) {
    Moment at = one.hit.orElse(one.meant);
    matrix.add(
        new FaultMatrix.Case(
            system,
            blow.told + (one.meant.isBack() ? ", going back" : ""),
            at.step().replaceAll("\\..*", "") + " on node " + "ab".charAt(at.node()),
            one.hit.map(Moment::toString).orElse("not hit"),
            one.first,
            second.end(cluster),
            state,
            most,
            cluster.openJournals(),
            lost));
  }
}
