package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import hacert.result.Outcome;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What hosts and links do at night, on hosts with a disk, a power switch and a cable each. */
@Tag("long")
class HostFaultsIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x", "--hosts", "namespaces");

  private static final FaultMatrix MATRIX = new FaultMatrix("mrs-hosts");

  private Pair pair;
  private Pair.Before before;
  private FaultyHosts<Pair> faulty;

  @BeforeEach
  void fresh() {
    LAB.reset();
    pair = LAB.pair();
    before = pair.remember();
    faulty = new FaultyHosts<>("mrs-ha", MATRIX, pair);
  }

  @AfterAll
  static void write() throws IOException {
    MATRIX.write();
  }

  private Playbook.Running pausedAfter(String operation, LabHost host) {
    return Playbook.rotate(LAB).pauseAfter(operation, host).start().awaitPause();
  }

  private void finishes(String fault, String place, PlayRun hit) {
    faulty.finish(
        fault,
        place,
        hit,
        Playbook.rotate(LAB),
        () -> pair.assertAllOld(before),
        () -> {
          pair.assertAllNew(before);
          assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 1);
        });
  }

  @ParameterizedTest
  @CsvSource({"a", "b"})
  void a_full_disk_is_refused_and_the_pair_untouched(String node) {
    LAB.does("fill", faulty.host(node));
    PlayRun hit = Playbook.rotate(LAB).fail().assertEnd(pair, Outcome.REFUSED, 3);
    // There is no room for the program itself, which would ask for room.
    hit.assertFinding("EXECUTOR_NOT_INSTALLED");
    assertThat(hit.text()).contains("No space left on device");
    LAB.does("fill", faulty.host(node), "off");
    pair.assertUntouched(before);
    finishes("full disk", "stage on " + node, hit);
  }

  @ParameterizedTest
  @CsvSource({"stage,b,a,FAILED,5", "apply,a,b,FAILED,5"})
  void a_disk_that_fills_up_before_a_node_is_changed_leaves_a_whole_pair(
      String operation, String after, String full, Outcome outcome, int code) {
    Playbook.Running run = pausedAfter(operation, faulty.host(after));
    LAB.does("fill", faulty.host(full));
    PlayRun hit = run.goOn().assertEnd(pair, outcome, code);
    assertThat(hit.text()).contains("DISK_FULL");
    hit.assertTellsNodes(pair);
    LAB.does("fill", faulty.host(full), "off");
    finishes("full disk", "apply on " + full, hit);
  }

  @ParameterizedTest
  @CsvSource({"stage,b,a", "stage,b,b", "apply,a,a", "apply,a,b"})
  void a_host_that_loses_power_comes_back_with_what_it_ran_and_the_same_command_finishes(
      String operation, String after, String lost) {
    Playbook.Running run = pausedAfter(operation, faulty.host(after));
    LAB.does("kill", faulty.host(lost));
    PlayRun hit = run.goOn().assertStopped(pair, "HOST_UNREACHABLE");
    LAB.does("boot", faulty.host(lost));
    awaitTwoNodes();
    boolean changed = operation.equals("apply") && after.equals(lost);
    assertThat(faulty.host(lost).loadedRoot()).isEqualTo(faulty.host(lost).installedRoot());
    assertThat(faulty.host(lost).installedRoot().equals(before.root()))
        .as("what it runs is the old generation")
        .isEqualTo(!changed);
    finishes("power loss", "after " + operation + " on " + after + ", host " + lost, hit);
  }

  @Test
  void a_host_that_freezes_in_the_mixed_window_calls_a_person_and_the_same_command_finishes() {
    Playbook.Running run = pausedAfter("apply", pair.a());
    LAB.does("freeze", pair.b());
    PlayRun hit = run.goOn().assertStopped(pair, "HOST_UNREACHABLE");
    LAB.does("thaw", pair.b());
    finishes("frozen host", "apply on b", hit);
  }

  @Test
  void a_standby_that_is_cut_off_promotes_itself_and_the_same_command_finishes() {
    Playbook.Running run = pausedAfter("apply", pair.a());
    LAB.turn(pair.b(), "promote-after", "1");
    LAB.does("cut", pair.b());
    Await.until(
        "the standby promotes itself",
        Duration.ofSeconds(60),
        () -> pair.b().role().equals("active"),
        () -> pair.b().ha().toString());
    PlayRun hit = run.goOn().assertStopped(pair, "HOST_UNREACHABLE");
    assertThat(before.restartsSince(pair.b())).isZero();
    LAB.heal();
    finishes("cut link, two actives", "apply on b", hit);
  }

  private void awaitTwoNodes() {
    Await.until(
        "both HA processes run",
        Duration.ofSeconds(60),
        () -> !pair.a().role().isEmpty() && !pair.b().role().isEmpty(),
        () -> pair.a().ha() + " " + pair.b().ha());
  }
}
