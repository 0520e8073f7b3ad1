package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.rotation.Discovery.Files;
import hacert.rotation.Discovery.Loaded;
import hacert.target.HaRole;
import hacert.target.Options;
import hacert.target.RestartNeed;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the design's "When a step fails", and of the comment of {@link Recovery}. */
class RecoveryTest {
  private final Records pair = new Records();

  @BeforeEach
  void take_over() {
    pair.dead = List.of(Records.EARLIER);
  }

  private void stops(String code) {
    assertThat(pair.go().action()).as(pair.messages()).isEqualTo(Plan.Action.STOP);
    assertThat(pair.codes()).contains(code);
  }

  private void back(String... nodes) {
    assertThat(pair.go().action()).as(pair.messages()).isEqualTo(Plan.Action.BACK);
    assertThat(pair.go().back()).containsExactly(nodes);
    assertThat(pair.go().rotation()).isEqualTo(Records.ROTATION);
  }

  private void forward() {
    assertThat(pair.go().action()).as(pair.messages()).isEqualTo(Plan.Action.ROTATE);
    assertThat(pair.go().rotation()).isEqualTo(Records.ROTATION);
  }

  /** The second node's apply failed before its restart, in this run. */
  private void secondFailed(String step, int attempts) {
    pair.one.applied();
    pair.two.state(Files.PARTIAL, Loaded.OLD);
    pair.two.open().failed(step, attempts, Records.RUN);
    pair.fail("apply", pair.two, Outcome.FAILED, "REPLACE_FAILED");
  }

  @Test
  void stops_where_a_node_cannot_be_reached() {
    pair.one.applied();
    pair.away(pair.two);
    stops("HOST_UNREACHABLE");
    assertThat(pair.messages()).contains("mgmt2", "mgmt1: runs the new generation");
  }

  @ParameterizedTest
  @EnumSource(
      value = Settings.Intent.class,
      names = {"ROTATE", "ROLLBACK"})
  void stops_where_the_inventory_no_longer_has_a_node_of_the_rotation(Settings.Intent intent) {
    pair.one.applied();
    pair.two.applied();
    pair.unlisted.add("mgmt2");
    pair.intent = intent;
    stops("HOST_UNREACHABLE");
    assertThat(pair.messages()).contains("mgmt2 belongs to this rotation", "inventory");
  }

  @Test
  void says_of_a_reachable_node_what_can_be_said_even_if_its_files_cannot_be_read() {
    pair.one.applied().state(null, Loaded.NEW);
    pair.away(pair.two);
    stops("HOST_UNREACHABLE");
    assertThat(pair.messages()).contains("mgmt1", "cannot be read");
  }

  @Test
  void refuses_and_calls_nothing_mixed_where_the_second_node_was_lost_before_any_change() {
    pair.one.open();
    pair.away(pair.two);
    pair.fail("stage", pair.two, Outcome.FAILED, "HOST_UNREACHABLE");
    assertThat(pair.go().action()).isEqualTo(Plan.Action.NONE);
    assertThat(pair.messages()).doesNotContain("mixed");
  }

  @Test
  void stops_where_the_first_node_was_lost_in_its_apply() {
    pair.two.open();
    pair.away(pair.one);
    pair.fail("apply", pair.one, Outcome.FAILED, "HOST_UNREACHABLE");
    stops("HOST_UNREACHABLE");
  }

  @Test
  void closes_what_failed_before_it_changed_anything() {
    pair.one.open();
    pair.two.open();
    pair.fail("apply", pair.one, Outcome.REFUSED, "ROLES_CHANGED");
    back();
  }

  @Test
  void closes_what_was_refused_before_the_backup_where_one_call_changes_all_nodes() {
    pair.one.apply = Options.Apply.CLUSTER;
    pair.one.state(Files.PARTIAL, Loaded.OLD).open();
    pair.one.entries.removeIf(entry -> entry.step().equals("stage.backup"));
    pair.fail("stage", pair.one, Outcome.REFUSED, "NO_VENDOR_BACKUP");
    back();
  }

  @Test
  void goes_forward_where_it_was_cut_off_without_a_failure() {
    pair.one.applied();
    pair.two.open().begun("apply.root").state(Files.PARTIAL, Loaded.OLD);
    forward();
    assertThat(pair.messages()).contains("cut off");
  }

