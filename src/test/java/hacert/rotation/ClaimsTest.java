package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaimsTest {
  private final Records pair = new Records();

  @Test
  void another_host_that_holds_a_lease_locks_the_cluster() {
    pair.two.open();
    pair.two.lease = lease("elsewhere", Records.RUN, 1);
    assertThat(pair.no()).isEqualTo(Exit.LOCKED);
    assertThat(pair.codes()).containsExactly("LOCKED");
    assertThat(pair.messages())
        .contains(
            String.format(
                "mgmt2: rotation %s holds cluster pair: begun from elsewhere, process %s, at %s; its"
                    + " claim ends at %s unless it is renewed. Nothing was changed.",
                Records.ROTATION,
                Records.RUN,
                Records.NOW.minusSeconds(60),
                Records.NOW.plusSeconds(1)));
  }

  @Test
  void a_living_process_of_the_same_host_locks_the_cluster() {
    pair.one.open();
    assertThat(pair.no()).isEqualTo(Exit.LOCKED);
  }

  @Test
  void a_dead_process_of_another_host_with_the_same_name_locks_the_cluster() {
    pair.one.open();
    pair.one.lease = lease("elsewhere", Records.EARLIER, 1);
    pair.dead = List.of(Records.EARLIER);
    assertThat(pair.no()).isEqualTo(Exit.LOCKED);
  }

  @Test
  void a_call_that_runs_on_a_node_locks_the_cluster() {
    pair.one.busy = "apply";
    assertThat(pair.no()).isEqualTo(Exit.LOCKED);
    assertThat(pair.messages()).contains("mgmt1: apply runs there");
  }

  @Test
  void a_claim_is_only_told_to_one_who_reads() {
    pair.one.open();
    pair.intent = Settings.Intent.CHECK;
    assertThat(pair.go().action()).isEqualTo(Plan.Action.NONE);
    assertThat(pair.codes()).contains("LOCKED");
  }

  @Test
  void a_lease_that_has_run_out_belongs_to_nobody() {
    pair.one.open();
    pair.one.lease = lease("elsewhere", Records.EARLIER, 0);
    assertThat(pair.codes()).doesNotContain("LOCKED");
  }

  @Test
  void a_lease_of_a_rotation_that_has_ended_binds_nobody() {
    pair.one.open().closed(hacert.result.Outcome.SUCCEEDED);
    pair.one.lease = lease("elsewhere", Records.EARLIER, 1);
    assertThat(pair.codes()).doesNotContain("LOCKED");
  }

  @Test
  void the_same_process_a_dead_one_of_this_host_and_the_named_rotation_go_on() {
    pair.one.open();
    pair.one.lease = lease("control", Records.RUN, 1);
    assertThat(pair.codes()).doesNotContain("LOCKED");
    pair.one.lease = lease("control", Records.EARLIER, 1);
    pair.dead = List.of(Records.EARLIER);
    assertThat(pair.codes()).doesNotContain("LOCKED");
    pair.dead = List.of();
    pair.settings = Map.of("rotation", Records.ROTATION);
    assertThat(pair.codes()).doesNotContain("LOCKED");
  }

  private static Lease lease(String host, String process, int secondsLeft) {
    return new Lease(
        Records.ROTATION,
        host,
        process,
        Records.NOW.minusSeconds(60),
        Records.NOW.plusSeconds(secondsLeft));
  }
}
