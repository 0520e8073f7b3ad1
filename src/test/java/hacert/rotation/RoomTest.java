package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether there is room is known before anything is written, on real file systems. */
class RoomTest {
  private static final long MIB = 1L << 20;

  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  private Path place(String name) {
    return switch (name) {
      case "state" -> pair.one.home().resolve(".hacert");
      case "certHA" -> pair.one.certHa();
      default -> pair.one.conf();
    };
  }

  private Finding refused(Plan plan) {
    Result result = pair.ask("stage", pair.one, plan, List.of(), null);
    assertThat(result.outcome()).as(result.findings().toString()).isEqualTo(Outcome.REFUSED);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.findings()).extracting(Finding::code).containsExactly("DISK_FULL");
    return result.findings().get(0);
  }

  @ParameterizedTest
  @CsvSource({
    "state,  size=4m,                true,  bytes",
    "state,  size=4m,                false, bytes",
    "certHA, size=900k,              true,  bytes",
    "certHA, size=900k,              false, bytes",
    "certHA, 'size=8m,nr_inodes=12', true,  inodes",
    "conf,   size=900k,              false, bytes",
    "conf,   'size=8m,nr_inodes=9',  false, inodes"
  })
  void a_disk_without_room_refuses_the_rotation_and_nothing_is_changed(
      String name, String options, boolean check, String what) throws Exception {
    Plan plan = pair.plan();
    try (SmallDisk disk = SmallDisk.over(place(name), options)) {
      pair.check = check;
      Map<String, String> before = pair.one.installed();
      Finding finding = refused(plan);
      assertThat(finding.message())
          .contains(disk.place().toString(), what + " free")
          .containsPattern("has \\d+ " + what + " free for this user; \\d+ are needed");
      assertThat(finding.remedy()).contains("Make room");
      assertThat(pair.one.installed()).isEqualTo(before);
      for (String written : List.of("journal.json", "generations", "rotations")) {
        assertThat(pair.one.state().resolve(written)).doesNotExist();
      }
    }
  }

  @Test
  void room_is_needed_for_all_directories_of_a_file_system_together() throws Exception {
    Plan plan = pair.plan();
    // Each of them alone would fit.
    try (SmallDisk disk = SmallDisk.over(pair.one.here, "size=19m")) {
      disk.fill(17 * MIB + MIB / 2);
      assertThat(refused(plan).message())
          .contains(pair.one.state().toString(), pair.one.certHa().toString());
    }
  }

  @Test
  void a_disk_that_becomes_full_after_the_stage_does_not_hold_up_a_resumed_rotation()
      throws Exception {
    Plan plan = pair.plan();
    try (SmallDisk disk = SmallDisk.over(place("state"), "size=40m")) {
      Result first = pair.ask("stage", pair.one, plan, List.of(), null);
      assertThat(first.outcome()).as(first.findings().toString()).isEqualTo(Outcome.SUCCEEDED);
      disk.fill(MIB);
      assertThat(pair.ask("stage", pair.one, plan, List.of(), null).outcome())
          .isEqualTo(Outcome.SUCCEEDED);
    }
  }

  @Test
  void what_a_disk_of_this_machine_has_is_enough() throws Exception {
    Result result = pair.ask("stage", pair.one, pair.plan(), List.of(), null);
    assertThat(result.outcome()).as(result.findings().toString()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(Files.exists(pair.one.state().resolve("journal.json"))).isTrue();
  }
}
