package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A night's run: many pairs, as many forks as the project's own ansible.cfg has, and one that hangs
 * in its mixed window until all others have come to their end.
 */
@Tag("long")
@Isolated("leaves others too little of the machine")
class TensOfPairsIT {
  private static final int PAIRS = 20;

  @RegisterExtension static final Lab LAB = Lab.of(PAIRS, "3x");

  @Test
  void each_goes_at_its_own_pace() {
    Map<String, Pair.Before> before = LAB.remember();
    Pair slow = LAB.pair(1);
    List<Pair> others = IntStream.rangeClosed(2, PAIRS).mapToObj(LAB::pair).toList();
    LAB.turn(slow.a(), "restart-held");

    Playbook.Running running =
        Playbook.rotate(LAB).with("--forks", "50").set("hacert_parallel_clusters", 6).start();
    running.awaitClosed(others);
    LAB.turn(slow.a(), "restart-held", "off");
    PlayRun run = running.await();

    assertThat(run.code()).as(run.output()).isZero();
    for (Pair pair : others) {
      run.assertEnd(pair, Outcome.SUCCEEDED, 0);
      pair.assertAllNew(before.get(pair.cluster()));
    }
    run.assertEnd(slow, Outcome.SUCCEEDED, 0);
    slow.assertAllNew(before.get(slow.cluster()));
  }
}
