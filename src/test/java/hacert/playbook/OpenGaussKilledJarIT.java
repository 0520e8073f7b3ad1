package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code kill -9} of the jar on a node of openGauss, at another step in each cluster; then the same
 * command again.
 */
@Tag("long")
class OpenGaussKilledJarIT {
  /** When the journal of a node shows that a step was begun, the jar there is killed. */
  private record Moment(boolean first, String step, boolean restart) {}

  private static final List<Moment> MOMENTS =
      List.of(
          new Moment(true, "apply.certificates", false),
          new Moment(false, "apply.certificates", false),
          new Moment(true, "apply.stop", true),
          new Moment(true, "apply.certificates", true),
          new Moment(false, "apply.restart", true));

  private static final String PASSWORD = "An0ther-Key";

  @RegisterExtension static final Lab LAB = Lab.openGauss(MOMENTS.size(), "--restart-seconds", "3");

  @Test
  void killed_at_any_step_the_same_command_ends_all_new_with_at_most_one_restart() {
    Map<String, GaussCluster.Before> before = new TreeMap<>();
    List<CompletableFuture<Boolean>> kills = new ArrayList<>();
    ExecutorService killers = Executors.newFixedThreadPool(MOMENTS.size());
    try {
      for (int i = 0; i < MOMENTS.size(); i++) {
        Moment moment = MOMENTS.get(i);
        GaussCluster cluster = LAB.gauss(i + 1);
        before.put(cluster.cluster(), cluster.remember());
        LabHost host = cluster.nodes().get(moment.first() ? 0 : 1).host();
        LAB.turn(host, "cert-slow", "0.5");
        LAB.turn(host, "stop-slow", "3");
        kills.add(CompletableFuture.supplyAsync(() -> kill(host, moment), killers));
      }
      playbook().run();
    } finally {
      killers.shutdownNow();
    }
    for (int i = 0; i < MOMENTS.size(); i++) {
      assertThat(kills.get(i).join()).as("killed at %s", MOMENTS.get(i)).isTrue();
    }
    PlayRun second = playbook().run();
    for (int i = 0; i < MOMENTS.size(); i++) {
      GaussCluster cluster = LAB.gauss(i + 1);
      GaussCluster.Before was = before.get(cluster.cluster());
      try {
        cluster.assertAllNew(was);
        cluster.assertRestarts(was, MOMENTS.get(i).restart() ? 1 : 0);
      } catch (AssertionError e) {
        throw new AssertionError(MOMENTS.get(i) + " on " + cluster.cluster() + second.output(), e);
      }
    }
  }

  private static Playbook playbook() {
    Playbook playbook = Playbook.rotate(LAB).set("hacert_max_failed_clusters", MOMENTS.size());
    for (int i = 0; i < MOMENTS.size(); i++) {
      if (MOMENTS.get(i).restart()) {
        playbook.setFor(LAB.gauss(i + 1), "hacert_password", PASSWORD);
      }
    }
    return playbook;
  }

  private static boolean kill(LabHost host, Moment moment) {
    return Await.holds(
        Duration.ofMinutes(5), () -> !host.step(moment.step()).isEmpty() && host.killJar());
  }
}
