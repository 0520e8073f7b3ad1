package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import hacert.result.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for every layout. */
abstract class RotationContract {
  abstract Lab lab();

  @BeforeEach
  void fresh() {
    lab().reset();
  }

  @Test
  void rotates_the_active_node_first_and_a_second_run_changes_nothing() {
    Pair pair = lab().pair();
    Pair.Before before = pair.remember();

    PlayRun first = Playbook.rotate(lab()).succeed().assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before);
    assertThat(first.order("apply")).containsExactly(pair.a().name(), pair.b().name());
    assertThat(pair.a().events("restarts").get(0)).isLessThan(pair.b().events("restarts").get(0));
    for (LabHost host : pair.hosts()) {
      assertThat(before.restartsSince(host)).as("restarts of %s", host.name()).isEqualTo(1);
      assertThat(host.replaces()).as("replacements on %s", host.name()).isEqualTo(1);
      Result apply = first.last("apply", host);
      assertThat(apply.timings().restart()).isPositive();
      assertThat(apply.after()).anyMatch(c -> c.serial().equalsIgnoreCase(trim(host.loadedLeaf())));
    }
    assertThat(first.last("confirm", pair.a()).timings().mixedWindow()).isPositive();

    Pair.Before rotated = pair.remember();
    PlayRun second = Playbook.rotate(lab()).succeed().assertEnd(pair, Outcome.UNCHANGED, 0);
    pair.assertAllOld(rotated);
    assertThat(pair.hosts()).allMatch(host -> rotated.restartsSince(host) == 0);
    assertThat(second.order("apply")).isEmpty();
    assertThat(second.text()).containsPattern("nothing is due until 20\\d\\d-\\d\\d-\\d\\d");
  }

  private static String trim(String serial) {
    return serial.replaceFirst("^0+", "");
  }
}
