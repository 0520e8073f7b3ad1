package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One run over six pairs, each with a fault of its own: what came of each. */
@Tag("long")
class FailedApplyIT {
  @RegisterExtension static final Lab LAB = Lab.of(6, "2x");

  private static Map<String, Pair.Before> before;
  private static PlayRun run;

  @BeforeAll
  static void rotate_with_a_fault_on_each_pair() {
    before = LAB.remember();
    LAB.turn(LAB.pair(1).b(), "restart-fails");
    LAB.turn(LAB.pair(2).b(), "restart-fails-down", "once");
    LAB.turn(LAB.pair(3).b(), "replace-fails-before", "once");
    LAB.turn(LAB.pair(4).b(), "replace-fails-after");
    LAB.turn(LAB.pair(5).a(), "replace-fails-before");
    LAB.turn(LAB.pair(6).a(), "replace-fails-after");
    run =
        Playbook.rotate(LAB)
            .profile("confirm_seconds", "60")
            .set("hacert_max_failed_clusters", 6)
            .fail();
  }

  @Test
  void a_restart_that_fails_on_the_second_node_is_tried_again_and_then_rolled_back() {
    Pair pair = LAB.pair(1);
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4).assertFinding("RESTART_FAILED");
    pair.assertAllOld(before.get(pair.cluster()));
    assertThat(run.appliesOn(pair.b())).as("attempts on the second node").isEqualTo(2);
    assertRestarts(pair, 2, 0);
  }

  @Test
  void a_restart_that_leaves_the_second_node_down_is_rolled_back_with_one_more_restart() {
    Pair pair = LAB.pair(2);
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4);
    pair.assertAllOld(before.get(pair.cluster()));
    assertRestarts(pair, 2, 2);
  }

  @Test
  void a_replacement_that_fails_once_on_the_second_node_goes_forward() {
    Pair pair = LAB.pair(3);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertRestarts(pair, 1, 1);
    assertThat(pair.b().replaces()).isEqualTo(1);
  }

  @Test
  void a_replacement_that_always_fails_on_the_second_node_is_rolled_back_without_a_restart_there() {
    Pair pair = LAB.pair(4);
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4).assertFinding("REPLACE_FAILED");
    pair.assertAllOld(before.get(pair.cluster()));
    assertThat(run.appliesOn(pair.b())).as("attempts on the second node").isEqualTo(2);
    assertRestarts(pair, 2, 0);
  }

  @Test
  void a_replacement_that_fails_on_the_first_node_is_rolled_back_without_any_restart() {
    assertBackWithoutRestart(LAB.pair(5));
  }

  @Test
  void a_replacement_that_leaves_the_first_node_half_changed_is_rolled_back_without_any_restart() {
    assertBackWithoutRestart(LAB.pair(6));
  }

  private static void assertBackWithoutRestart(Pair pair) {
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4);
    pair.assertAllOld(before.get(pair.cluster()));
    assertRestarts(pair, 0, 0);
    assertThat(run.appliesOn(pair.b())).as("the second node is not touched").isZero();
  }

  private static void assertRestarts(Pair pair, int first, int second) {
    assertThat(pair.a().restarts()).as("restarts of the first node").isEqualTo(first);
    assertThat(pair.b().restarts()).as("restarts of the second node").isEqualTo(second);
  }
}
