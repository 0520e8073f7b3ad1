package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.HostException;
import hacert.host.TerminalResult;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.target.RestartNeed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the jar refuses, whoever asks for it and in whatever order. */
class GatesTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  private static void refused(Result result, String code, int exit) {
    assertThat(result.findings()).extracting(Finding::code).contains(code);
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(result.exitCode()).isEqualTo(exit);
  }

  private void nothingRuns() throws Exception {
    for (TestHost host : pair.hosts()) {
      assertThat(host.count("replaces")).isZero();
      assertThat(host.count("restarts")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"apply", "confirm", "close", "rollback"})
  void nothing_goes_on_without_a_stage(String operation) throws Exception {
    Plan plan = pair.plan();
    Result result = pair.ask(operation, pair.one, plan, List.of(), null);
    refused(result, "NOT_STAGED", 3);
    nothingRuns();
  }

  @ParameterizedTest
  @ValueSource(strings = {"apply", "confirm", "close", "rollback"})
  void nothing_after_stage_is_done_in_a_dry_run(String operation) throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    pair.check = true;
    Map<String, String> before = TestHost.tree(base);
    refused(pair.ask(operation, pair.one, plan, staged, null), "CHECK_MODE", 3);
    assertThat(TestHost.tree(base)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_host_without_a_terminal_is_refused_while_nothing_is_changed(boolean check)
      throws Exception {
    Plan plan = pair.plan();
    pair.check = check;
    pair.two.terminal =
        (command, prompts) -> {
          throw new HostException(
              "PTY_UNAVAILABLE", "No pseudo-terminal could be had.", "Mend it.");
        };
    refused(pair.ask("stage", pair.two, plan, List.of(), null), "PTY_UNAVAILABLE", 3);
    pair.two.terminal =
        (command, prompts) ->
            new TerminalResult(
                127, false, Optional.empty(), List.of(), "no sh here", false, Duration.ZERO);
    Result result = pair.ask("stage", pair.two, plan, List.of(), null);
    refused(result, "PTY_UNAVAILABLE", 3);
    assertThat(result.findings().get(0).message()).contains("ended with code 127", "no sh here");
    assertThat(pair.two.state().resolve("journal.json")).doesNotExist();
    nothingRuns();
  }

  @Test
  void a_terminal_that_is_gone_does_not_hold_up_a_rotation_that_is_staged() throws Exception {
    Plan plan = pair.plan();
    pair.stage(plan);
    pair.two.terminal =
        (command, prompts) -> {
          throw new HostException(
              "PTY_UNAVAILABLE", "No pseudo-terminal could be had.", "Mend it.");
        };
    assertThat(pair.ask("stage", pair.two, plan, List.of(), null).outcome())
        .isEqualTo(Outcome.SUCCEEDED);
  }

  @Tag("long")
  @Test
  void a_slow_status_is_no_clock_that_is_ahead() throws Exception {
    Path status = pair.one.omHome().resolve("sbin/status-oms.sh");
    Files.writeString(status, "sleep 4\n" + Files.readString(status));
    Result found = pair.ask("discover", pair.one, null, List.of(), null);
    assertThat(found.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(found.data().path("discovery").path("clock_offset").asDouble()).isBetween(-1.0, 3.0);
  }

  @Test
  void the_first_node_is_not_changed_before_all_are_staged_alike() throws Exception {
    Plan plan = pair.plan();
    Result one = pair.ask("stage", pair.one, plan, List.of(), null);
    refused(pair.ask("apply", pair.one, plan, List.of(one), null), "NOT_STAGED", 3);
    nothingRuns();
  }

  @Test
  void the_second_node_is_not_changed_before_the_first() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    refused(pair.ask("apply", pair.two, plan, staged, null), "FIRST_NODE_NOT_APPLIED", 3);
    refused(pair.ask("apply", pair.two, plan, staged, staged.get(0)), "FIRST_NODE_NOT_APPLIED", 3);
    nothingRuns();
  }

  @Test
  void files_that_someone_changed_between_stage_and_apply_are_not_overwritten() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    Files.writeString(pair.one.certHa().resolve("server.crt"), "someone else's");
    Result result = pair.ask("apply", pair.one, plan, staged, null);
    refused(result, "FILES_CHANGED", 3);
    assertThat(result.findings().get(0).message()).contains("server.crt: content");
    nothingRuns();
  }

  @Test
  void a_staged_bundle_that_someone_changed_is_not_installed() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    Path bundle = pair.one.state().resolve("rotations/" + plan.rotation() + "/bundle");
    Files.writeString(bundle.resolve("root-ca.crt"), "x");
    refused(pair.ask("apply", pair.one, plan, staged, null), "NOT_STAGED", 3);
    nothingRuns();
  }

  @Test
  void roles_that_changed_before_the_first_apply_are_refused() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    pair.one.role("standby");
    pair.two.role("active");
    refused(pair.ask("apply", pair.one, plan, staged, null), "ROLES_CHANGED", 3);
    nothingRuns();
  }

  @Test
  void a_standby_that_is_gone_before_the_first_apply_is_refused() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    pair.two.role("unknown");
    Result result = pair.ask("apply", pair.one, plan, staged, null);
    refused(result, "ROLES_CHANGED", 3);
    assertThat(result.findings().get(0).message()).contains("mgmt2 was standby");
    nothingRuns();
  }

  @ParameterizedTest
  @ValueSource(strings = {"stage", "apply", "confirm", "close", "rollback"})
  void a_plan_that_is_not_the_pinned_one_is_refused(String operation) throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    JsonNode changed = ((ObjectNode) Json.mapper().valueToTree(plan)).put("from", plan.from() + 7);
    Plan other = Json.mapper().convertValue(changed, Plan.class);
    refused(pair.ask(operation, pair.one, other, staged, null), "PLAN_DIFFERS", 3);
    nothingRuns();
  }

  @Tag("long")
  @Test
  void a_restart_script_that_runs_on_after_it_has_worked_holds_no_way_back_up() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    pair.ask("apply", pair.one, plan, staged, null);
    Path restart = pair.one.state().resolve("rotations/" + plan.rotation() + "/restart-1");
    Process script = new ProcessBuilder("sleep", "60").start();
    Files.delete(restart.resolve("exit"));
    List<String> claim = Files.readAllLines(restart.resolve("claim"));
    Files.writeString(
        restart.resolve("claim"),
        Files.readString(Path.of("/proc", "" + script.pid(), "stat")) + claim.get(1) + "\n");
    Plan back = plan.back(List.of("mgmt1"), RestartNeed.Scope.NODE);
    try {
      Result result = pair.ask("rollback", pair.one, back, List.of(), null);
      assertThat(result.outcome()).isEqualTo(Outcome.ROLLED_BACK);
      Finding told = result.findings().get(0);
      assertThat(told.code()).isEqualTo("RESTART_RUNS_ON");
      assertThat(told.message()).contains("process " + script.pid());
      assertThat(script.isAlive()).isTrue();
    } finally {
      script.destroyForcibly().waitFor();
    }
    assertThat(pair.one.count("restarts")).isEqualTo(2);
    assertThat(pair.one.runsWhatIsInstalled()).isTrue();
  }

  @Tag("long")
  @Test
  void nothing_is_closed_that_is_not_confirmed() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    pair.ask("apply", pair.one, plan, staged, null);
    refused(pair.ask("close", pair.one, plan, List.of(), null), "NOT_CONFIRMED", 3);
    refused(pair.ask("confirm", pair.two, plan, List.of(), null), "NOT_APPLIED", 3);
    assertThat(pair.one.journal().isOpen()).isTrue();
    // One node alone does not agree with the other.
    Result confirmed = pair.ask("confirm", pair.one, plan, List.of(), null);
    assertThat(confirmed.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(confirmed.exitCode()).isEqualTo(5);
    refused(pair.ask("close", pair.one, plan, List.of(), null), "NOT_CONFIRMED", 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stage", "apply", "confirm", "close", "rollback"})
  void another_rotation_is_kept_away_while_the_lease_holds(String operation) throws Exception {
    Plan plan = pair.plan();
    Plan other = pair.plan();
    pair.stage(plan);
    refused(pair.ask(operation, pair.one, other, List.of(), null), "LOCKED", 6);
    assertThat(pair.one.journal().rotation()).isEqualTo(plan.rotation());
    nothingRuns();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".0a1b2c3d.4e5f6a7b"})
  void a_lease_of_another_machine_of_the_same_name_holds(String machine) throws Exception {
    String here = pair.machine;
    pair.machine = machine;
    pair.stage(pair.plan());
    pair.machine = here;
    Driver.End end = pair.anotherRun().rotate();
    assertThat(end.exit()).isEqualTo(Exit.LOCKED);
    assertThat(end.findings()).extracting(Finding::code).containsOnly("LOCKED");
    nothingRuns();
  }

  @Test
  void a_lease_of_this_machine_ends_with_its_process_or_with_a_reboot() throws Exception {
    assertThat(DrivingProcess.runs(DrivingProcess.name())).isTrue();
    pair.stage(pair.plan());
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.DONE);
    String[] parts = DrivingProcess.name().split("\\.");
    assertThat(DrivingProcess.runs(parts[0] + ".0a1b2c3d." + parts[2])).isFalse();
    assertThat(DrivingProcess.runs(parts[0] + "." + parts[1] + ".0a1b2c3d")).isTrue();
  }

  @Test
  void a_lease_that_has_run_out_is_taken_over_where_nothing_was_changed() throws Exception {
    Plan plan = pair.plan();
    Plan other = pair.plan();
    pair.stage(plan);
    pair.clock.advance(Duration.ofMinutes(29));
    refused(pair.ask("stage", pair.one, other, List.of(), null), "LOCKED", 6);
    pair.clock.advance(Duration.ofMinutes(2));
    assertThat(pair.ask("stage", pair.one, other, List.of(), null).outcome())
        .isEqualTo(Outcome.SUCCEEDED);
    refused(pair.ask("apply", pair.one, plan, List.of(), null), "LOCKED", 6);
  }

  @Tag("long")
  @Test
  void a_rotation_that_changed_a_node_is_never_taken_over() throws Exception {
    Plan plan = pair.plan();
    Plan other = pair.plan();
    List<Result> staged = pair.stage(plan);
    pair.ask("apply", pair.one, plan, staged, null);
    pair.clock.advance(Duration.ofDays(9));
    refused(pair.ask("stage", pair.one, other, List.of(), null), "LOCKED", 6);
  }

  @Tag("long")
  @Test
  void a_driver_that_was_thought_dead_does_not_apply_after_a_rollback() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    pair.ask("apply", pair.one, plan, staged, null);
    Plan back = plan.back(List.of("mgmt1"), RestartNeed.Scope.NODE);
    assertThat(pair.ask("rollback", pair.one, back, List.of(), null).outcome())
        .isEqualTo(Outcome.ROLLED_BACK);
    refused(pair.ask("apply", pair.one, plan, staged, null), "ROTATION_ENDED", 3);
    refused(pair.ask("confirm", pair.one, plan, staged, null), "ROTATION_ENDED", 3);
    for (TestHost host : pair.hosts()) {
      assertThat(pair.ask("confirm", host, back, List.of(), null).outcome().good()).isTrue();
      pair.ask("close", host, back, List.of(), null);
    }
    for (String operation : List.of("stage", "apply", "confirm", "close")) {
      refused(pair.ask(operation, pair.one, plan, staged, null), "ROTATION_ENDED", 3);
    }
    assertThat(pair.one.count("restarts")).isEqualTo(2);
  }

  @Tag("long")
  @Test
  void a_generation_is_not_overwritten_by_files_that_changed_since_the_plan() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(hacert.result.Exit.DONE);
    pair.settings = Map.of("force", true);
    Plan plan = pair.anotherRun().plan();
    assertThat(plan.from()).isEqualTo(2);
    Generation kept = pair.one.generations().get(2);
    Files.writeString(pair.one.conf().resolve("ha.key"), "someone else's");
    refused(pair.ask("stage", pair.one, plan, List.of(), null), "FILES_CHANGED", 3);
    assertThat(pair.one.generations().get(2)).isEqualTo(kept);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Asia/Shanghai", "CST-8", ":Asia/Shanghai", "UTC", "EST5EDT"})
  void files_newer_than_the_process_are_found_in_any_time_zone(String zone) throws Exception {
    Path profile = pair.one.home().resolve(".profile");
    Files.writeString(profile, Files.readString(profile) + "export TZ=" + zone + "\n");
    Instant start = Instant.now().minusSeconds(1800);
    ProcessBuilder local =
        new ProcessBuilder("date", "-d", "@" + start.getEpochSecond(), "+%Y-%m-%d %H:%M:%S");
    local.environment().put("TZ", zone);
    Files.write(pair.one.here.resolve("ha/start"), local.start().getInputStream().readAllBytes());
    assertThat(pair.ask("discover", pair.one, null, List.of(), null).findings())
        .extracting(Finding::code)
        .doesNotContain("UNPROVEN", "START_TIME_UNREADABLE");
    Files.setLastModifiedTime(
        pair.one.certHa().resolve("server.crt"), FileTime.from(start.plusSeconds(60)));
    Result result = pair.ask("discover", pair.one, null, List.of(), null);
    assertThat(result.findings()).extracting(Finding::code).contains("UNPROVEN");
    refused(pair.decide(), "UNPROVEN", 3);
    pair.settings = Map.of("accept_unproven", true);
    assertThat(pair.plan().action()).isEqualTo(Plan.Action.ROTATE);
  }

  @Test
  void an_unproven_state_that_was_accepted_is_kept_as_unproven() throws Exception {
    Files.setLastModifiedTime(
        pair.one.certHa().resolve("server.crt"), FileTime.from(Instant.now().plusSeconds(60)));
    pair.settings = Map.of("accept_unproven", true);
    Plan plan = pair.plan();
    pair.stage(plan);
    assertThat(pair.one.generations().get(1).proven()).isFalse();
    assertThat(pair.two.generations().get(1).proven()).isTrue();
  }

  @Test
  void no_secret_is_left_in_any_result_or_file_of_ours() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(hacert.result.Exit.DONE);
    for (TestHost host : pair.hosts()) {
      for (String path : TestHost.tree(host.home()).keySet()) {
        if (Files.isRegularFile(Path.of(path))) {
          assertThat(
                  new String(
                      Files.readAllBytes(Path.of(path)),
                      java.nio.charset.StandardCharsets.ISO_8859_1))
              .as(path)
              .doesNotContain(TestHost.PART_OF_PASSWORD);
        }
      }
    }
    assertThat(pair.heard.toString()).doesNotContain(TestHost.PART_OF_PASSWORD);
  }
}