  @Test
  void stops_before_it_goes_forward_over_a_change_of_someone_else() {
    pair.one.applied();
    pair.two.applied().state(Files.OTHER, Loaded.NEW);
    stops("FILES_CHANGED");
    pair.one.closed(Outcome.SUCCEEDED);
    stops("FILES_CHANGED");
    assertThat(pair.decide().findings().get(0).remedy()).contains("is refused until it has ended");
  }

  @Test
  void stops_before_it_goes_forward_where_someone_brought_the_old_files_back() {
    pair.one.applied().state(Files.OLD, Loaded.OLD);
    pair.two.open();
    stops("FILES_RESTORED");
    assertThat(pair.messages()).contains("written files on mgmt1, and the old ones are there");
  }

  @Test
  void goes_back_after_a_failure_where_someone_brought_the_old_files_back() {
    secondFailed("apply.replace", 1);
    pair.one.state(Files.OLD, Loaded.OLD);
    back("mgmt1", "mgmt2");
  }

  @Test
  void goes_forward_where_only_the_connection_was_lost() {
    pair.one.applied();
    pair.two.open().begun("apply.root").state(Files.PARTIAL, Loaded.OLD);
    pair.fail("apply", pair.two, Outcome.FAILED, "HOST_UNREACHABLE");
    forward();
  }

  @Test
  void tries_the_second_node_once_more() {
    secondFailed("apply.replace", 1);
    forward();
  }

  @Test
  void goes_back_when_the_second_node_fails_again() {
    secondFailed("apply.replace", 2);
    // The node that needs no restart first: it ends the mixed window soonest.
    back("mgmt2", "mgmt1");
  }

  @Test
  void goes_back_when_the_second_node_failed_in_a_step_and_is_then_refused() {
    secondFailed("apply.replace", 1);
    pair.fail("apply", pair.two, Outcome.REFUSED, "PASSWORD_COMMAND_FAILED");
    pair.fail("apply", pair.two, Outcome.REFUSED, "PASSWORD_COMMAND_FAILED");
    back("mgmt2", "mgmt1");
  }

  @Test
  void goes_back_when_the_first_node_fails() {
    pair.one.state(Files.NEW, Loaded.DOWN);
    pair.one.open().done("apply.root").failed("apply.restart", 1, Records.RUN);
    pair.two.open();
    pair.fail("apply", pair.one, Outcome.FAILED, "RESTART_FAILED");
    back("mgmt1");
  }

  @Test
  void stops_where_the_second_node_refuses_in_the_mixed_window_because_its_files_changed() {
    pair.one.applied();
    pair.two.open().state(Files.OTHER, Loaded.OLD);
    pair.fail("apply", pair.two, Outcome.REFUSED, "FILES_CHANGED");
    stops("FILES_CHANGED");
  }

  @Test
  void goes_back_where_the_second_node_refuses_twice_in_the_mixed_window() {
    pair.one.applied();
    pair.two.open();
    pair.fail("apply", pair.two, Outcome.REFUSED, "PASSWORD_MISSING");
    forward();
    pair.fail("apply", pair.two, Outcome.REFUSED, "PASSWORD_MISSING");
    back("mgmt1");
  }

  @Test
  void goes_back_where_the_second_node_failed_twice_outside_of_any_step() {
    pair.one.applied();
    pair.two.open().done("apply.root").state(Files.PARTIAL, Loaded.OLD);
    pair.fail("apply", pair.two, Outcome.FAILED, "NOT_STAGED");
    forward();
    pair.fail("apply", pair.two, Outcome.FAILED, "NOT_STAGED");
    back("mgmt2", "mgmt1");
  }

  @Test
  void stops_where_the_loaded_generation_is_unknown() {
    secondFailed("apply.restart", 2);
    pair.two.state(Files.NEW, Loaded.UNKNOWN);
    stops("LOADED_UNKNOWN");
  }

  @Test
  void stops_where_someone_else_changed_files() {
    secondFailed("apply.replace", 2);
    pair.two.state(Files.OTHER, Loaded.OLD);
    stops("FILES_CHANGED");
  }

  @Test
  void stops_where_the_files_cannot_be_read() {
    secondFailed("apply.replace", 2);
    pair.two.state(null, Loaded.OLD);
    stops("FILES_NOT_READABLE");
  }

