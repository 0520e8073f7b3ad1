package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.oms.MrsTarget;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.rotation.Discovery.Files;
import hacert.rotation.Discovery.Loaded;
import hacert.target.HaRole;
import hacert.target.RestartNeed;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where {@link Recovery} stops, what it says then, and that this leads on. */
class RecoveryStopsTest extends RecoveryRules {
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
  void stops_where_the_first_node_was_lost_in_its_apply() {
    pair.two.open();
    pair.away(pair.one);
    pair.fail("apply", pair.one, Outcome.FAILED, "HOST_UNREACHABLE");
    stops("HOST_UNREACHABLE");
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
  void stops_where_the_second_node_refuses_in_the_mixed_window_because_its_files_changed() {
    pair.one.applied();
    pair.two.open().state(Files.OTHER, Loaded.OLD);
    pair.fail("apply", pair.two, Outcome.REFUSED, "FILES_CHANGED");
    stops("FILES_CHANGED");
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

  /** It was ill because of that, and can be proven no more, though its servers' own are valid. */
  @Test
  void stops_where_an_expired_cluster_was_ill_when_it_began() {
    secondFailed("apply.replace", 2);
    Journal journal = pair.question().found().get("mgmt2").journal();
    ObjectNode told = Json.mapper().valueToTree(journal);
    told.withObject("/plan").put("expired", true);
    Decision decision =
        new Recovery(
                new MrsTarget(), pair.question(), Json.mapper().convertValue(told, Journal.class))
            .decide();
    assertThat(decision.findings().get(0).code()).isEqualTo("OLD_GENERATION_UNSOUND");
    assertThat(decision.findings().get(0).message()).contains("had expired when it began");
  }

  @Test
  void does_not_go_back_unasked_to_keys_that_others_know() {
    secondFailed("apply.replace", 2);
    pair.settings = Map.of("compromised", true);
    stops("OLD_GENERATION_UNSOUND");
    assertThat(pair.messages()).contains("known to others, as hacert_compromised says");
  }

  @Test
  void stops_at_two_actives_after_both_restarts() {
    pair.one.applied().failed("confirm.prove", 1, Records.RUN);
    pair.two.applied().role = HaRole.ACTIVE;
    pair.two.phase = "Actived";
    pair.fail("confirm", pair.one, Outcome.FAILED, "PAIR_NOT_AGREED");
    stops("TWO_ACTIVES");
  }

  /** Each node had proven alone that it is active; at close that shows. */
  @ParameterizedTest
  @CsvSource({"ACTIVE, Actived", "UNKNOWN, Activating"})
  void does_not_go_back_from_two_actives_that_close_has_seen(HaRole role, String phase) {
    pair.one.applied().done("confirm.prove");
    pair.two.applied().done("confirm.prove");
    pair.two.role = role;
    pair.two.phase = phase;
    pair.fail("close", pair.one, Outcome.REFUSED, "TWO_ACTIVES");
    pair.fail("close", pair.two, Outcome.REFUSED, "TWO_ACTIVES");
    stops("TWO_ACTIVES");
    pair.nodes().forEach(node -> node.kind = Plan.Kind.RESTORE);
    pair.intent = Settings.Intent.ROLLBACK;
    stops("TWO_ACTIVES");
  }

  @Test
  void stops_where_only_health_is_missing_after_the_second_proof() {
    pair.one.applied().failed("confirm.prove", 2, Records.RUN);
    pair.two.applied();
    pair.health = "abnormal";
    pair.fail("confirm", pair.one, Outcome.FAILED, "PAIR_NOT_AGREED");
    stops("UNRELATED_UNHEALTHY");
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
  void a_rollback_that_was_asked_for_restarts_a_node_once_in_a_run() {
    pair.one.applied().done("rollback.restore").failed("rollback.restart", 1, Records.RUN);
    pair.two.open();
    pair.intent = Settings.Intent.ROLLBACK;
    pair.fail("rollback", pair.one, Outcome.FAILED, "RESTART_FAILED");
    stops("RESTARTS_USED_UP");
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
