package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import hacert.result.Outcome;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same with openGauss: a node comes back as a standby or the primary that it was. */
@Tag("long")
class OpenGaussHostFaultsIT {
  private static final String PASSWORD = "An0ther-Key";

  @RegisterExtension static final Lab LAB = Lab.openGauss(1, "--hosts", "namespaces");

  private static final FaultMatrix MATRIX = new FaultMatrix("opengauss-hosts");

  private GaussCluster cluster;
  private GaussCluster.Before before;
  private FaultyHosts<GaussCluster> faulty;

  @BeforeEach
  void fresh() {
    LAB.reset();
    cluster = LAB.gauss();
    before = cluster.remember();
    faulty = new FaultyHosts<>("opengauss", MATRIX, cluster);
  }

  @AfterAll
  static void write() throws IOException {
    MATRIX.write();
  }

  private Playbook.Running pausedAfter(Playbook command, String operation, String node) {
    return command.pauseAfter(operation, faulty.host(node)).start().awaitPause();
  }

  private static Playbook rotate() {
    // Not minutes for a node that is known to be away.
    return Playbook.rotate(LAB).profile("confirm_seconds", "15");
  }

  private void finishes(String fault, String place, PlayRun hit, Playbook command, int restarts) {
    // The standby finds its primary again.
    cluster.assertHealthy();
    faulty.finish(
        fault,
        place,
        hit,
        command,
        () -> cluster.assertAllOld(before),
        () -> cluster.assertAllNew(before));
    cluster.assertRestarts(before, restarts);
  }

  /** A rotation that the keys' password makes one with a restart. */
  private Playbook withRestart() {
    return rotate().setFor(cluster, "hacert_password", PASSWORD);
  }

  @ParameterizedTest
  @CsvSource({"a", "b"})
  void a_full_disk_is_refused_and_the_cluster_untouched(String node) {
    LAB.does("fill", faulty.host(node));
    PlayRun hit = rotate().fail().assertEnd(cluster, Outcome.REFUSED, 3);
    hit.assertFinding("EXECUTOR_NOT_INSTALLED");
    LAB.does("fill", faulty.host(node), "off");
    cluster.assertUntouched(before);
    finishes("full disk", "stage on " + node, hit, rotate(), 0);
  }

  @ParameterizedTest
  @CsvSource({"stage,b,a", "apply,a,b"})
  void a_disk_that_fills_up_before_a_node_is_changed_leaves_a_whole_cluster(
      String operation, String after, String full) {
    Playbook.Running run = pausedAfter(rotate(), operation, after);
    LAB.does("fill", faulty.host(full));
    PlayRun hit = run.goOn().assertEnd(cluster, Outcome.FAILED, 5);
    assertThat(hit.text()).contains("DISK_FULL");
    hit.assertTellsNodes(cluster);
    LAB.does("fill", faulty.host(full), "off");
    finishes("full disk", "apply on " + full, hit, rotate(), 0);
  }

  @ParameterizedTest
  @CsvSource({"stage,b,a", "stage,b,b", "apply,a,a", "apply,a,b"})
  void a_host_that_loses_power_comes_back_with_what_it_has_and_the_same_command_finishes(
      String operation, String after, String lost) {
    Playbook.Running run = pausedAfter(rotate(), operation, after);
    PlayRun hit = losesPower(run, lost);
    finishes("power loss", place(operation, after, lost), hit, rotate(), 0);
  }

  /** A node that comes up with the new password before the other is restarted. */
  @ParameterizedTest
  @CsvSource({"apply,b,a", "apply,b,b"})
  void a_host_that_loses_power_before_the_restart_of_all_does_not_keep_it_from_its_end(
      String operation, String after, String lost) {
    Playbook.Running run = pausedAfter(withRestart(), operation, after);
    PlayRun hit = losesPower(run, lost);
    finishes("power loss, new password", place(operation, after, lost), hit, withRestart(), 1);
  }

  private PlayRun losesPower(Playbook.Running run, String lost) {
    LAB.does("kill", faulty.host(lost));
    PlayRun hit = run.goOn().assertStopped(cluster, "HOST_UNREACHABLE");
    LAB.does("boot", faulty.host(lost));
    return hit;
  }

  private static String place(String operation, String after, String lost) {
    return "after " + operation + " on " + after + ", host " + lost;
  }

  @Test
  void a_host_that_freezes_in_the_mixed_window_calls_a_person_and_the_same_command_finishes() {
    Playbook.Running run = pausedAfter(rotate(), "apply", "a");
    LAB.does("freeze", faulty.host("b"));
    PlayRun hit = run.goOn().assertStopped(cluster, "HOST_UNREACHABLE");
    LAB.does("thaw", faulty.host("b"));
    finishes("frozen host", "apply on b", hit, rotate(), 0);
  }

  @ParameterizedTest
  @CsvSource({"a", "b"})
  void a_host_that_is_cut_off_calls_a_person_and_the_same_command_finishes(String cut) {
    Playbook.Running run = pausedAfter(rotate(), "apply", "a");
    LAB.does("cut", faulty.host(cut));
    PlayRun hit = run.goOn().assertStopped(cluster, "HOST_UNREACHABLE");
    LAB.heal();
    finishes("cut link", "apply on b, host " + cut, hit, rotate(), 0);
  }

  /** Each is reached by who drives; they cannot prove each other, on no way. */
  @Test
  void nodes_that_are_parted_in_the_mixed_window_have_the_old_files_until_they_can_be_proven() {
    Playbook.Running run = pausedAfter(rotate(), "apply", "a");
    LAB.does("cut", faulty.host("a"), faulty.host("b").name());
    run.goOn().assertStopped(cluster, "ROLLBACK_FAILED");
    LAB.heal();
    cluster.assertHealthy();
    Playbook.rollback(LAB).succeed().assertEnd(cluster, Outcome.ROLLED_BACK, 0);
    cluster.assertAllOld(before);
    cluster.assertRestarts(before, 0);
  }
}