  @Test
  void stops_where_the_old_generation_is_unproven() {
    secondFailed("apply.replace", 2);
    pair.one.backup(false, Records.NOW.plusSeconds(9));
    stops("OLD_GENERATION_UNSOUND");
    assertThat(pair.messages()).contains("mgmt1: the backup is not proven");
  }

  @Test
  void stops_where_the_old_generation_has_expired() {
    secondFailed("apply.replace", 2);
    pair.two.backup(true, Records.NOW);
    stops("OLD_GENERATION_UNSOUND");
    assertThat(pair.messages()).contains("mgmt2: the old generation expired");
  }

  @Test
  void does_not_go_back_unasked_to_keys_that_others_know() {
    secondFailed("apply.replace", 2);
    pair.settings = Map.of("compromised", true);
    stops("OLD_GENERATION_UNSOUND");
    assertThat(pair.messages()).contains("known to others, as hacert_compromised says");
  }

  @Test
  void remembers_in_a_later_run_that_others_know_the_old_keys() {
    pair.nodes().forEach(node -> node.compromised = true);
    pair.one.state(Files.NEW, Loaded.DOWN).open().failed("apply.restart", 1, Records.EARLIER);
    pair.two.open();
    forward();
    pair.fail("apply", pair.one, Outcome.FAILED, "RESTART_FAILED");
    stops("OLD_GENERATION_UNSOUND");
  }

  @Test
  void goes_back_to_keys_that_others_know_where_a_person_asks_and_warns() {
    pair.nodes().forEach(node -> node.compromised = true);
    pair.one.applied();
    pair.two.open();
    pair.intent = Settings.Intent.ROLLBACK;
    back("mgmt1");
    assertThat(pair.codes()).contains("COMPROMISED");
  }

  @Test
  void an_unsound_backup_of_a_node_that_was_not_changed_stops_nothing() {
    pair.one.state(Files.NEW, Loaded.DOWN);
    pair.one.open().failed("apply.restart", 1, Records.RUN);
    pair.two.open().backup(false, Records.NOW);
    pair.fail("apply", pair.one, Outcome.FAILED, "RESTART_FAILED");
    back("mgmt1");
  }

  @Test
  void stops_at_two_actives_after_both_restarts() {
    pair.one.applied().failed("confirm.prove", 1, Records.RUN);
    pair.two.applied().role = HaRole.ACTIVE;
    pair.two.phase = "Actived";
    pair.fail("confirm", pair.one, Outcome.FAILED, "PAIR_NOT_AGREED");
    stops("TWO_ACTIVES");
  }

  @Test
  void proves_once_more_where_both_run_the_new_generation_and_only_health_is_missing() {
    pair.one.applied().failed("confirm.prove", 1, Records.RUN);
    pair.two.applied();
    pair.health = "abnormal";
    pair.fail("confirm", pair.one, Outcome.FAILED, "PAIR_NOT_AGREED");
    forward();
  }

  @Test
  void stops_where_only_health_is_missing_after_the_second_proof() {
    pair.one.applied().failed("confirm.prove", 2, Records.RUN);
    pair.two.applied();
    pair.health = "abnormal";
    pair.fail("confirm", pair.one, Outcome.FAILED, "PAIR_NOT_AGREED");
    stops("UNRELATED_UNHEALTHY");
  }

  @Test
  void goes_back_where_both_run_the_new_generation_and_do_not_see_each_other() {
    pair.one.applied().failed("confirm.prove", 2, Records.RUN);
    pair.two.applied().role = HaRole.UNKNOWN;
    pair.two.phase = "NULL";
    pair.fail("confirm", pair.one, Outcome.FAILED, "PAIR_NOT_AGREED");
    back("mgmt1", "mgmt2");
  }

  @Test
  void believes_no_role_of_a_node_that_has_not_settled() {
    pair.one.applied().failed("confirm.prove", 2, Records.RUN);
    pair.two.applied().phase = "Activating";
    pair.fail("confirm", pair.one, Outcome.FAILED, "PAIR_NOT_AGREED");
    back("mgmt1", "mgmt2");
  }

  @Test
  void finishes_a_begun_rollback_whatever_else() {
    pair.one.applied().begun("rollback.restore").state(Files.PARTIAL, Loaded.NEW);
    pair.two.open().failed("apply.replace", 2, Records.EARLIER).state(Files.PARTIAL, Loaded.OLD);
    back("mgmt2", "mgmt1");
    pair.two.done("rollback.restore").done("rollback.restart").state(Files.OLD, Loaded.OLD);
    back("mgmt1");
  }

