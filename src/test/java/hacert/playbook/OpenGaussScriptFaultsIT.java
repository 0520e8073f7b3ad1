package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One run over clusters of openGauss whose gs_om hangs or babbles, or whose hosts are cut off. */
@Tag("long")
class OpenGaussScriptFaultsIT {
  private static final int CLUSTERS = 13;
  private static final List<Integer> CUT_OFF = List.of(10, 11, 12);

  @RegisterExtension static final Lab LAB = Lab.openGauss(CLUSTERS);

  private static final String PASSWORD = "An0ther-Key";

  private static final Map<String, GaussCluster.Before> BEFORE = new TreeMap<>();
  private static PlayRun run;

  @BeforeAll
  static void rotate_with_a_fault_on_each_cluster() {
    IntStream.rangeClosed(1, CLUSTERS)
        .mapToObj(LAB::gauss)
        .forEach(cluster -> BEFORE.put(cluster.cluster(), cluster.remember()));
    LAB.turn(a(1), "cert-hangs");
    LAB.turn(b(2), "cert-slow", "3");
    LAB.turn(b(3), "status-hangs");
    LAB.turn(a(4), "status-garbage");
    LAB.turn(a(5), "status-fails");
    LAB.turn(b(6), "state-shown", "Standby", "Catchup");
    LAB.turn(a(7), "cluster-state", "Unavailable");
    LAB.turn(b(8), "status-hangs", "after-replace");
    LAB.turn(b(9), "state-shown", "Standby", "Catchup", "after-replace");
    LAB.turn(b(10), "unreachable-after-replace");
    LAB.turn(a(11), "unreachable-on-restart");
    LAB.turn(b(12), "unreachable-after-restart");
    LAB.turn(a(13), "cert-garbage", "30000000");
    run = deadlines().set("hacert_max_failed_clusters", CLUSTERS).fail();
  }

  private static Playbook deadlines() {
    return Playbook.rotate(LAB)
        .profile(
            "certificate_seconds",
            "20",
            "status_seconds",
            "15",
            "settle_seconds",
            "3",
            "confirm_seconds",
            "30")
        .setFor(LAB.gauss(11), "hacert_password", PASSWORD)
        .setFor(LAB.gauss(12), "hacert_password", PASSWORD);
  }

  private static LabHost a(int number) {
    return LAB.gauss(number).a().host();
  }

  private static LabHost b(int number) {
    return LAB.gauss(number).b().host();
  }

  private static GaussCluster.Before before(GaussCluster cluster) {
    return BEFORE.get(cluster.cluster());
  }

  static Stream<Arguments> unfit() {
    return Stream.of(
        Arguments.of(3, "a status that hangs", "STATUS_TIMED_OUT"),
        Arguments.of(4, "a status of random bytes", "STATUS_UNREADABLE"),
        Arguments.of(5, "a status that fails", "STATUS_UNREADABLE"),
        Arguments.of(6, "a standby that catches up", "UNHEALTHY"),
        Arguments.of(7, "a cluster that is unavailable", "UNHEALTHY"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("unfit")
  void is_refused_and_nothing_is_changed(int number, String name, String code) {
    GaussCluster cluster = LAB.gauss(number);
    run.assertRefused(cluster, code);
    cluster.assertUntouched(before(cluster));
  }

  @Test
  void a_gs_om_that_hangs_is_not_ended_and_a_person_who_ends_it_can_go_back() {
    GaussCluster cluster = LAB.gauss(1);
    run.assertStopped(cluster, "ROLLBACK_FAILED");
    assertThat(run.codes(cluster)).contains("GS_OM_TIMED_OUT", "EARLIER_CALL_RUNS");
    assertServesOld(cluster);
    a(1).kill("gs_om");
    Playbook.rollback(LAB).with("--limit", cluster.cluster()).succeed();
    cluster.assertAllOld(before(cluster));
    cluster.assertRestarts(before(cluster), 0);
  }

  @Test
  void a_gs_om_that_takes_longer_than_its_deadline_is_waited_for_and_not_called_twice() {
    GaussCluster cluster = LAB.gauss(2);
    run.assertEnd(cluster, Outcome.SUCCEEDED, 0);
    assertThat(run.codes(cluster)).contains("GS_OM_TIMED_OUT");
    cluster.assertAllNew(before(cluster));
    cluster.assertRestarts(before(cluster), 0);
    assertThat(cluster.b().host().calls()).filteredOn(c -> c.contains("-t cert")).hasSize(1);
  }

  @Test
  void a_status_that_hangs_in_the_mixed_window_proves_no_way_back_either_and_calls_a_person() {
    GaussCluster cluster = LAB.gauss(8);
    run.assertStopped(cluster, "ROLLBACK_FAILED");
    assertThat(run.codes(cluster)).contains("STATUS_TIMED_OUT");
    assertServesOld(cluster);
    LAB.turn(b(8), "status-hangs", "off");
    Playbook.rollback(LAB).with("--limit", cluster.cluster()).succeed();
    cluster.assertAllOld(before(cluster));
    cluster.assertRestarts(before(cluster), 0);
  }

  @Test
  void a_standby_that_serves_well_and_catches_up_calls_a_person_and_is_not_rolled_back() {
    GaussCluster cluster = LAB.gauss(9);
    run.assertStopped(cluster, "UNRELATED_UNHEALTHY");
    assertThat(run.codes(cluster)).contains("CLUSTER_NOT_AGREED");
    assertServesNew(cluster);
    cluster.assertRestarts(before(cluster), 0);
  }

  @Test
  void a_host_that_is_cut_off_in_the_mixed_window_calls_a_person_and_the_same_command_finishes() {
    List<GaussCluster> clusters = CUT_OFF.stream().map(LAB::gauss).toList();
    for (GaussCluster cluster : clusters) {
      run.assertStopped(cluster, "HOST_UNREACHABLE");
    }
    LAB.turn(b(10), "unreachable-after-replace", "off");
    LAB.turn(a(11), "unreachable-on-restart", "off");
    LAB.turn(b(12), "unreachable-after-restart", "off");
    PlayRun again =
        deadlines()
            .with(
                "--limit", String.join(",", clusters.stream().map(GaussCluster::cluster).toList()))
            .succeed();
    for (GaussCluster cluster : clusters) {
      again.assertEnd(cluster, Outcome.SUCCEEDED, 0);
      cluster.assertAllNew(before(cluster));
      cluster.assertRestarts(before(cluster), cluster.equals(clusters.get(0)) ? 0 : 1);
    }
  }

  @Test
  void thirty_megabytes_of_garbage_do_no_harm() {
    GaussCluster cluster = LAB.gauss(13);
    run.assertEnd(cluster, Outcome.SUCCEEDED, 0);
    cluster.assertAllNew(before(cluster));
    cluster.assertRestarts(before(cluster), 0);
  }

  private static void assertServesOld(GaussCluster cluster) {
    assertThat(cluster.nodes())
        .allMatch(node -> node.installedLeaf().equals(before(cluster).leaf()), "has the old leaf")
        .allMatch(node -> node.served(node.port()).equals(before(cluster).leaf()), "serves it");
  }

  private static void assertServesNew(GaussCluster cluster) {
    assertThat(cluster.nodes())
        .allMatch(node -> !node.installedLeaf().equals(before(cluster).leaf()), "has the new leaf")
        .allMatch(node -> node.served(node.port()).equals(node.installedLeaf()), "serves it");
  }
}
