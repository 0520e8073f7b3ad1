package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One run over pairs that, once a node was restarted, do not tell how they are: the way back cannot
 * be proven either, and a person is called with the old state in place.
 */
@Tag("long")
class StatusFaultsIT {
  private static final int PAIRS = 4;

  @RegisterExtension static final Lab LAB = Lab.of(PAIRS, "mixed");

  private static Map<String, Pair.Before> before;
  private static PlayRun run;

  @BeforeAll
  static void rotate_with_a_fault_on_each_pair() {
    before = LAB.remember();
    LAB.turn(LAB.pair(1).a(), "status-fails", "after-restart");
    LAB.turn(LAB.pair(2).b(), "status-hangs", "after-restart");
    for (LabHost host : LAB.pair(3).hosts()) {
      LAB.turn(host, "roles-never-settle", "after-restart");
    }
    LAB.turn(LAB.pair(4).a(), "restart-says-nothing");
    run =
        Playbook.rotate(LAB)
            .profile(
                "status",
                "{seconds: 10}",
                "restart",
                "{start_seconds: 20}",
                "settle_seconds",
                "5",
                "confirm_seconds",
                "30")
            .set("hacert_max_failed_clusters", PAIRS)
            .fail();
  }

  @Test
  void a_status_that_fails_on_the_first_node_leaves_the_second_untouched() {
    Pair pair = assertStoppedWithTheOldState(1, "STATUS_UNREADABLE", 2, 0);
    assertThat(run.appliesOn(pair.b())).as("the second node is not touched").isZero();
    assertGoesBack(pair, pair.a(), "status-fails");
  }

  @Test
  void a_status_that_hangs_on_the_second_node() {
    Pair pair = assertStoppedWithTheOldState(2, "STATUS_TIMED_OUT", 2, 2);
    assertGoesBack(pair, pair.b(), "status-hangs");
  }

  @Test
  void roles_that_never_settle() {
    Pair pair = assertStoppedWithTheOldState(3, "PAIR_NOT_AGREED", 2, 2);
    LAB.turn(pair.a(), "roles-never-settle", "off");
    assertGoesBack(pair, pair.b(), "roles-never-settle");
  }

  @Test
  void a_restart_that_worked_on_the_first_node_and_says_nothing() {
    Pair pair = assertStoppedWithTheOldState(4, "RESTART_FAILED", 2, 0);
    assertGoesBack(pair, pair.a(), "restart-says-nothing");
  }

  private static Pair assertStoppedWithTheOldState(
      int number, String finding, int first, int second) {
    Pair pair = LAB.pair(number);
    run.assertStopped(pair, "ROLLBACK_FAILED");
    assertThat(run.codes(pair)).contains(finding);
    assertOld(pair);
    assertThat(pair.a().restarts()).as("restarts of the first node").isEqualTo(first);
    assertThat(pair.b().restarts()).as("restarts of the second node").isEqualTo(second);
    return pair;
  }

  private static void assertOld(Pair pair) {
    Pair.Before was = before.get(pair.cluster());
    for (LabHost host : pair.hosts()) {
      assertThat(host.installed()).isEqualTo(was.installed().get(host.name()));
      assertThat(host.loadedRoot()).as("what HA runs with").isEqualTo(was.root());
    }
  }

  /** A person has mended the fault. */
  private static void assertGoesBack(Pair pair, LabHost host, String fault) {
    LAB.turn(host, fault, "off");
    Playbook.rollback(LAB).with("--limit", pair.cluster()).succeed();
    pair.assertAllOld(before.get(pair.cluster()));
  }
}