  @Test
  void restores_again_what_came_back_and_stops_no_cluster_for_it() {
    for (Records.Node node : pair.nodes()) {
      node.applied().starts(RestartNeed.Scope.CLUSTER).state(Files.OLD, Loaded.OLD);
      node.done("rollback.restore").done("rollback.restart");
    }
    back();
    pair.two.state(Files.OTHER, Loaded.OLD);
    back("mgmt2");
    assertThat(pair.go().restart()).isEqualTo(RestartNeed.Scope.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rollback.restore", "rollback.restart", "confirm.back"})
  void stops_where_the_rollback_itself_failed(String step) {
    pair.one.applied().begun("rollback.restore").failed(step, 1, Records.RUN);
    pair.two.open();
    pair.fail("rollback", pair.one, Outcome.FAILED, "RESTART_FAILED");
    stops("ROLLBACK_FAILED");
  }

  @Test
  void stops_where_the_rollback_was_refused() {
    pair.one.state(Files.NEW, Loaded.OLD);
    pair.one.open().failed("apply.restart", 1, Records.RUN);
    pair.two.open();
    pair.fail("apply", pair.one, Outcome.FAILED, "RESTART_TIMED_OUT");
    pair.fail("rollback", pair.one, Outcome.REFUSED, "RESTART_RUNNING");
    stops("ROLLBACK_FAILED");
  }

  @Test
  void a_person_may_ask_for_a_rollback_that_failed_before() {
    pair.one.applied().done("rollback.restore").failed("rollback.restart", 1, Records.EARLIER);
    pair.two.open();
    pair.intent = Settings.Intent.ROLLBACK;
    back("mgmt1");
  }

  @Test
  void a_rollback_that_was_asked_for_restarts_a_node_once_in_a_run() {
    pair.one.applied().done("rollback.restore").failed("rollback.restart", 1, Records.RUN);
    pair.two.open();
    pair.intent = Settings.Intent.ROLLBACK;
    pair.fail("rollback", pair.one, Outcome.FAILED, "RESTART_FAILED");
    stops("RESTARTS_USED_UP");
  }

  @Test
  void a_person_may_go_back_where_nothing_failed() {
    pair.one.applied();
    pair.two.applied();
    pair.intent = Settings.Intent.ROLLBACK;
    back("mgmt1", "mgmt2");
  }

  /** A rotation that brings generation 1 back in the place of generation 2, cut off. */
  private void returning() {
    pair.nodes().forEach(node -> node.kind = Plan.Kind.RESTORE);
    pair.one.state(Files.NEW, Loaded.NEW).open().done("apply.restore").done("apply.restart");
    pair.two.open();
    pair.intent = Settings.Intent.ROLLBACK;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void finishes_the_return_to_an_older_generation_that_is_asked_for_again(int generation) {
    returning();
    pair.settings = Map.of("generation", generation);
    forward();
  }

  @Test
  void goes_back_from_the_return_to_an_older_generation_where_that_failed() {
    returning();
    pair.one.failed("confirm.prove", 1, Records.EARLIER);
    back("mgmt1");
  }

  @Test
  void goes_back_from_the_return_to_an_older_generation_where_the_one_before_is_named() {
    returning();
    pair.settings = Map.of("generation", 2);
    back("mgmt1");
  }

  @Test
  void finishes_the_return_to_an_older_generation_that_the_other_node_has_ended() {
    returning();
    pair.one.done("confirm.prove").closed(Outcome.SUCCEEDED);
    pair.two.applied().done("confirm.prove");
    forward();
  }

  @Test
  void a_stop_of_the_return_to_an_older_generation_names_the_one_to_go_back_to() {
    returning();
    pair.away(pair.two);
    stops("HOST_UNREACHABLE");
    assertThat(pair.decide().findings().get(0).remedy()).contains("hacert_generation=2");
  }

  @Test
  void another_generation_is_refused_while_a_rotation_is_open() {
    pair.one.applied();
    pair.two.open();
    pair.intent = Settings.Intent.ROLLBACK;
    pair.settings = Map.of("generation", 1);
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).containsExactly("ROTATION_OPEN");
    pair.settings = Map.of("generation", 2);
    back("mgmt1");
  }

  @Test
  void goes_back_on_no_node_alone_when_the_other_has_ended_the_rotation() {
    pair.one.applied().done("confirm.prove").closed(Outcome.SUCCEEDED);
    pair.two.applied().done("confirm.prove");
    pair.intent = Settings.Intent.ROLLBACK;
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).contains("ROTATION_ENDING");
  }

  @Test
  void finishes_what_the_other_node_has_ended_even_after_a_failure() {
    pair.one.applied().done("confirm.prove").closed(Outcome.SUCCEEDED);
    pair.two.applied().done("confirm.prove");
    forward();
    pair.fail("close", pair.two, Outcome.FAILED, "DISK_FULL");
    forward();
  }

  @ParameterizedTest
  @EnumSource(Files.class)
  void says_of_each_node_what_it_has_and_runs_and_names_both_ways_on(Files files) {
    pair.one.applied();
    pair.two.open().failed("apply.restart", 2, Records.RUN).state(files, Loaded.UNKNOWN);
    pair.fail("apply", pair.two, Outcome.FAILED, "RESTART_UNKNOWN");
    stops(files == Files.OTHER ? "FILES_CHANGED" : "LOADED_UNKNOWN");
    assertThat(pair.messages()).contains("mgmt1: ", "mgmt2: ", "on disk", "HA role standby");
    assertThat(pair.decide().findings().get(0).remedy())
        .contains("rotate-certs.yml", "rollback-certs.yml", "restarts", "heartbeat");
  }

  private void stopped(String code) {
    switch (code) {
      case "HOST_UNREACHABLE" -> {
        pair.one.applied();
        pair.two.open();
        pair.away(pair.two);
      }
      case "LOADED_UNKNOWN" -> {
        secondFailed("apply.restart", 2);
        pair.two.state(Files.NEW, Loaded.UNKNOWN);
      }
      case "FILES_CHANGED" -> {
        secondFailed("apply.replace", 2);
        pair.two.state(Files.OTHER, Loaded.OLD);
      }
      case "FILES_RESTORED" -> {
        stops_before_it_goes_forward_where_someone_brought_the_old_files_back();
      }
      case "FILES_NOT_READABLE" -> {
        secondFailed("apply.replace", 2);
        pair.two.state(null, Loaded.OLD);
      }
      case "TWO_ACTIVES" -> {
        stops_at_two_actives_after_both_restarts();
      }
      case "UNRELATED_UNHEALTHY" -> {
        stops_where_only_health_is_missing_after_the_second_proof();
      }
      case "OLD_GENERATION_UNSOUND" -> {
        stops_where_the_old_generation_has_expired();
      }
      case "RESTART_RUNNING" -> {
        startFailed(2);
        pair.two.findings.add(Finding.error("GS_OM_RUNNING", "process 7 (gs_om)", "Wait."));
      }
      case "RESTARTS_USED_UP" -> {
        a_rollback_that_was_asked_for_restarts_a_node_once_in_a_run();
      }
      case "ROLLBACK_FAILED, begun" -> {
        stops_where_the_rollback_itself_failed("rollback.restart");
      }
      default -> {
        stops_where_the_rollback_was_refused();
      }
    }
    stops(code.split(",")[0]);
  }

  /** What the remedy asks of a person before a command. */
  private void putRight() {
    pair.unreachable.clear();
    pair.nodes().forEach(node -> node.findings.clear());
    if (pair.two.files == Files.OTHER || pair.two.files == null) {
      pair.two.files = Files.PARTIAL;
    }
    pair.two.role = HaRole.STANDBY;
    pair.two.phase = "Deactived";
    pair.health = "normal";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HOST_UNREACHABLE",
        "LOADED_UNKNOWN",
        "FILES_CHANGED",
        "FILES_RESTORED",
        "FILES_NOT_READABLE",
        "TWO_ACTIVES",
        "UNRELATED_UNHEALTHY",
        "OLD_GENERATION_UNSOUND",
        "RESTART_RUNNING",
        "RESTARTS_USED_UP",
        "ROLLBACK_FAILED, begun",
        "ROLLBACK_FAILED, refused"
      })
  void the_commands_that_a_stop_names_lead_on_in_another_run(String code) {
    stopped(code);
    String remedy = pair.decide().findings().get(0).remedy();
    assertThat(remedy).contains("rotate-certs.yml", "rollback-certs.yml", "restarts");
    pair.run = "pid@later";
    pair.failed.clear();
    pair.intent = Settings.Intent.ROTATE;
    assertThat(pair.go().action() == Plan.Action.STOP)
        .as("rotate-certs.yml stops at once, as the remedy says or not: " + remedy)
        .isEqualTo(remedy.contains("rotate-certs.yml stops here again"));
    putRight();
    assertThat(pair.go().action() == Plan.Action.STOP)
        .isEqualTo(remedy.contains("Forward is no longer possible"));
    pair.intent = Settings.Intent.ROLLBACK;
    assertThat(pair.go().action()).isEqualTo(Plan.Action.BACK);
  }

