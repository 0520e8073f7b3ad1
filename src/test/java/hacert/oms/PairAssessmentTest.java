package hacert.oms;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Severity;
import hacert.target.ClusterView;
import hacert.target.HaRole;
import hacert.target.NodeFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PairAssessmentTest {
  private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");

  private static final Duration OVER = Duration.ZERO;
  private static final Duration VALID = Duration.ofDays(9);

  private final Map<String, NodeFacts> facts = new LinkedHashMap<>();
  private String named = "";

  /** A node that sees this output, and is the row of this name. */
  private void node(String name, String output, String self, Duration validFor) {
    Optional<OmsStatus> status = StatusParser.parse(output);
    Optional<OmsStatus.NodeRow> row = status.flatMap(s -> s.row(self));
    CertificateSummary certificate =
        new CertificateSummary(
            "x", "CN=x", "CN=x", "1", NOW, NOW.plus(validFor), "ab", "RSA 3072", true, List.of());
    facts.put(
        name,
        new NodeFacts(
            row.map(MrsNode::role).orElse(HaRole.UNKNOWN),
            row.isPresent() ? self : "",
            "",
            List.of(certificate),
            "ab",
            List.of(),
            Json.mapper().valueToTree(status.map(PairAssessment.Details::new).orElse(null))));
  }

  private void pair(String one, String two) {
    node("mgmt1", one, "192-168-0-30", VALID);
    node("mgmt2", two, "192-168-0-24", VALID);
  }

  private void pair(String fixture) {
    pair(StatusParserTest.fixture(fixture), StatusParserTest.fixture(fixture));
  }

  private ClusterView view() {
    return new MrsTarget().assess(facts, named, NOW);
  }

  /** Each node calls itself active and hears nothing of the other, as without a heartbeat. */
  private void apart(Duration one, Duration two) {
    String ours = StatusParserTest.fixture("first-table-alone");
    node(
        "mgmt1",
        ours.replace("standby", "NULL   ").replace("Deactived", "NULL"),
        "192-168-0-30",
        one);
    node(
        "mgmt2",
        ours.replace("active ", "NULL   ")
            .replace("Actived", "NULL")
            .replace("standby", "active ")
            .replace("Deactived", "Actived")
            .replace("DeNULL", "Actived"),
        "192-168-0-24",
        two);
  }

  private List<String> codes() {
    return view().findings().stream().map(Finding::code).toList();
  }

  @Test
  void refuses_a_single_node() {
    pair("single");
    assertThat(codes()).containsExactly("SINGLE_MODE");
    assertThat(view().active()).isEmpty();
  }

  @Test
  void refuses_a_status_with_one_node_and_no_mode() {
    String one = StatusParserTest.fixture("single").replace("HAMode\nsingle\n", "");
    pair(one, one);
    assertThat(codes()).contains("SINGLE_MODE");
  }

  @Test
  void refuses_another_number_of_nodes_than_two() {
    node("mgmt1", StatusParserTest.fixture("documented"), "192-168-0-30", VALID);
    assertThat(codes()).containsExactly("CLUSTER_SIZE");
    node("mgmt2", StatusParserTest.fixture("documented"), "192-168-0-24", VALID);
    node("mgmt3", "[ERROR] no status", "", VALID);
    assertThat(codes()).contains("CLUSTER_SIZE");
  }

  @Test
  void refuses_two_actives() {
    pair("two-actives");
    assertThat(codes()).containsExactly("TWO_ACTIVES");
    assertThat(view().active()).isEmpty();
  }

  @Test
  void refuses_two_nodes_that_each_call_themselves_active_and_the_other_gone() {
    apart(VALID, VALID);
    assertThat(codes()).containsExactly("TWO_ACTIVES");
  }

  @Test
  void refuses_a_pair_without_an_active_node() {
    String none =
        StatusParserTest.fixture("first-table-alone")
            .replace("active ", "standby")
            .replace(" Actived", " Deactived");
    pair(none, none);
    assertThat(codes()).containsExactly("NO_ACTIVE");
  }

  @Test
  void refuses_roles_that_have_not_settled() {
    pair("null-states");
    assertThat(codes()).containsExactly("ROLES_NOT_STEADY");
  }

  @Test
  void believes_no_role_in_a_phase_that_is_not_steady() {
    String early = StatusParserTest.fixture("documented").replace("Deactived", "Deactivating");
    pair(early, early);
    assertThat(codes()).containsExactly("ROLES_NOT_STEADY");
    assertThat(view().standbys()).isEmpty();
  }

  @Test
  void refuses_nodes_that_disagree() {
    String other =
        StatusParserTest.fixture("first-table-alone")
            .replace("standby", "STANDBY")
            .replace("active ", "standby")
            .replace(" Actived", " Deactived")
            .replace("STANDBY", "active ")
            .replace("standby              normal               Deactived", "X");
    pair(StatusParserTest.fixture("documented"), other);
    assertThat(codes()).isNotEmpty();
    assertThat(Finding.stops(view().findings())).isTrue();
  }

  @Test
  void refuses_a_node_that_no_row_names() {
    node("mgmt1", StatusParserTest.fixture("documented"), "192-168-0-30", VALID);
    node("mgmt2", StatusParserTest.fixture("documented"), "nobody", VALID);
    assertThat(codes()).containsExactly("NODE_NOT_IDENTIFIED");
    assertThat(view().findings().get(0).message()).contains("mgmt2", "192-168-0-24");
  }

  @Test
  void refuses_two_names_for_one_node() {
    node("mgmt1", StatusParserTest.fixture("documented"), "192-168-0-24", VALID);
    node("mgmt2", StatusParserTest.fixture("documented"), "192-168-0-24", VALID);
    assertThat(codes()).containsExactly("NODE_TWICE");
  }

  @Test
  void refuses_an_unhealthy_pair() {
    pair("abnormal");
    assertThat(codes()).containsExactly("UNHEALTHY");
    assertThat(view().findings().get(0).message())
        .contains("192-168-0-30 active/abnormal/actived", "gaussDB");
  }

  @Test
  void refuses_two_actives_with_expired_certificates_and_says_how_to_find_the_real_one() {
    apart(OVER, OVER);
    assertThat(codes()).containsExactly("ALL_EXPIRED", "TWO_ACTIVES");
    Finding refused = view().findings().get(1);
    assertThat(refused.severity()).isEqualTo(Severity.ERROR);
    assertThat(refused.message()).contains("mgmt1, mgmt2", "have expired");
    assertThat(refused.remedy())
        .contains("floating address", "Manager page", "-e hacert_active=NODE", "mgmt1, mgmt2");
    assertThat(view().active()).isEmpty();
    assertThat(view().named()).isFalse();
  }

  @Test
  void takes_the_word_of_a_person_for_who_is_active_of_two_with_expired_certificates() {
    apart(OVER, OVER);
    named = "mgmt2";
    assertThat(codes()).containsExactly("ALL_EXPIRED", "ACTIVE_NAMED");
    assertThat(Finding.stops(view().findings())).isFalse();
    assertThat(view().findings().get(1).message())
        .contains("A person named mgmt2", "TWO_ACTIVES", "mgmt1, mgmt2");
    assertThat(view().active()).isEqualTo("mgmt2");
    assertThat(view().maker()).isEqualTo("mgmt2");
    assertThat(view().standbys()).containsExactly("mgmt1");
    assertThat(view().expired()).isTrue();
    assertThat(view().named()).isTrue();
  }

  @Test
  void takes_nobodys_word_where_certificates_are_valid() {
    apart(VALID, VALID);
    named = "mgmt1";
    assertThat(codes()).containsExactly("TWO_ACTIVES");
    assertThat(Finding.stops(view().findings())).isTrue();
    assertThat(view().findings().get(0).remedy()).contains("hacert_active does not help");
  }

  @Test
  void takes_nobodys_word_where_one_node_alone_has_an_expired_certificate() {
    apart(OVER, VALID);
    named = "mgmt1";
    assertThat(codes()).containsExactly("TWO_ACTIVES");
    assertThat(Finding.stops(view().findings())).isTrue();
    assertThat(view().expired()).isFalse();
  }

  @Test
  void refuses_ill_health_with_expired_certificates_until_the_active_node_is_named() {
    node("mgmt1", StatusParserTest.fixture("abnormal"), "192-168-0-30", OVER);
    node("mgmt2", StatusParserTest.fixture("abnormal"), "192-168-0-24", OVER);
    assertThat(codes()).containsExactly("ALL_EXPIRED", "UNHEALTHY");
    assertThat(Finding.stops(view().findings())).isTrue();
    assertThat(view().findings().get(1).remedy()).contains("one of mgmt1.");
    named = "mgmt1";
    assertThat(codes()).containsExactly("ALL_EXPIRED", "ACTIVE_NAMED");
    assertThat(view().active()).isEqualTo("mgmt1");
  }

  @Test
  void refuses_a_name_that_the_only_active_node_of_an_ill_pair_contradicts() {
    node("mgmt1", StatusParserTest.fixture("abnormal"), "192-168-0-30", OVER);
    node("mgmt2", StatusParserTest.fixture("abnormal"), "192-168-0-24", OVER);
    named = "mgmt2";
    assertThat(codes()).containsExactly("ALL_EXPIRED", "UNHEALTHY", "ACTIVE_CONTRADICTED");
    assertThat(view().named()).isFalse();
  }

  @Test
  void takes_the_word_of_a_person_where_no_node_with_an_expired_certificate_is_active() {
    String none =
        StatusParserTest.fixture("first-table-alone")
            .replace("active ", "standby")
            .replace(" Actived", " Deactived");
    node("mgmt1", none, "192-168-0-30", OVER);
    node("mgmt2", none, "192-168-0-24", OVER);
    assertThat(codes()).containsExactly("ALL_EXPIRED", "NO_ACTIVE");
    named = "mgmt2";
    assertThat(codes()).containsExactly("ALL_EXPIRED", "ACTIVE_NAMED");
    assertThat(view().active()).isEqualTo("mgmt2");
  }

  @Test
  void nobody_can_name_a_node_of_a_pair_that_cannot_be_told_apart() {
    node("mgmt1", StatusParserTest.fixture("documented"), "192-168-0-24", OVER);
    node("mgmt2", StatusParserTest.fixture("documented"), "192-168-0-24", OVER);
    named = "mgmt1";
    assertThat(codes()).contains("NODE_TWICE").doesNotContain("ACTIVE_NAMED");
    assertThat(Finding.stops(view().findings())).isTrue();
  }

  @Test
  void needs_no_name_for_a_healthy_pair_whose_certificates_expired() {
    node("mgmt1", StatusParserTest.fixture("documented"), "192-168-0-30", OVER);
    node("mgmt2", StatusParserTest.fixture("documented"), "192-168-0-24", OVER);
    for (String who : List.of("", "mgmt1")) {
      named = who;
      assertThat(codes()).containsExactly("ALL_EXPIRED");
      assertThat(view().active()).isEqualTo("mgmt1");
      assertThat(view().named()).isFalse();
    }
  }

  @Test
  void refuses_a_name_that_a_healthy_pair_contradicts() {
    pair("documented");
    named = "mgmt2";
    assertThat(codes()).containsExactly("ACTIVE_CONTRADICTED");
    assertThat(view().findings().get(0).message())
        .contains("hacert_active names mgmt2; mgmt1, and not mgmt2, is active");
    named = "mgmt1";
    assertThat(codes()).isEmpty();
  }

  @Test
  void warns_of_a_resource_in_trouble_that_the_vendor_calls_normal() {
    pair("other-resources");
    assertThat(codes()).containsExactly("RESOURCE_NOT_NORMAL");
    assertThat(Finding.stops(view().findings())).isFalse();
  }

  @Test
  void finds_active_and_standby_of_a_healthy_pair() {
    pair("documented");
    assertThat(view()).isEqualTo(new ClusterView("mgmt1", List.of("mgmt2"), "mgmt1", List.of()));
  }
}
