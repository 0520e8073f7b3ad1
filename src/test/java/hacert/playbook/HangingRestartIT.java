package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import hacert.result.Result;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A restart-oms.sh that starts its daemon, says so, and hangs holding its output. */
@Tag("long")
class HangingRestartIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "2x");

  @Test
  void keeps_the_pair_mixed_for_a_short_while_only() {
    Pair pair = LAB.pair();
    Pair.Before before = pair.remember();
    pair.hosts().forEach(host -> LAB.turn(host, "restart-hangs-holding-output"));

    PlayRun run = Playbook.rotate(LAB).succeed().assertEnd(pair, Outcome.SUCCEEDED, 0);

    pair.assertAllNew(before);
    for (LabHost host : pair.hosts()) {
      assertThat(before.restartsSince(host)).as("restarts of %s", host.name()).isEqualTo(1);
      Result apply = run.last("apply", host);
      assertThat(Duration.between(apply.started(), apply.finished()))
          .isLessThan(Duration.ofMinutes(2));
      assertThat(apply.steps().toString()).contains("the script itself still runs");
    }
  }
}
