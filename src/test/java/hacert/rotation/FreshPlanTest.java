package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.target.HaRole;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decisions where no rotation is under way. */
class FreshPlanTest {
  private final Records pair = new Records();

  private List<String> due() {
    return pair.go().due().stream().map(Plan.Reason::code).toList();
  }

  @Test
  void refuses_a_node_that_cannot_be_reached() {
    pair.away(pair.two);
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).contains("HOST_UNREACHABLE").doesNotContain("CLUSTER_SIZE");
  }

  @Test
  void refuses_a_cluster_on_which_no_node_answers_even_to_one_who_reads() {
    pair.away(pair.one).away(pair.two);
    pair.intent = Settings.Intent.CHECK;
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
  }

  @Test
  void refuses_an_unhealthy_pair_though_nothing_is_due() {
    pair.health = "abnormal";
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).contains("UNHEALTHY");
  }

  @Test
  void returns_to_an_older_generation_though_the_pair_is_not_healthy() {
    pair.health = "abnormal";
    pair.intent = Settings.Intent.ROLLBACK;
    assertThat(pair.go().restore()).isEqualTo(1);
    assertThat(pair.go().healthy()).isFalse();
    assertThat(pair.codes()).contains("UNHEALTHY");
  }

  @Test
  void refuses_two_actives() {
    pair.two.role = HaRole.ACTIVE;
    pair.two.phase = "Actived";
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).contains("TWO_ACTIVES");
  }

  @ParameterizedTest
  @CsvSource({"0,60,false", "0,61,true", "-31,30,true", "-30,30,false"})
  void refuses_clocks_that_differ_by_more_than_a_minute(double one, double two, boolean refused) {
    pair.one.clockOffset = one;
    pair.two.clockOffset = two;
    assertThat(pair.codes().contains("CLOCK_SKEW")).isEqualTo(refused);
    assertThat(pair.decide() instanceof Decision.No).isEqualTo(refused);
  }

  @Test
  void refuses_an_unproven_state_unless_the_operator_accepts_it() {
    pair.two.findings.add(Finding.error("UNPROVEN", "files were changed", "Restart."));
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.messages()).contains("mgmt2: files were changed");
    pair.settings = Map.of("accept_unproven", true);
    assertThat(pair.go().action()).isEqualTo(Plan.Action.NONE);
    assertThat(pair.messages()).contains("Accepted by hacert_accept_unproven");
  }

  @Test
  void nothing_is_due_and_until_when() {
    Plan plan = pair.go();
    assertThat(plan.action()).isEqualTo(Plan.Action.NONE);
    assertThat(plan.due()).isEmpty();
    assertThat(plan.rotation()).isEmpty();
    // Valid for 3650 days, 3000 of them left: due when a third is left.
    assertThat(plan.until())
        .isEqualTo(
            Records.NOW.plus(Duration.ofDays(3000)).minus(Duration.ofDays(3650).dividedBy(3)));
  }

  @Test
  void when_is_told_in_whole_seconds() {
    pair.one.certificate(
        "server.crt", Duration.ofDays(1000), Duration.ofSeconds(100), "sha-of-server");
    Duration third = Duration.ofDays(1000).plusSeconds(100).dividedBy(3);
    assertThat(third.getNano()).isNotZero();
    assertThat(pair.go().until())
        .isEqualTo(
            Records.NOW.plus(Duration.ofDays(1000)).minus(third).truncatedTo(ChronoUnit.SECONDS));
  }

  @Test
  void keys_that_others_know_are_due_at_once_and_the_plan_says_so() {
    assertThat(pair.go().compromised()).isFalse();
    pair.settings = Map.of("compromised", true);
    assertThat(due()).containsExactly("COMPROMISED");
    assertThat(pair.go().compromised()).isTrue();
  }

  @Test
  void an_older_generation_whose_keys_others_know_is_brought_back_with_a_warning() {
    pair.intent = Settings.Intent.ROLLBACK;
    assertThat(pair.codes()).doesNotContain("COMPROMISED");
    pair.settings = Map.of("compromised", true);
    assertThat(pair.go().restore()).isEqualTo(1);
    assertThat(pair.codes()).contains("COMPROMISED");
  }

  @Test
  void a_generation_is_remembered_whose_keys_others_know() {
    pair.intent = Settings.Intent.ROLLBACK;
    pair.settings = Map.of("generation", 2);
    pair.nodes()
        .forEach(
            node -> {
              node.knownToOthers = List.of(2);
              node.generation(3, Generation.Origin.INSTALLED, true);
              node.current = 3;
              node.applied().closed(Outcome.SUCCEEDED);
            });
    assertThat(pair.go().restore()).isEqualTo(2);
    assertThat(pair.codes()).contains("COMPROMISED");
    pair.settings = Map.of("generation", 1);
    assertThat(pair.codes()).doesNotContain("COMPROMISED");
  }

  @Test
  void force_is_due_at_once() {
    pair.settings = Map.of("force", true);
    assertThat(due()).containsExactly("FORCED");
    Plan plan = pair.go();
    assertThat(plan.action()).isEqualTo(Plan.Action.ROTATE);
    assertThat(plan.kind()).isEqualTo(Plan.Kind.REPLACE);
    assertThat(plan.rotation()).isEqualTo("20261122T080000-11111111");
    assertThat(plan.order()).containsExactly("mgmt1", "mgmt2");
    assertThat(plan.from()).isEqualTo(2);
    assertThat(plan.to()).isEqualTo(3);
    assertThat(plan.until()).isNull();
    assertThat(plan.healthy()).isTrue();
    assertThat(plan.nodes().get("mgmt2").stateDirectory()).isEqualTo("/home/omm/.hacert/pair");
  }

  @Test
  void the_control_machine_carries_a_bundle_where_it_is_told_to_and_there_is_one() {
    pair.settings = Map.of("force", true, "peer_copy", "control");
    assertThat(pair.go().peerCopy()).isEqualTo(Plan.Copy.CONTROL);
    pair.intent = Settings.Intent.ROLLBACK;
    assertThat(pair.go().kind()).isEqualTo(Plan.Kind.RESTORE);
    assertThat(pair.go().peerCopy()).isEqualTo(Plan.Copy.SSH);
  }

  @Test
  void a_plan_of_a_time_without_a_choice_copies_by_ssh() {
    pair.settings = Map.of("force", true, "peer_copy", "control");
    ObjectNode old = Json.mapper().valueToTree(pair.go());
    old.remove("peer_copy");
    assertThat(Json.mapper().convertValue(old, Plan.class).peerCopy()).isEqualTo(Plan.Copy.SSH);
  }

  @Test
  void the_active_node_comes_first_whatever_the_inventory_says() {
    pair.settings = Map.of("force", true);
    pair.one.role = HaRole.STANDBY;
    pair.one.phase = "Deactived";
    pair.two.role = HaRole.ACTIVE;
    pair.two.phase = "Actived";
    assertThat(pair.go().order()).containsExactly("mgmt2", "mgmt1");
    assertThat(pair.go().active()).isEqualTo("mgmt2");
  }

  @Test
  void a_state_that_no_rotation_has_proved_is_due() {
    pair.two.generations.removeIf(g -> g.origin() != Generation.Origin.FOUND);
    assertThat(due()).containsExactly("NOT_UNDER_HACERT");
  }

  @Test
  void a_given_bundle_is_due_until_it_is_installed_everywhere() {
    pair.given = Optional.of("given");
    assertThat(due()).containsExactly("NEW_BUNDLE");
    pair.one.digest = "given";
    assertThat(due()).containsExactly("NEW_BUNDLE", "NODES_DIFFER");
    pair.two.digest = "given";
    assertThat(due()).isEmpty();
  }

  @Test
  void nodes_that_differ_are_due() {
    pair.two.digest = "other";
    assertThat(due()).containsExactly("NODES_DIFFER");
  }

  @Test
  void certificates_that_do_not_belong_together_are_due() {
    pair.two.findings.add(Finding.warning("BUNDLE_INCONSISTENT", "server and root", ""));
    assertThat(due()).containsExactly("BUNDLE_INCONSISTENT");
    assertThat(pair.go().due().get(0).message()).isEqualTo("mgmt2: server and root");
  }

  @Test
  void changed_settings_alone_are_not_due() {
    pair.two.findings.add(Finding.info("SETTINGS_DIFFER", "key"));
    assertThat(due()).isEmpty();
    assertThat(pair.codes()).contains("SETTINGS_DIFFER");
  }

  @ParameterizedTest
  @CsvSource({"30,29,true", "30,30,true", "30,31,false", "0,32,true", "0,34,false"})
  void too_little_validity_left_is_due(int renewBefore, int left, boolean due) {
    pair.settings = Map.of("renew_before_days", renewBefore);
    pair.one.certificate(
        "server.crt", Duration.ofDays(left), Duration.ofDays(100 - left), "sha-of-server");
    assertThat(due().contains("EXPIRING")).isEqualTo(due);
  }

  @ParameterizedTest
  @CsvSource({"99,100,true", "100,100,false", "4000,100,false"})
  void no_certificate_is_due_from_its_first_day_on(int renewBefore, int validity, boolean due) {
    pair.settings = Map.of("renew_before_days", renewBefore);
    pair.one.certificate(
        "server.crt", Duration.ofDays(validity - 20), Duration.ofDays(20), "sha-of-server");
    assertThat(due().contains("EXPIRING")).isEqualTo(due);
    assertThat(pair.codes().contains("RENEW_BEFORE_TOO_LONG")).isEqualTo(!due);
  }

  @Test
  void an_expired_certificate_is_called_expired_from_its_first_hour_on() {
    pair.one.certificate("server.crt", Duration.ofHours(-5), Duration.ofDays(100), "s");
    assertThat(pair.go().due().get(0).message()).contains("mgmt1: server.crt expired");
  }

  @Test
  void a_given_bundle_that_is_installed_and_expires_is_told_and_not_installed_again() {
    pair.given = Optional.of("sha-of-root");
    pair.settings = Map.of("renew_before_days", 3001);
    pair.one.digest = "sha-of-root";
    pair.two.digest = "sha-of-root";
    assertThat(pair.go().action()).isEqualTo(Plan.Action.NONE);
    assertThat(pair.codes()).containsExactly("BUNDLE_EXPIRING");
  }

  /** A CA that was given stays the same in each rotation: it would be a reason for the next one. */
  @Test
  void a_ca_falls_due_with_what_it_issued_unless_that_outlives_it() {
    Duration little = Duration.ofDays(30);
    Duration much = Duration.ofDays(970);
    pair.nodes().forEach(n -> n.certificate("cacert.pem", little, much, "sha-of-ca", true));
    pair.nodes().forEach(n -> n.certificate("server.crt", little, Duration.ofDays(1), "s"));
    assertThat(due()).isEmpty();
    assertThat(pair.go().until())
        .isEqualTo(
            Records.NOW
                .plus(little)
                .minus(Duration.ofDays(31).dividedBy(3))
                .truncatedTo(ChronoUnit.SECONDS));
    pair.one.certificate("client.crt", little.plusDays(1), Duration.ofDays(1), "c");
    assertThat(due()).containsExactly("EXPIRING");
  }

  @Test
  void an_unrecorded_state_becomes_a_generation_of_its_own() {
    pair.settings = Map.of("force", true);
    pair.one.current = 0;
    pair.two.current = 0;
    assertThat(pair.go().from()).isEqualTo(3);
    assertThat(pair.go().to()).isEqualTo(4);
    pair.one.current = 2;
    assertThat(pair.go().from()).isEqualTo(3);
    pair.two.current = 1;
    assertThat(pair.go().from()).isEqualTo(3);
  }

  @Test
  void the_first_generation_is_number_one() {
    pair.nodes().forEach(n -> n.generations.clear());
    pair.nodes().forEach(n -> n.current = 0);
    assertThat(pair.go().from()).isEqualTo(1);
    assertThat(pair.go().to()).isEqualTo(2);
  }

  @Test
  void a_rotation_that_changed_nothing_is_superseded() {
    pair.one.open();
    pair.dead = List.of(Records.EARLIER);
    pair.settings = Map.of("force", true);
    assertThat(pair.go().supersedes()).containsExactly(Records.ROTATION);
    assertThat(pair.go().rotation()).isNotEqualTo(Records.ROTATION);
  }

  private void expire() {
    pair.nodes()
        .forEach(n -> n.certificate("server.crt", Duration.ZERO, Duration.ofDays(100), "s"));
  }

  @Test
  void a_healthy_pair_whose_certificates_expired_is_rotated_and_told_that_there_is_no_way_back() {
    expire();
    Plan plan = pair.go();
    assertThat(plan.action()).isEqualTo(Plan.Action.ROTATE);
    assertThat(plan.healthy()).isTrue();
    assertThat(plan.expired()).isTrue();
    assertThat(plan.named()).isFalse();
    assertThat(pair.codes()).containsExactly("ALL_EXPIRED");
    assertThat(pair.messages()).contains("no way back");
  }

  @Test
  void the_node_that_a_person_names_is_pinned_first_and_the_plan_says_who_said_so() {
    expire();
    pair.one.role = HaRole.ACTIVE;
    pair.two.role = HaRole.ACTIVE;
    pair.two.phase = "Actived";
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    pair.settings = Map.of("active", "mgmt2");
    Plan plan = pair.go();
    assertThat(plan.active()).isEqualTo("mgmt2");
    assertThat(plan.order()).containsExactly("mgmt2", "mgmt1");
    assertThat(plan.staging()).containsExactly("mgmt2", "mgmt1");
    assertThat(plan.healthy()).isFalse();
    assertThat(plan.named()).isTrue();
    assertThat(plan.expired()).isTrue();
    assertThat(pair.codes()).containsExactly("ALL_EXPIRED", "ACTIVE_NAMED");
    ObjectNode old = Json.mapper().valueToTree(plan);
    old.remove(List.of("expired", "named"));
    assertThat(Json.mapper().convertValue(old, Plan.class).named()).isFalse();
  }

  @Test
  void refuses_to_take_a_host_of_another_cluster_for_the_active_node() {
    expire();
    pair.settings = Map.of("active", "elsewhere");
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).contains("ACTIVE_UNKNOWN");
    assertThat(pair.messages()).contains("names elsewhere", "mgmt1 and mgmt2");
    pair.two.role = HaRole.ACTIVE;
    pair.two.phase = "Actived";
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).contains("TWO_ACTIVES", "ACTIVE_UNKNOWN");
  }
}
