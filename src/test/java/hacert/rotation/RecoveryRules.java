package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import hacert.rotation.Discovery.Files;
import hacert.rotation.Discovery.Loaded;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** A pair of whom is asked what to do next, and the answers. */
abstract class RecoveryRules {
  final Records pair = new Records();

  @BeforeEach
  void take_over() {
    pair.dead = List.of(Records.EARLIER);
  }

  void stops(String code) {
    assertThat(pair.go().action()).as(pair.messages()).isEqualTo(Plan.Action.STOP);
    assertThat(pair.codes()).contains(code);
  }

  void back(String... nodes) {
    assertThat(pair.go().action()).as(pair.messages()).isEqualTo(Plan.Action.BACK);
    assertThat(pair.go().back()).containsExactly(nodes);
    assertThat(pair.go().rotation()).isEqualTo(Records.ROTATION);
  }

  void forward() {
    assertThat(pair.go().action()).as(pair.messages()).isEqualTo(Plan.Action.ROTATE);
    assertThat(pair.go().rotation()).isEqualTo(Records.ROTATION);
  }

  /** The second node's apply failed before its restart, in this run. */
  void secondFailed(String step, int attempts) {
    pair.one.applied();
    pair.two.state(Files.PARTIAL, Loaded.OLD);
    pair.two.open().failed(step, attempts, Records.RUN);
    pair.fail("apply", pair.two, Outcome.FAILED, "REPLACE_FAILED");
  }
}
