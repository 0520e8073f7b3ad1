package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run finds that a rotation was cut off before, and that is not as that one left it. */
class ResumedTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  private void ends(Driver.End end, Exit exit) {
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(exit);
  }

  @Test
  void a_stage_that_fails_after_another_one_was_cut_off_changes_nothing_and_is_over()
      throws Exception {
    Plan cutOff = pair.plan();
    pair.stage(cutOff);
    pair.peerAnswers = false;
    ends(pair.anotherRun().rotate(), Exit.REFUSED);
    assertThat(pair.codes()).contains("PEER_UNREACHABLE").doesNotContain("LOCKED");
    for (TestHost host : pair.hosts()) {
      assertThat(host.journal().outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(host.state().resolve("rotations/" + cutOff.rotation() + "/bundle")).doesNotExist();
    }
    pair.peerAnswers = true;
    ends(pair.anotherRun().rotate(), Exit.DONE);
  }
}
