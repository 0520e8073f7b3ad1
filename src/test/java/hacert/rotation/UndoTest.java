package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
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
    assertThat(pair.restarts()).as("%s", pair.codes()).containsExactly(each, each);
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

  @Tag("long")
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

  private void nothingIsLeft(int generation, int restarts) throws Exception {
    Driver.End end = rollback();
    assertThat(end.plan().action()).isEqualTo(Plan.Action.NONE);
    Finding finding = end.findings().get(0);
    assertThat(finding.code()).isEqualTo("ALREADY_BACK");
    assertThat(finding.message()).contains("generation " + generation + " runs");
    assertThat(finding.remedy()).contains("hacert_generation=N", "mgmt1 [1, 2");
    restarted(restarts);
  }

  @Test
  void what_was_brought_back_stays_when_it_is_asked_for_again() throws Exception {
    String old = pair.one.root();
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    rollback();
    nothingIsLeft(3, 2);
    stageAnother();
    rollback();
    nothingIsLeft(3, 2);
    assertThat(pair.two.root()).isEqualTo(old);
  }

  @Tag("long")
  @Test
  void what_a_failed_rotation_went_back_to_stays_when_a_rollback_is_asked_for() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    String root = pair.one.root();
    pair.settings = Map.of("force", true);
    pair.two.on("replace-fails-after");
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.ROLLED_BACK);
    pair.settings = Map.of();
    int restarts = pair.one.count("restarts");
    Driver.End end = rollback();
    assertThat(end.findings()).extracting(Finding::code).contains("ALREADY_BACK");
    assertThat(pair.one.root()).isEqualTo(root);
    assertThat(pair.one.count("restarts")).isEqualTo(restarts);
  }

  /** What the service or an operator does beside the certificates. */
  private static void touch(TestHost host) throws Exception {
    Files.setPosixFilePermissions(
        host.certHa().resolve("server.crt"), PosixFilePermissions.fromString("rw-r--r--"));
  }

  @Tag("long")
  @Test
  void another_mode_of_a_file_makes_the_running_generation_no_older_one() throws Exception {
    String old = pair.one.root();
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    touch(pair.one);
    touch(pair.two);
    assertThat(rollback().plan().restore()).isEqualTo(1);
    assertThat(pair.two.root()).isEqualTo(old);
    touch(pair.one);
    nothingIsLeft(4, 2);
  }

  @Test
  void a_generation_that_is_named_and_runs_is_not_brought_back_again() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    pair.settings = Map.of("generation", 1, "generations", 2);
    assertThat(rollback().plan().restore()).isEqualTo(1);
    for (int times = 0; times < 2; times++) {
      Driver.End end = rollback();
      assertThat(end.plan().action()).isEqualTo(Plan.Action.NONE);
      assertThat(end.findings()).extracting(Finding::code).contains("GENERATION_RUNS");
    }
    restarted(2);
    assertThat(pair.one.generations().all()).containsOnlyKeys(1, 2, 3);
  }

  @Tag("long")
  @Test
  void a_backup_of_the_same_certificates_is_not_what_was_before() throws Exception {
    String old = pair.one.root();
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    touch(pair.one);
    touch(pair.two);
    refusedAfterItsBackup();
    assertThat(rollback().plan().restore()).isEqualTo(1);
    assertThat(pair.two.root()).isEqualTo(old);
  }

  /** Both nodes have it on record with a generation that they had backed up. */
  private void refusedAfterItsBackup() throws Exception {
    pair.settings = Map.of("force", true);
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              if (request.operation().equals("apply")) {
                swap("standby", "active");
              }
              return agent.ask(request, secrets);
            };
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.REFUSED);
    assertThat(pair.two.generations().all()).containsOnlyKeys(1, 2, 3);
    swap("active", "standby");
    pair.way = (host, agent) -> agent;
    pair.settings = Map.of();
  }

  private void swap(String one, String two) {
    try {
      pair.one.role(one);
      pair.two.role(two);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that changes nothing, and is on record with the node that it was staged on. */
  private void refused() throws Exception {
    pair.settings = Map.of("force", true);
    pair.peerAnswers = false;
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.REFUSED);
    assertThat(pair.one.journal().outcome()).isEqualTo(Outcome.REFUSED);
    pair.settings = Map.of();
    pair.peerAnswers = true;
  }

  @Tag("long")
  @Test
  void rotations_that_were_refused_since_are_passed_over() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    pair.settings = Map.of("force", true);
    pair.one.once("replace-fails-after");
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.ROLLED_BACK);
    refused();
    refused();
    nothingIsLeft(2, 1);
  }

  @Tag("long")
  @Test
  void that_others_know_the_keys_is_remembered_after_another_rotation() {
    pair.settings = Map.of("compromised", true);
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    pair.settings = Map.of("force", true);
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.DONE);
    assertThat(pair.codes()).doesNotContain("COMPROMISED");
    pair.settings = Map.of("generation", 1);
    rollback();
    assertThat(pair.codes()).contains("COMPROMISED");
  }

  @Tag("long")
  @Test
  void a_staged_rotation_that_was_undone_is_not_followed_by_the_one_before_it() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    stageAnother();
    rollback();
    nothingIsLeft(2, 1);
  }

  @Tag("long")
  @Test
  void a_rollback_that_is_cut_off_between_the_nodes_is_finished_by_the_same_command()
      throws Exception {
    String old = pair.one.root();
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    cutBefore("apply", 2);
    rollback();
    assertThat(pair.hosts())
        .allSatisfy(host -> assertThat(host.root()).isEqualTo(old))
        .allSatisfy(host -> assertThat(host.runsWhatIsInstalled()).isTrue());
    restarted(2);
    nothingIsLeft(3, 2);
  }

  @Tag("long")
  @Test
  void a_rollback_that_is_cut_off_between_the_ends_is_finished_by_the_same_command()
      throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    cutBefore("close", 2);
    rollback();
    nothingIsLeft(3, 2);
  }

  private void cutBefore(String operation, int n) {
    pair.cutBefore(operation, n, () -> pair.anotherRun().rollback());
  }
}
