package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole rotations of a pair, from discover to close, through the real steps. */
class RotationTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  private Exit rotate() {
    Driver.End end = pair.rotate();
    return end.exit();
  }

  private String codes() {
    return pair.heard.stream()
        .flatMap(r -> r.findings().stream())
        .map(Finding::code)
        .distinct()
        .toList()
        .toString();
  }

  private void restarted(int one, int two) throws Exception {
    assertThat(pair.restarts()).as(codes()).containsExactly(one, two);
  }

  private void oldStateIsBack(Map<String, String> one, Map<String, String> two) throws Exception {
    assertThat(pair.one.installed()).isEqualTo(one);
    assertThat(pair.two.installed()).isEqualTo(two);
    for (TestHost host : pair.hosts()) {
      assertThat(host.runsWhatIsInstalled()).isTrue();
      assertThat(host.journal().isOpen()).isFalse();
    }
  }

  @Test
  void a_wrong_password_is_refused_before_anything_is_changed() throws Exception {
    Map<String, String> one = pair.one.installed();
    pair.bundle =
        Map.of(
            "root-ca.crt", Files.readAllBytes(pair.one.certHa().resolve("root-ca.crt")),
            "root-ca.pem", Files.readAllBytes(pair.one.certHa().resolve("root-ca.pem")));
    pair.password = "Wr0ng.password";
    assertThat(rotate()).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains("KEY_PASSWORD_WRONG");
    assertThat(pair.one.installed()).isEqualTo(one);
    assertThat(pair.one.journal().outcome()).isEqualTo(Outcome.REFUSED);
    restarted(0, 0);
  }

  @Test
  void a_second_node_that_takes_no_copy_refuses_the_rotation() throws Exception {
    pair.peerAnswers = false;
    assertThat(rotate()).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains("PEER_UNREACHABLE");
    restarted(0, 0);
  }

  @Test
  void a_replacement_that_fails_on_the_first_node_is_rolled_back_without_a_restart()
      throws Exception {
    Map<String, String> one = pair.one.installed();
    Map<String, String> two = pair.two.installed();
    pair.one.on("replace-fails-after");
    assertThat(rotate()).isEqualTo(Exit.ROLLED_BACK);
    oldStateIsBack(one, two);
    restarted(0, 0);
  }

  @ParameterizedTest
  @CsvSource({"replace-fails-before", "replace-fails-after"})
  void a_replacement_that_fails_once_on_the_second_node_is_tried_once_more(String failure)
      throws Exception {
    pair.two.once(failure);
    assertThat(rotate()).as(codes()).isEqualTo(Exit.DONE);
    assertThat(pair.two.count("replaces")).isEqualTo(2);
    restarted(1, 1);
  }

  @Test
  void a_replacement_that_fails_twice_on_the_second_node_is_rolled_back_on_both() throws Exception {
    Map<String, String> one = pair.one.installed();
    Map<String, String> two = pair.two.installed();
    pair.two.on("replace-fails-after");
    assertThat(rotate()).as(codes()).isEqualTo(Exit.ROLLED_BACK);
    oldStateIsBack(one, two);
    assertThat(pair.two.count("replaces")).isEqualTo(2);
    // The first node for apply and rollback, the second never.
    restarted(2, 0);
  }

  @Test
  void a_restart_that_fails_on_the_second_node_is_looked_at_again_and_never_repeated_forward()
      throws Exception {
    Map<String, String> one = pair.one.installed();
    Map<String, String> two = pair.two.installed();
    pair.two.once("restart-fails-down");
    assertThat(rotate()).as(codes()).isEqualTo(Exit.ROLLED_BACK);
    oldStateIsBack(one, two);
    restarted(2, 2);
  }

  @Test
  void a_restart_whose_script_fails_while_ha_comes_up_is_no_failure_of_the_second_look()
      throws Exception {
    pair.two.once("restart-fails-late");
    assertThat(rotate()).as(codes()).isEqualTo(Exit.DONE);
    restarted(1, 1);
  }

  @Test
  void a_restart_of_ha_beside_us_is_not_taken_for_ours() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    Files.writeString(pair.one.here.resolve("ha/start"), "2026-11-22 23:59:59");
    pair.one.on("restart-fails");
    for (int look = 1; look <= 2; look++) {
      assertThat(pair.ask("apply", pair.one, plan, staged, null).outcome())
          .isEqualTo(Outcome.FAILED);
    }
    assertThat(pair.rotate().exit()).isEqualTo(Exit.NEEDS_PERSON);
    assertThat(codes()).contains("LOADED_UNKNOWN");
    restarted(1, 0);
  }

  @Test
  void a_rollback_that_fails_leaves_the_journal_open_for_a_person() throws Exception {
    pair.one.on("restart-fails-down");
    assertThat(rotate()).isEqualTo(Exit.NEEDS_PERSON);
    assertThat(codes()).contains("ROLLBACK_FAILED", "NODE_STATE");
    restarted(2, 0);
    assertThat(pair.one.journal().isOpen()).isTrue();
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.NEEDS_PERSON);
    restarted(2, 0);
    // A person mends it and asks for the way back.
    pair.one.off("restart-fails-down");
    assertThat(pair.anotherRun().rollback().exit()).as(codes()).isEqualTo(Exit.DONE);
    assertThat(pair.one.runsWhatIsInstalled()).isTrue();
    assertThat(pair.one.journal().outcome()).isEqualTo(Outcome.ROLLED_BACK);
    restarted(3, 0);
  }

  @Tag("long")
  @Test
  void only_ill_health_after_both_restarts_stops_for_a_person_and_goes_on_when_healed()
      throws Exception {
    assertThat(rotate()).isEqualTo(Exit.DONE);
    pair.settings = Map.of("force", true);
    Plan plan = pair.anotherRun().plan();
    List<Result> staged = pair.stage(plan);
    Result first = pair.ask("apply", pair.one, plan, staged, null);
    pair.ask("apply", pair.two, plan, staged, first);
    pair.one.on("unhealthy");
    pair.two.on("unhealthy");
    assertThat(pair.rotate().exit()).as(codes()).isEqualTo(Exit.NEEDS_PERSON);
    assertThat(codes()).contains("UNRELATED_UNHEALTHY");
    pair.one.off("unhealthy");
    pair.two.off("unhealthy");
    assertThat(pair.anotherRun().rotate().exit()).as(codes()).isEqualTo(Exit.DONE);
    restarted(2, 2);
  }

  @Test
  void replaces_the_certificates_of_both_nodes_and_the_second_run_does_nothing() throws Exception {
    String old = pair.one.root();
    assertThat(rotate()).as(codes()).isEqualTo(Exit.DONE);
    assertThat(pair.one.root()).isEqualTo(pair.two.root()).isNotEqualTo(old);
    for (TestHost host : pair.hosts()) {
      assertThat(host.runsWhatIsInstalled()).isTrue();
      assertThat(host.journal().outcome()).isEqualTo(Outcome.SUCCEEDED);
      assertThat(host.generations().all()).containsOnlyKeys(1, 2);
      assertThat(host.generations().get(1).proven()).isTrue();
      assertThat(host.state().resolve("rotations").resolve(host.journal().rotation()))
          .isDirectoryNotContaining("glob:**bundle");
      assertThat(Files.getAttribute(host.certHa().resolve("root-ca.pem"), "unix:mode"))
          .isEqualTo(0100600);
    }
    Result confirmed =
        pair.heard.stream()
            .filter(r -> r.operation().equals("confirm") && r.host().equals("mgmt1"))
            .findFirst()
            .orElseThrow();
    assertThat(confirmed.timings().mixedWindow()).isPositive();
    Map<String, String> before = TestHost.tree(base);
    Driver.End again = pair.anotherRun().rotate();
    assertThat(again.exit()).isEqualTo(Exit.DONE);
    assertThat(again.plan().action()).isEqualTo(Plan.Action.NONE);
    assertThat(again.plan().until()).isNotNull();
    assertThat(TestHost.tree(base)).isEqualTo(before);
    restarted(1, 1);
  }

  @Test
  void a_dry_run_writes_not_one_byte() throws Exception {
    pair.check = true;
    Map<String, String> before = TestHost.tree(base);
    assertThat(rotate()).as(codes()).isEqualTo(Exit.DONE);
    assertThat(TestHost.tree(base)).isEqualTo(before);
    Result staged =
        pair.heard.stream().filter(r -> r.operation().equals("stage")).findFirst().orElseThrow();
    assertThat(staged.outcome()).isEqualTo(Outcome.PLANNED);
    assertThat(staged.before()).hasSize(2);
    assertThat(staged.after()).hasSize(1);
  }

  @Test
  void installs_a_given_bundle_once() throws Exception {
    Path given = Files.createDirectories(base.resolve("given"));
    TwoHosts.newRoot(given, 400, "enterprise");
    pair.bundle =
        Map.of(
            "root-ca.crt", Files.readAllBytes(given.resolve("root-ca.crt")),
            "root-ca.pem", Files.readAllBytes(given.resolve("root-ca.pem")));
    assertThat(rotate()).as(codes()).isEqualTo(Exit.DONE);
    assertThat(pair.two.root()).isEqualTo(Files.readString(given.resolve("root-ca.crt")));
    assertThat(pair.anotherRun().rotate().plan().action()).isEqualTo(Plan.Action.NONE);
    restarted(1, 1);
  }

  @Tag("long")
  @Test
  void returns_to_the_generation_before_and_from_there_to_the_one_that_is_named() throws Exception {
    Map<String, String> old = pair.two.installed();
    String oldRoot = pair.one.root();
    assertThat(rotate()).isEqualTo(Exit.DONE);
    String newRoot = pair.one.root();
    assertThat(pair.anotherRun().rollback().exit()).as(codes()).isEqualTo(Exit.DONE);
    assertThat(pair.one.root()).isEqualTo(oldRoot);
    assertThat(pair.two.installed()).isEqualTo(old);
    restarted(2, 2);
    assertThat(pair.two.generations().get(3).origin()).isEqualTo(Generation.Origin.RESTORED);
    pair.settings = Map.of("generation", 2);
    assertThat(pair.anotherRun().rollback().exit()).as(codes()).isEqualTo(Exit.DONE);
    assertThat(pair.two.root()).isEqualTo(newRoot);
    restarted(3, 3);
  }

  @Tag("long")
  @Test
  void an_older_generation_that_could_not_be_brought_back_is_no_success() throws Exception {
    assertThat(rotate()).isEqualTo(Exit.DONE);
    Map<String, String> one = pair.one.installed();
    pair.one.on("restart-fails");
    assertThat(pair.anotherRun().rollback().exit()).as(codes()).isEqualTo(Exit.ROLLED_BACK);
    assertThat(pair.one.installed()).isEqualTo(one);
  }

  @Test
  void roles_that_flip_in_the_mixed_window_change_neither_order_nor_outcome() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    Result first = pair.ask("apply", pair.one, plan, staged, null);
    pair.one.role("standby");
    pair.two.role("active");
    assertThat(pair.ask("apply", pair.two, plan, staged, first).outcome())
        .isEqualTo(Outcome.SUCCEEDED);
    Result confirmed = pair.ask("confirm", pair.one, plan, List.of(), null);
    assertThat(confirmed.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(confirmed.findings()).extracting(Finding::code).contains("ROLES_SWAPPED");
  }
}
