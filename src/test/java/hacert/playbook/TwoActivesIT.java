package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A pair whose nodes do not hear each other after their restarts: each takes itself for active. */
@Tag("long")
class TwoActivesIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x");

  @Test
  void that_only_both_proofs_together_show_stop_for_a_person_and_are_not_recorded() {
    Pair pair = LAB.pair(1);
    Pair.Before before = LAB.remember().get(pair.cluster());
    LAB.turn(pair.b(), "alone-active", "after-restart");
    PlayRun stopped = Playbook.rotate(LAB).fail().assertStopped(pair, "TWO_ACTIVES");
    for (LabHost host : pair.hosts()) {
      assertThat(stopped.last("confirm", host).outcome()).isEqualTo(Outcome.SUCCEEDED);
      assertThat(stopped.last("close", host).outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(host.journalOpen()).isTrue();
    }
    assertThat(restarts(pair)).containsExactly(1, 1);

    LAB.turn(pair.b(), "alone-active", "off");
    Playbook.rotate(LAB).succeed().assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before);
    assertThat(restarts(pair)).containsExactly(1, 1);
  }

  private static List<Integer> restarts(Pair pair) {
    return pair.hosts().stream().map(LabHost::restarts).toList();
  }
}
