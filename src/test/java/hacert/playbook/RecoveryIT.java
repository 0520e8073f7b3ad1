package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One run over two pairs whose second node fails: one goes back, one forward. */
class RecoveryIT {
  @RegisterExtension static final Lab LAB = Lab.of(2, "2x");

  private static Map<String, Pair.Before> before;
  private static PlayRun run;

  @BeforeAll
  static void rotate_with_a_fault_on_each_pair() {
    before = LAB.remember();
    LAB.turn(LAB.pair(1).b(), "restart-fails-down", "once");
    LAB.turn(LAB.pair(2).b(), "replace-fails-before", "once");
    run =
        Playbook.rotate(LAB)
            .profile("confirm_seconds", "60")
            .set("hacert_max_failed_clusters", 2)
            .fail();
  }

  @Test
  void a_restart_that_leaves_the_second_node_down_is_rolled_back_with_one_more_restart() {
    Pair pair = LAB.pair(1);
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4);
    pair.assertAllOld(before.get(pair.cluster()));
    assertRestarts(pair, 2, 2);
  }

  @Test
  void a_replacement_that_fails_once_on_the_second_node_goes_forward() {
    Pair pair = LAB.pair(2);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertRestarts(pair, 1, 1);
    assertThat(pair.b().replaces()).isEqualTo(1);
  }

  private static void assertRestarts(Pair pair, int first, int second) {
    assertThat(pair.a().restarts()).as("restarts of the first node").isEqualTo(first);
    assertThat(pair.b().restarts()).as("restarts of the second node").isEqualTo(second);
  }
}
