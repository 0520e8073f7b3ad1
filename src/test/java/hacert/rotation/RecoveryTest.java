package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import hacert.rotation.Discovery.Files;
import hacert.rotation.Discovery.Loaded;
import hacert.target.HaRole;
import hacert.target.Options;
import hacert.target.RestartNeed;
import org.junit.jupiter.api.Test;

/** The rules of the design's "When a step fails", and of the comment of {@link Recovery}. */
class RecoveryTest extends RecoveryRules {
  @Test
  void refuses_and_calls_nothing_mixed_where_the_second_node_was_lost_before_any_change() {
    pair.one.open();
    pair.away(pair.two);
    pair.fail("stage", pair.two, Outcome.FAILED, "HOST_UNREACHABLE");
    assertThat(pair.go().action()).isEqualTo(Plan.Action.NONE);
    assertThat(pair.messages()).doesNotContain("mixed");
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
  void an_unsound_backup_of_a_node_that_was_not_changed_stops_nothing() {
    pair.one.state(Files.NEW, Loaded.DOWN);
    pair.one.open().failed("apply.restart", 1, Records.RUN);
    pair.two.open().backup(false, Records.NOW);
    pair.fail("apply", pair.one, Outcome.FAILED, "RESTART_FAILED");
    back("mgmt1");
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
    pair.two.state(Files.PARTIAL, Loaded.OLD);
    back("mgmt2");
    assertThat(pair.go().restart()).isEqualTo(RestartNeed.Scope.NONE);
    pair.two.state(Files.OTHER, Loaded.OLD);
    stops("FILES_CHANGED");
    pair.intent = Settings.Intent.ROLLBACK;
    back("mgmt2");
  }

  @Test
  void finishes_what_the_other_node_has_ended_even_after_a_failure() {
    pair.one.applied().done("confirm.prove").closed(Outcome.SUCCEEDED);
    pair.two.applied().done("confirm.prove");
    forward();
    pair.fail("close", pair.two, Outcome.FAILED, "DISK_FULL");
    forward();
  }

  @Test
  void decides_the_same_from_the_same_question() {
    secondFailed("apply.replace", 2);
    Question question = pair.question();
    Decide decide = new Decide(new hacert.oms.MrsTarget());
    assertThat(decide.decide(question)).isEqualTo(decide.decide(question));
  }

  @Test
  void a_proof_that_failed_once_and_was_done_then_is_no_failure_any_more() {
    for (Records.Node node : pair.nodes()) {
      node.applied().done("confirm.prove");
    }
    pair.two.phase = "Activating";
    pair.fail("confirm", pair.one, Outcome.FAILED, "PAIR_NOT_AGREED");
    pair.fail("close", pair.two, Outcome.FAILED, "HOST_UNREACHABLE");
    forward();
  }

  @Test
  void proves_a_node_that_is_alone_once_more() {
    pair.alone();
    pair.one.applied().failed("confirm.prove", 1, Records.EARLIER);
    forward();
  }
}
