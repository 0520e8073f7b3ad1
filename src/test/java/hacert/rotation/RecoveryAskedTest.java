package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Outcome;
import hacert.rotation.Discovery.Files;
import hacert.rotation.Discovery.Loaded;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Recovery} makes of what a person asks for in a later run. */
class RecoveryAskedTest extends RecoveryRules {
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
  void a_person_may_ask_for_a_rollback_that_failed_before() {
    pair.one.applied().done("rollback.restore").failed("rollback.restart", 1, Records.EARLIER);
    pair.two.open();
    pair.intent = Settings.Intent.ROLLBACK;
    back("mgmt1");
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
}
