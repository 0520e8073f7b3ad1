package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node that is cut off while the pair is mixed. */
@Tag("long")
class UnreachableIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x");

  private Pair pair;
  private Pair.Before before;

  @BeforeEach
  void fresh() {
    LAB.reset();
    pair = LAB.pair();
    before = pair.remember();
  }

  @Test
  void a_standby_cut_off_in_the_mixed_window_calls_a_person_and_the_same_command_finishes() {
    LAB.turn(pair.a(), "peer-unreachable-after-restart");
    PlayRun cut = Playbook.rotate(LAB).fail().assertStopped(pair, "HOST_UNREACHABLE");
    assertThat(cut.text())
        .contains(pair.a().name() + ": runs the new generation, has the new files on disk");
    assertThat(before.restartsSince(pair.a())).isEqualTo(1);
    assertThat(before.restartsSince(pair.b())).as("no second restart").isZero();

    LAB.turn(pair.a(), "peer-unreachable-after-restart", "off");
    Playbook.rotate(LAB).succeed().assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before);
    assertThat(before.restartsSince(pair.a())).isEqualTo(1);
    assertThat(before.restartsSince(pair.b())).isEqualTo(1);
  }

  @Test
  void a_standby_cut_off_by_its_own_restart_is_finished_by_the_same_command() {
    LAB.turn(pair.b(), "unreachable-on-restart");
    Playbook.rotate(LAB).fail().assertStopped(pair, "HOST_UNREACHABLE");
    LAB.turn(pair.b(), "unreachable-on-restart", "off");
    Playbook.rotate(LAB).succeed().assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before);
    assertThat(before.restartsSince(pair.a())).isEqualTo(1);
    assertThat(before.restartsSince(pair.b())).isEqualTo(1);
  }

  @Test
  void a_standby_that_cannot_be_reached_at_the_beginning_is_refused() {
    LAB.turn(pair.b(), "unreachable");
    assertThat(Playbook.check(LAB).fail().text())
        .contains(
            "cluster lab_mrs1: due: no rotation of this program has ended well here yet; but not"
                + " looked at: lab1b",
            "refused, code 3: lab1b cannot be reached");
    Playbook.rotate(LAB).fail().assertEnd(pair, Outcome.REFUSED, 3);
    LAB.turn(pair.b(), "unreachable", "off");
    pair.assertUntouched(before);
  }
}
