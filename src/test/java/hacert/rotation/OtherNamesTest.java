package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same nodes under another cluster name. */
class OtherNamesTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  private Driver.End rotateAs(String name) {
    pair.name = name;
    return pair.rotate();
  }

  @Test
  void a_rotation_that_is_open_under_the_old_name_keeps_a_new_one_from_beginning()
      throws Exception {
    pair.cutBefore("apply", 1, pair::rotate);
    Driver.End end = rotateAs("renamed");
    assertThat(end.exit()).isEqualTo(Exit.REFUSED);
    assertThat(end.findings())
        .filteredOn(f -> f.code().equals("CLUSTER_RENAMED"))
        .isNotEmpty()
        .allSatisfy(f -> assertThat(f.message()).contains("'pair'", "'renamed'"))
        .allSatisfy(f -> assertThat(f.remedy()).contains("hacert_cluster: pair"));
    assertThat(pair.one.count("restarts")).isZero();
  }

  @Tag("long")
  @Test
  void one_that_has_ended_there_does_not() {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    Driver.End end = rotateAs("renamed");
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(Exit.DONE);
    assertThat(end.findings()).extracting(Finding::code).doesNotContain("CLUSTER_RENAMED");
  }
}
