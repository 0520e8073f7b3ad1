package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One run over clusters of openGauss whose gs_om fails, or says one thing and does another. */
@Tag("long")
class OpenGaussFaultsIT {
  private static final int CLUSTERS = 8;

  @RegisterExtension static final Lab LAB = Lab.openGauss(CLUSTERS);

  private static final String PASSWORD = "An0ther-Key";

  private static final Map<String, GaussCluster.Before> BEFORE = new TreeMap<>();
  private static PlayRun run;

  @BeforeAll
  static void rotate_with_a_fault_on_each_cluster() {
    IntStream.rangeClosed(1, CLUSTERS)
        .mapToObj(LAB::gauss)
        .forEach(cluster -> BEFORE.put(cluster.cluster(), cluster.remember()));
    LAB.turn(LAB.gauss(1).a().host(), "cert-says-success-but-nothing");
    LAB.turn(LAB.gauss(2).a().host(), "cert-exit-1-after-success");
    LAB.turn(LAB.gauss(3).b().host(), "cert-fails-half");
    LAB.turn(LAB.gauss(4).b().host(), "start-degraded");
    LAB.turn(LAB.gauss(5).b().host(), "stays-degraded", "after-restart");
    LAB.turn(LAB.gauss(5).b().host(), "start-timeout", "2");
    LAB.turn(LAB.gauss(6).b().host(), "start-fails", "once");
    LAB.turn(LAB.gauss(7).a().host(), "stop-fails");
    LAB.turn(LAB.gauss(8).b().host(), "start-fails");
    Playbook playbook =
        Playbook.rotate(LAB)
            .profile("confirm_seconds", "25", "settle_seconds", "10")
            .set("hacert_max_failed_clusters", CLUSTERS)
            .setFor(LAB.gauss(3), "hacert_apply", "cluster");
    for (int number : new int[] {4, 5, 6, 7, 8}) {
      playbook.setFor(LAB.gauss(number), "hacert_password", PASSWORD);
    }
    run = playbook.fail();
  }

  private static GaussCluster.Before before(GaussCluster cluster) {
    return BEFORE.get(cluster.cluster());
  }

  @Test
  void a_success_that_changed_nothing_is_seen_and_rolled_back() {
    GaussCluster cluster = LAB.gauss(1);
    run.assertEnd(cluster, Outcome.ROLLED_BACK, 4);
    assertThat(run.codes(cluster)).contains("CERT_WITHOUT_EFFECT");
    cluster.assertAllOld(before(cluster));
    cluster.assertRestarts(before(cluster), 0);
  }

  @Test
  void an_exit_code_1_after_a_success_goes_forward() {
    GaussCluster cluster = LAB.gauss(2);
    run.assertEnd(cluster, Outcome.SUCCEEDED, 0);
    cluster.assertAllNew(before(cluster));
    cluster.assertRestarts(before(cluster), 0);
    assertThat(cluster.a().host().replaces()).as("replacements on the first node").isEqualTo(1);
  }

  @Test
  void a_call_for_all_nodes_that_ends_half_way_is_rolled_back_on_all_nodes() {
    GaussCluster cluster = LAB.gauss(3);
    run.assertEnd(cluster, Outcome.ROLLED_BACK, 4);
    cluster.assertAllOld(before(cluster));
    cluster.assertRestarts(before(cluster), 0);
  }

  @Test
  void a_start_that_calls_a_well_started_cluster_degraded_is_no_reason_to_go_back() {
    GaussCluster cluster = LAB.gauss(4);
    run.assertEnd(cluster, Outcome.SUCCEEDED, 0);
    cluster.assertAllNew(before(cluster));
    cluster.assertRestarts(before(cluster), 1);
  }

  @Test
  void a_cluster_that_serves_well_and_stays_degraded_calls_a_person_and_is_not_rolled_back() {
    GaussCluster cluster = LAB.gauss(5);
    run.assertStopped(cluster, "UNRELATED_UNHEALTHY");
    assertThat(run.codes(cluster)).contains("CLUSTER_NOT_AGREED");
    cluster.assertRestarts(before(cluster), 1);
    assertThat(cluster.nodes())
        .allMatch(node -> !node.installedLeaf().equals(before(cluster).leaf()), "has the new leaf")
        .allMatch(node -> node.served(node.port()).equals(node.installedLeaf()), "serves it");
  }

  @Test
  void a_start_that_leaves_a_node_down_is_rolled_back_with_one_more_start() {
    GaussCluster cluster = LAB.gauss(6);
    run.assertEnd(cluster, Outcome.ROLLED_BACK, 4);
    assertThat(run.codes(cluster)).contains("START_FAILED");
    cluster.assertAllOld(before(cluster));
    assertThat(cluster.nodes()).allMatch(node -> node.keyOpensWith(LAB.password()));
  }

  @Test
  void a_stop_that_fails_leaves_nothing_changed_and_all_running() {
    GaussCluster cluster = LAB.gauss(7);
    run.assertEnd(cluster, Outcome.ROLLED_BACK, 4);
    assertThat(run.codes(cluster)).contains("STOP_FAILED");
    cluster.assertAllOld(before(cluster));
    assertThat(cluster.nodes()).allMatch(node -> node.host().replaces() == 0);
  }

  @Test
  void a_node_that_starts_with_neither_generation_calls_a_person_with_the_old_files_in_place() {
    GaussCluster cluster = LAB.gauss(8);
    run.assertStopped(cluster, "ROLLBACK_FAILED");
    assertThat(run.codes(cluster)).contains("START_FAILED");
    for (GaussNode node : cluster.nodes()) {
      assertThat(node.installed()).isEqualTo(before(cluster).installed().get(node.name()));
    }
    LAB.turn(cluster.b().host(), "start-fails", "off");
    Playbook.rollback(LAB).with("--limit", cluster.cluster()).succeed();
    cluster.assertAllOld(before(cluster));
  }
}
