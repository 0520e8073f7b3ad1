package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code kill -9} of ansible-playbook and its workers; then the same command again. */
@Tag("long")
class KilledControlIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "2x");

  private Pair pair;
  private Pair.Before before;

  @BeforeEach
  void fresh() {
    LAB.reset();
    pair = LAB.pair();
    before = pair.remember();
  }

  @ParameterizedTest(name = "after {0} of node {1}")
  @CsvSource({"stage,a", "apply,a", "apply,b", "close,a"})
  void killed_between_two_steps_the_same_command_finishes_with_one_restart_a_node(
      String operation, String node) {
    LabHost host = node.equals("a") ? pair.a() : pair.b();
    Playbook.rotate(LAB).pauseAfter(operation, host).start().awaitPause().kill();
    finishes();
  }

  @Test
  void killed_while_a_node_restarts_the_same_command_finishes_with_one_restart_a_node() {
    LAB.turn(pair.a(), "restart-slow", "6");
    Playbook.Running run = Playbook.rotate(LAB).start();
    Await.until(
        "the first node restarts",
        Duration.ofMinutes(3),
        () -> pair.a().restarts() == 1,
        run.command()::outputSoFar);
    run.kill();
    finishes();
  }

  private void finishes() {
    Playbook.rotate(LAB).succeed().assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before);
    assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 1);
  }
}
