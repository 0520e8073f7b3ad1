package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@code kill -9} of the jar on a node of openGauss or of the playbook, or a cut of the connection,
 * in and after every step of the journal, on each node; then the same command again.
 */
@Tag("long")
class OpenGaussKilledJarIT {
  private static final int CLUSTERS = 6;
  private static final String PASSWORD = "An0ther-Key";

  @RegisterExtension static final Lab LAB = Lab.openGauss(CLUSTERS, "--restart-seconds", "3");

  private static final FaultMatrix MATRIX = new FaultMatrix("opengauss-killed-jar");

  @BeforeAll
  static void give_time_to_hit() {
    for (int i = 1; i <= CLUSTERS; i++) {
      for (GaussNode node : LAB.gauss(i).nodes()) {
        LAB.turn(node.host(), "cert-slow", "0.5");
        LAB.turn(node.host(), "stop-slow", "3");
      }
    }
  }

  @AfterAll
  static void write() throws IOException {
    MATRIX.write();
  }

  @Test
  void killed_at_any_step_without_a_restart_the_same_command_ends_all_new() {
    hitAll(Kills.Blow.JAR, "", 0);
  }

  @ParameterizedTest
  @EnumSource
  void hit_at_any_step_with_a_restart_the_same_command_ends_all_new_with_one_restart(
      Kills.Blow blow) {
    hitAll(blow, PASSWORD, 1);
  }

  private static void hitAll(Kills.Blow blow, String password, int restarts) {
    LAB.reset();
    give_time_to_hit();
    GaussCluster model = LAB.gauss(CLUSTERS);
    rotate(List.of(model), password).succeed();
    List<Kills.Moment> moments = Kills.Moment.of(model);
    assertThat(moments).extracting(Kills.Moment::step).contains("apply.certificates");
    boolean other = true;
    for (int from = 0; from < moments.size(); from += CLUSTERS - 1) {
      // To and fro between two passwords, so that each time it is another one.
      String next = password.isEmpty() || other ? password : LAB.password();
      int to = Math.min(from + CLUSTERS - 1, moments.size());
      hit(blow, moments.subList(from, to), next, restarts);
      other = !other;
    }
  }

  private static void hit(
      Kills.Blow blow, List<Kills.Moment> moments, String password, int restarts) {
    Map<GaussCluster, GaussCluster.Before> before = new LinkedHashMap<>();
    Kills<GaussCluster> kills = new Kills<>("opengauss", blow, MATRIX);
    for (int i = 0; i < moments.size(); i++) {
      GaussCluster cluster = LAB.gauss(i + 1);
      before.put(cluster, cluster.remember());
      kills.plan(cluster, moments.get(i));
    }
    PlayRun second = kills.run(clusters -> rotate(clusters, password));
    kills.judge(
        second,
        new Kills.Judge<>() {
          @Override
          public String state(GaussCluster cluster) {
            GaussCluster.Before was = before.get(cluster);
            if (cluster.a().installedLeaf().equals(was.leaf())) {
              cluster.assertAllOld(was);
              return "old";
            }
            cluster.assertAllNew(was);
            cluster.assertRestarts(was, restarts);
            return "new";
          }

          @Override
          public int restarts(GaussCluster cluster) {
            Map<String, Integer> was = before.get(cluster).restarts();
            return cluster.nodes().stream()
                .mapToInt(node -> node.host().restarts() - was.get(node.name()))
                .max()
                .orElseThrow();
          }
        });
  }

  private static Playbook rotate(Collection<GaussCluster> clusters, String password) {
    Playbook playbook =
        Playbook.rotate(LAB)
            .with("--limit", Kills.limit(clusters))
            .set("hacert_max_failed_clusters", CLUSTERS);
    if (!password.isEmpty()) {
      clusters.forEach(cluster -> playbook.setFor(cluster, "hacert_password", password));
    }
    return playbook;
  }
}
