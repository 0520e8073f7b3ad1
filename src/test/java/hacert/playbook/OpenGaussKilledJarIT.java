package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import hacert.result.Outcome;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@code kill -9} of the jar on a node of openGauss or of the playbook, or a cut of the connection,
 * in and after every step of the journal, on each node; then the same command again.
 */
@Tag("long")
@Isolated("leaves others too little of the machine")
class OpenGaussKilledJarIT {
  private static final int CLUSTERS = 6;
  private static final String PASSWORD = "An0ther-Key";

  /** What makes a rotation go back: gs_om fails half way on the second node, however often. */
  private static final String FAILS = "cert-fails-half";

  @RegisterExtension static final Lab LAB = Lab.openGauss(CLUSTERS, "--restart-seconds", "3");

  private static final FaultMatrix MATRIX = new FaultMatrix("opengauss-killed-jar");

  private static void reset() {
    LAB.reset();
    for (int i = 1; i <= CLUSTERS; i++) {
      for (GaussNode node : LAB.gauss(i).nodes()) {
        // Time to hit.
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

  @Test
  void killed_at_any_step_of_the_way_back_the_same_command_ends_all_old_or_all_new() {
    reset();
    GaussCluster model = LAB.gauss();
    LAB.turn(model.b().host(), FAILS);
    rotate(List.of(model), "").fail().assertEnd(model, Outcome.ROLLED_BACK, 4);
    List<Kills.Moment> moments = Kills.Moment.ofWayBack(model);
    assertThat(moments).extracting(Kills.Moment::step).contains("rollback.restore", "confirm.back");
    Kills.tryAll(moments, CLUSTERS, batch -> hit(Kills.Blow.JAR, batch, "", 0, true));
  }

  private static void hitAll(Kills.Blow blow, String password, int restarts) {
    reset();
    GaussCluster model = LAB.gauss();
    rotate(List.of(model), password).succeed();
    List<Kills.Moment> moments = Kills.Moment.of(model);
    assertThat(moments).extracting(Kills.Moment::step).contains("apply.certificates");
    Kills.tryAll(moments, CLUSTERS, batch -> hit(blow, batch, password, restarts, false));
  }

  /** Answers the moments that were missed. */
  private static List<Kills.Moment> hit(
      Kills.Blow blow, List<Kills.Moment> moments, String password, int restarts, boolean fails) {
    reset();
    Map<GaussCluster, GaussCluster.Before> before = new LinkedHashMap<>();
    Kills<GaussCluster> kills =
        new Kills<>(
            "opengauss", blow, MATRIX, restarts, cluster -> state(cluster, before.get(cluster)));
    for (int i = 0; i < moments.size(); i++) {
      GaussCluster cluster = LAB.gauss(i + 1);
      before.put(cluster, cluster.remember());
      kills.plan(cluster, moments.get(i));
      if (fails) {
        LAB.turn(cluster.b().host(), FAILS);
      }
    }
    PlayRun second =
        kills.run(
            clusters -> rotate(clusters, password),
            () -> {
              if (fails) {
                before.keySet().forEach(cluster -> LAB.turn(cluster.b().host(), FAILS, "off"));
              }
            });
    return kills.judge(second);
  }

  private static String state(GaussCluster cluster, GaussCluster.Before was) {
    if (cluster.a().installedLeaf().equals(was.leaf())) {
      cluster.assertAllOld(was);
      return "old";
    }
    cluster.assertAllNew(was);
    return "new";
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
