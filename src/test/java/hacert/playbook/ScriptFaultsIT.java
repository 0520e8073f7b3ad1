package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One run over pairs whose scripts hang, contradict themselves, or fail on the first node. */
@Tag("long")
class ScriptFaultsIT {
  private static final int PAIRS = 11;

  @RegisterExtension static final Lab LAB = Lab.of(PAIRS, "mixed");

  private static Map<String, Pair.Before> before;
  private static PlayRun run;

  @BeforeAll
  static void rotate_with_a_fault_on_each_pair() {
    before = LAB.remember();
    LAB.turn(LAB.pair(1).a(), "replace-hangs");
    LAB.turn(LAB.pair(2).b(), "replace-hangs", "once");
    LAB.turn(LAB.pair(3).a(), "replace-error-line-exit-0");
    LAB.turn(LAB.pair(4).b(), "replace-exit-1-after-success");
    LAB.turn(LAB.pair(5).a(), "replace-wrong-owner");
    for (LabHost host : LAB.pair(6).hosts()) {
      LAB.turn(host, "restart-holds-stdout");
    }
    for (LabHost host : LAB.pair(7).hosts()) {
      LAB.turn(host, "restart-hangs-holding-output");
    }
    LAB.turn(LAB.pair(8).b(), "restart-says-nothing");
    LAB.turn(LAB.pair(9).a(), "restart-fails");
    LAB.turn(LAB.pair(10).a(), "restart-fails-down", "once");
    LAB.turn(LAB.pair(11).a(), "serves-old");
    LAB.turn(LAB.pair(11).b(), "promote-after", "100000");
    run =
        Playbook.rotate(LAB)
            .profile(
                "replace",
                "{seconds: 20}",
                "restart",
                "{seconds: 20, start_seconds: 20}",
                "confirm_seconds",
                "45")
            .set("hacert_max_failed_clusters", PAIRS)
            .fail();
  }

  @Test
  void a_replacement_that_hangs_is_ended_and_rolled_back_without_a_restart() {
    Pair pair = assertRolledBack(1, "REPLACE_TIMED_OUT", 0, 0);
    assertThat(run.appliesOn(pair.b())).as("the second node is not touched").isZero();
  }

  @Test
  void a_replacement_that_hangs_once_on_the_second_node_goes_forward() {
    Pair pair = assertRotated(2);
    assertThat(run.codes(pair)).contains("REPLACE_TIMED_OUT");
    assertThat(pair.b().replaces()).as("replacements on the second node").isEqualTo(1);
  }

  @Test
  void an_error_line_with_exit_code_0_is_a_failure() {
    assertRolledBack(3, "REPLACE_FAILED", 0, 0);
  }

  @Test
  void an_exit_code_1_after_the_line_of_success_is_a_failure() {
    Pair pair = assertRolledBack(4, "REPLACE_FAILED", 2, 0);
    assertThat(run.appliesOn(pair.b())).as("attempts on the second node").isEqualTo(2);
  }

  @Test
  void a_key_left_with_another_owner_gets_its_old_owner_back() {
    Pair pair = assertRotated(5);
    assertThat(run.codes(pair)).doesNotContain("UNHEALTHY");
  }

  @Test
  void a_daemon_that_keeps_the_output_of_its_restart_open_holds_nothing_up() {
    Pair pair = assertRotated(6);
    assertThat(run.codes(pair)).doesNotContain("RESTART_TIMED_OUT", "RESTART_FAILED");
  }

  @Test
  void a_restart_that_worked_and_hangs_is_left_alone_and_its_daemon_lives() {
    Pair pair = assertRotated(7);
    assertThat(pair.hosts()).as("its daemon lives").allMatch(LabHost::haRuns);
    assertThat(run.codes(pair)).doesNotContain("RESTART_TIMED_OUT");
  }

  @Test
  void a_restart_that_worked_and_says_nothing_is_not_repeated() {
    Pair pair = assertRotated(8);
    assertThat(run.codes(pair)).contains("RESTART_FAILED");
  }

  @Test
  void a_restart_that_fails_on_the_first_node_is_rolled_back_with_the_second_untouched() {
    Pair pair = assertRolledBack(9, "RESTART_FAILED", 0, 0);
    assertThat(run.appliesOn(pair.b())).as("the second node is not touched").isZero();
  }

  @Test
  void a_restart_that_leaves_the_first_node_down_is_rolled_back_with_one_more_restart() {
    Pair pair = assertRolledBack(10, "RESTART_FAILED", 2, 0);
    assertThat(run.appliesOn(pair.b())).as("the second node is not touched").isZero();
  }

  @Test
  void a_first_node_that_goes_on_with_its_old_certificate_is_seen_and_rolled_back() {
    assertRolledBack(11, "PAIR_NOT_AGREED", 2, 2);
  }

  private static Pair assertRotated(int number) {
    Pair pair = LAB.pair(number);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertRestarts(pair, 1, 1);
    return pair;
  }

  private static Pair assertRolledBack(int number, String finding, int first, int second) {
    Pair pair = LAB.pair(number);
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4);
    assertThat(run.codes(pair)).contains(finding);
    pair.assertAllOld(before.get(pair.cluster()));
    assertRestarts(pair, first, second);
    return pair;
  }

  private static void assertRestarts(Pair pair, int first, int second) {
    assertThat(pair.a().restarts()).as("restarts of the first node").isEqualTo(first);
    assertThat(pair.b().restarts()).as("restarts of the second node").isEqualTo(second);
  }
}
