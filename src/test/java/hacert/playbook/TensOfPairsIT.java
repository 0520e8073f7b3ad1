package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** A night's run: many pairs, as many forks as the project's own ansible.cfg has, and one hangs. */
@Tag("long")
@Isolated("leaves others too little of the machine")
class TensOfPairsIT {
  private static final int PAIRS = 20;

  /** Far longer than all others take together. */
  private static final Duration HANGING = Duration.ofMinutes(5);

  @RegisterExtension static final Lab LAB = Lab.of(PAIRS, "3x");

  @Test
  void each_goes_at_its_own_pace() {
    Map<String, Pair.Before> before = LAB.remember();
    Pair slow = LAB.pair(1);
    LAB.turn(slow.a(), "restart-slow", String.valueOf(HANGING.toSeconds()));

    PlayRun run =
        Playbook.rotate(LAB).with("--forks", "50").set("hacert_parallel_clusters", 6).succeed();

    Instant hung = run.last("apply", slow.a()).finished();
    List<Pair> others = IntStream.rangeClosed(2, PAIRS).mapToObj(LAB::pair).toList();
    for (Pair pair : others) {
      run.assertEnd(pair, Outcome.SUCCEEDED, 0);
      pair.assertAllNew(before.get(pair.cluster()));
      assertThat(run.ended("close", pair)).as("end of %s", pair.cluster()).isBefore(hung);
      assertThat(Duration.between(run.began("apply", pair), run.ended("confirm", pair)))
          .as("mixed window of %s", pair.cluster())
          .isLessThan(HANGING.dividedBy(4));
    }
    run.assertEnd(slow, Outcome.SUCCEEDED, 0);
    slow.assertAllNew(before.get(slow.cluster()));
  }
}
