package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Result;
import hacert.result.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which backup counts as a way back, and what is told of one that does not. */
class WayBackTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  private Finding found(String code) {
    Result seen = pair.ask("discover", pair.one, null, List.of(), null);
    return seen.findings().stream().filter(f -> f.code().equals(code)).findFirst().orElseThrow();
  }

  private boolean proven(TestHost host, int generation) throws Exception {
    return host.generations().get(generation).proven();
  }

  private void stopsAfterAFailure() throws Exception {
    pair.two.on("replace-fails-after");
    assertThat(pair.rotate().exit()).as("%s", pair.codes()).isEqualTo(Exit.NEEDS_PERSON);
    assertThat(pair.codes()).contains("OLD_GENERATION_UNSOUND");
    // A person may still go back: the files of the backup are what lay there.
    pair.two.off("replace-fails-after");
    assertThat(pair.anotherRun().rollback().exit()).as("%s", pair.codes()).isEqualTo(Exit.DONE);
  }

  private void withoutConfiguration() throws Exception {
    Trees.remove(pair.one.conf());
  }

  @Test
  void certificates_without_the_configuration_are_no_way_back_unless_that_is_accepted()
      throws Exception {
    // The test's profile names a second directory, which no host has: that alone is a warning.
    assertThat(found("CONFIGURATION_MISSING").severity()).isEqualTo(Severity.WARNING);
    withoutConfiguration();
    Finding f = found("CONFIGURATION_MISSING");
    assertThat(f.severity()).isEqualTo(Severity.ERROR);
    assertThat(f.message()).contains("local/hacom/conf", "module/hacom/conf");
    assertThat(pair.rotate().exit()).isEqualTo(Exit.REFUSED);
    pair.settings = Map.of("accept_unproven", true);
    assertThat(pair.plan().action()).isEqualTo(Plan.Action.ROTATE);
    assertThat(pair.rotate().exit()).as("%s", pair.codes()).isEqualTo(Exit.DONE);
    assertThat(proven(pair.one, 1)).isFalse();
    assertThat(proven(pair.two, 1)).isTrue();
    // The running one is no way back either when the next rotation fails.
    assertThat(proven(pair.one, 2)).isFalse();
    assertThat(proven(pair.two, 2)).isTrue();
  }

  @Tag("long")
  @Test
  void a_failure_without_a_backup_of_the_configuration_stops() throws Exception {
    withoutConfiguration();
    pair.settings = Map.of("accept_unproven", true);
    stopsAfterAFailure();
  }

  @Tag("long")
  @Test
  void files_of_a_proven_generation_are_not_refused_for_what_clocks_say() throws Exception {
    assertThat(pair.rotate().exit()).as("%s", pair.codes()).isEqualTo(Exit.DONE);
    pair.anotherRun();
    // As where omm's zone is another than that of the vendor's scripts.
    Files.writeString(pair.one.here.resolve("ha/start"), "2020-01-01 00:00:00");
    Finding f = found("UNPROVEN");
    assertThat(f.severity()).isEqualTo(Severity.WARNING);
    assertThat(f.message()).contains("2020-01-01 00:00:00", "generation 2");
    pair.settings = Map.of("force", true);
    assertThat(pair.plan().action()).isEqualTo(Plan.Action.ROTATE);
    // And after a failure the run goes back to them.
    pair.two.on("replace-fails-after");
    assertThat(pair.rotate().exit()).as("%s", pair.codes()).isEqualTo(Exit.ROLLED_BACK);
  }

  @Test
  void files_of_an_unproven_generation_are_refused_for_it() throws Exception {
    Files.writeString(pair.one.here.resolve("ha/start"), "2020-01-01 00:00:00");
    pair.settings = Map.of("accept_unproven", true);
    pair.stage(pair.plan());
    assertThat(proven(pair.one, 1)).isFalse();
    pair.settings = Map.of();
    assertThat(found("UNPROVEN").severity()).isEqualTo(Severity.ERROR);
  }
}
