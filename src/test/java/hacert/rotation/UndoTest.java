package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rollback-certs.yml} without a generation undoes the last rotation, once. */
class UndoTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  private void restarted(int each) throws Exception {
    assertThat(List.of(pair.one.count("restarts"), pair.two.count("restarts")))
        .as("%s", pair.codes())
        .containsExactly(each, each);
  }

  private Driver.End rollback() {
    Driver.End end = pair.anotherRun().rollback();
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(Exit.DONE);
    return end;
  }

  private void stageAnother() {
    pair.settings = Map.of("force", true);
    pair.anotherRun();
    pair.stage(pair.plan());
    pair.settings = Map.of();
  }

  @Test
  void a_rotation_that_is_staged_only_is_closed_and_the_one_before_it_stays() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    String root = pair.one.root();
    stageAnother();
    Driver.End end = rollback();
    assertThat(end.plan().action()).isEqualTo(Plan.Action.BACK);
    assertThat(end.plan().back()).isEmpty();
    for (TestHost host : pair.hosts()) {
      assertThat(host.root()).isEqualTo(root);
      assertThat(host.journal().isOpen()).isFalse();
      assertThat(host.state().resolve("rotations/" + end.plan().rotation() + "/bundle"))
          .doesNotExist();
    }
    restarted(1);
  }

  @Test
  void a_generation_that_is_named_is_brought_back_past_a_rotation_that_is_staged_only()
      throws Exception {
    String old = pair.one.root();
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    stageAnother();
    pair.settings = Map.of("generation", 1);
    assertThat(rollback().plan().kind()).isEqualTo(Plan.Kind.RESTORE);
    assertThat(pair.two.root()).isEqualTo(old);
    restarted(2);
  }
}
