package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One run over ten pairs whose vendor scripts say one thing and do another. */
@Tag("long")
class FalseSuccessIT {
  @RegisterExtension static final Lab LAB = Lab.of(10, "3x");

  private static Map<String, Pair.Before> before;
  private static PlayRun run;

  @BeforeAll
  static void rotate_with_a_lie_on_each_pair() {
    before = LAB.remember();
    LAB.turn(LAB.pair(1).a(), "replace-says-success-but-nothing");
    LAB.turn(LAB.pair(2).a(), "replace-garbage", "30000000");
    LAB.turn(LAB.pair(2).b(), "replace-garbage", "30000000");
    LAB.turn(LAB.pair(3).b(), "serves-old");
    LAB.turn(LAB.pair(3).b(), "promote-after", "100000");
    LAB.turn(LAB.pair(6).b(), "serves-old");
    LAB.turn(LAB.pair(6).b(), "promote-after", "1");
    LAB.turn(LAB.pair(4).b(), "role-flip", "after-restart");
    LAB.turn(LAB.pair(5).b(), "restart-says-failure");
    LAB.turn(LAB.pair(7).a(), "replace-loose-modes");
    LAB.turn(LAB.pair(8).a(), "restart-says-success-but-nothing");
    LAB.turn(LAB.pair(9).b(), "restart-says-success-but-nothing");
    LAB.turn(LAB.pair(10).a(), "start-time-behind", "after-restart");
    run =
        Playbook.rotate(LAB)
            .profile("confirm_seconds", "45", "restart", "{start_seconds: 15}")
            .set("hacert_max_failed_clusters", 10)
            .fail();
  }

  @Test
  void a_success_that_replaced_nothing_is_seen_and_rolled_back_without_a_restart() {
    Pair pair = LAB.pair(1);
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4).assertFinding("REPLACE_WITHOUT_EFFECT");
    pair.assertAllOld(before.get(pair.cluster()));
    assertRestarts(pair, 0, 0);
  }

  @Test
  void thirty_megabytes_of_garbage_before_the_prompt_do_no_harm() {
    Pair pair = LAB.pair(2);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertRestarts(pair, 1, 1);
  }

  @Test
  void a_second_node_that_goes_on_with_its_old_certificate_is_seen_and_rolled_back() {
    Pair pair = LAB.pair(3);
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4);
    pair.assertAllOld(before.get(pair.cluster()));
    assertRestarts(pair, 2, 2);
  }

  @Test
  void two_actives_after_both_restarts_call_a_person_and_nothing_more_is_restarted() {
    Pair pair = LAB.pair(6);
    run.assertStopped(pair, "TWO_ACTIVES");
    assertRestarts(pair, 1, 1);
  }

  @Test
  void roles_that_flip_in_the_mixed_window_are_a_warning() {
    Pair pair = LAB.pair(4);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertRestarts(pair, 1, 1);
    assertThat(pair.b().role()).as("the former standby").isEqualTo("active");
    assertThat(run.last("confirm", pair.b()).findings())
        .anyMatch(f -> f.code().equals("ROLES_SWAPPED"));
  }

  @Test
  void a_restart_that_worked_but_reports_failure_is_not_repeated() {
    Pair pair = LAB.pair(5);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0).assertFinding("RESTART_FAILED");
    pair.assertAllNew(before.get(pair.cluster()));
    assertRestarts(pair, 1, 1);
  }

  @Test
  void keys_left_with_loose_modes_get_their_old_modes_back() {
    Pair pair = LAB.pair(7);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertRestarts(pair, 1, 1);
  }

  @Test
  void a_restart_of_the_first_node_that_did_not_happen_is_seen_and_its_files_are_put_back() {
    Pair pair = LAB.pair(8);
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4);
    assertThat(run.codes(pair)).contains("NOT_RESTARTED").doesNotContain("RESTART_FAILED");
    assertThat(run.appliesOn(pair.b())).as("the second node is not touched").isZero();
    pair.assertAllOld(before.get(pair.cluster()));
    assertRestarts(pair, 0, 0);
  }

  @Test
  void a_restart_of_the_second_node_that_did_not_happen_takes_the_first_one_back() {
    Pair pair = LAB.pair(9);
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4);
    assertThat(run.codes(pair)).contains("NOT_RESTARTED");
    pair.assertAllOld(before.get(pair.cluster()));
    assertRestarts(pair, 2, 0);
  }

  @Test
  void a_start_that_is_told_in_another_time_zone_is_a_warning() {
    Pair pair = LAB.pair(10);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertThat(run.told("warning START_TIME_EARLY:")).as(run.output()).isEqualTo(1);
    assertRestarts(pair, 1, 1);
  }

  private static void assertRestarts(Pair pair, int first, int second) {
    assertThat(pair.a().restarts()).as("restarts of the first node").isEqualTo(first);
    assertThat(pair.b().restarts()).as("restarts of the second node").isEqualTo(second);
  }
}