  @Test
  void goes_forward_where_a_person_asks_again_and_no_sound_way_back_is_left() {
    pair.one.state(Files.NEW, Loaded.DOWN).open().failed("apply.restart", 1, Records.EARLIER);
    pair.one.backup(true, Records.NOW.minusSeconds(1));
    pair.two.open();
    forward();
    pair.fail("apply", pair.one, Outcome.FAILED, "RESTART_FAILED");
    stops("OLD_GENERATION_UNSOUND");
  }

  @Test
  void goes_forward_where_a_person_asks_again_and_it_is_not_known_what_a_node_runs() {
    pair.one.state(Files.NEW, Loaded.UNKNOWN).open().failed("apply.restart", 1, Records.EARLIER);
    pair.two.open();
    forward();
    pair.fail("apply", pair.one, Outcome.FAILED, "RESTART_UNKNOWN");
    stops("LOADED_UNKNOWN");
  }

  @Test
  void overwrites_no_change_of_someone_else_though_a_person_asks_again() {
    pair.one.state(Files.OTHER, Loaded.UNKNOWN).open().failed("apply.restart", 1, Records.EARLIER);
    pair.two.open();
    stops("FILES_CHANGED");
  }

  @Test
  void tells_one_who_only_looks_of_a_rotation_that_nobody_works_on() {
    pair.intent = Settings.Intent.CHECK;
    pair.one.applied();
    pair.two.open();
    stops("ROTATION_OPEN");
    assertThat(pair.messages()).contains("mgmt1: runs the new generation", "mgmt2: runs the old");
  }

