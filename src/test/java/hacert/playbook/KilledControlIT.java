package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
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

  private static final FaultMatrix MATRIX = new FaultMatrix("mrs-killed-control");

  private Pair pair;
  private Pair.Before before;
  private OldKeys keys;

  @BeforeEach
  void fresh() {
    LAB.reset();
    pair = LAB.pair();
    before = pair.remember();
    keys = new OldKeys(pair);
  }

  @AfterAll
  static void write() throws IOException {
    MATRIX.write();
  }

  @ParameterizedTest(name = "after {0} of node {1}")
  @CsvSource({"stage,a", "apply,a", "apply,b", "close,a"})
  void killed_between_two_steps_the_same_command_finishes_with_one_restart_a_node(
      String operation, String node) {
    LabHost host = node.equals("a") ? pair.a() : pair.b();
    Playbook.rotate(LAB).pauseAfter(operation, host).start().awaitPause().kill();
    finishes("between two calls", "after " + operation + " on " + node);
  }

  @Test
  void killed_while_a_node_restarts_the_same_command_finishes_with_one_restart_a_node() {
    LAB.turn(pair.a(), "restart-slow", "6");
    Playbook.Running run = Playbook.rotate(LAB).start();
    Await.until(
        "the first node restarts",
        Command.PATIENCE,
        () -> pair.a().restarts() == 1,
        run.command()::outputSoFar);
    run.kill();
    finishes("while a node restarts", "apply on a");
  }

  private void finishes(String when, String place) {
    PlayRun again = Playbook.rotate(LAB).run();
    String state = "neither old nor new";
    int lost = keys.lost();
    try {
      // Close is asked of both nodes at once: both may have recorded the success by then.
      again.assertEndedWell(pair);
      pair.assertAllNew(before);
      state = "new";
      assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 1);
      assertThat(lost).as("keys that are lost").isZero();
    } finally {
      MATRIX.add(
          new FaultMatrix.Case(
              "mrs-ha",
              "kill -9 of the playbook " + when,
              place,
              "",
              "killed",
              again.end(pair),
              state,
              pair.hosts().stream().mapToInt(before::restartsSince).max().orElseThrow(),
              (int) pair.hosts().stream().filter(LabHost::journalOpen).count(),
              lost));
    }
  }
}