  @Test
  void tells_one_who_only_looks_who_is_at_work() {
    pair.intent = Settings.Intent.CHECK;
    pair.dead = List.of();
    pair.one.applied();
    pair.two.open();
    assertThat(pair.go().action()).isEqualTo(Plan.Action.NONE);
    assertThat(pair.codes()).contains("LOCKED").doesNotContain("ROTATION_OPEN");
  }

  @Test
  void decides_the_same_from_the_same_question() {
    secondFailed("apply.replace", 2);
    Question question = pair.question();
    Decide decide = new Decide(new hacert.oms.MrsTarget());
    assertThat(decide.decide(question)).isEqualTo(decide.decide(question));
  }

  /** All nodes have new files, and the last one's start of all of them has failed. */
  private void startFailed(int attempts) {
    pair.one.applied().starts(RestartNeed.Scope.CLUSTER).state(Files.NEW, Loaded.DOWN);
    pair.two.open().starts(RestartNeed.Scope.CLUSTER).state(Files.NEW, Loaded.DOWN);
    pair.two.done("apply.certificates").failed("apply.restart", attempts, Records.RUN);
    pair.fail("apply", pair.two, Outcome.FAILED, "GS_OM_TIMED_OUT");
  }

  @Test
  void stops_no_cluster_beside_a_start_that_is_under_way() {
    startFailed(2);
    pair.two.findings.add(Finding.error("GS_OM_RUNNING", "process 7 (gs_om -t start)", "Wait."));
    stops("RESTART_RUNNING");
    assertThat(pair.messages()).contains("runs on mgmt2");
    pair.two.findings.clear();
    back("mgmt1", "mgmt2");
  }

  @Test
  void says_that_the_cluster_is_down_where_it_is() {
    startFailed(2);
    pair.one.backup(false, Records.NOW.plusSeconds(9));
    stops("OLD_GENERATION_UNSOUND");
    assertThat(pair.messages()).contains("the cluster is down");
    pair.one.state(Files.NEW, Loaded.NEW);
    assertThat(pair.messages()).doesNotContain("the cluster is down");
  }
}
