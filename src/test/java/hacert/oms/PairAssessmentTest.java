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

  private final Map<String, NodeFacts> facts = new LinkedHashMap<>();

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
            Json.mapper()
                .valueToTree(status.map(s -> new PairAssessment.Details(s, NOW)).orElse(null))));
  }

  private void pair(String one, String two) {
    node("mgmt1", one, "192-168-0-30", Duration.ofDays(9));
    node("mgmt2", two, "192-168-0-24", Duration.ofDays(9));
  }

  private void pair(String fixture) {
    pair(StatusParserTest.fixture(fixture), StatusParserTest.fixture(fixture));
  }

  private ClusterView view() {
    return new PairAssessment(facts).assess();
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
    node("mgmt1", StatusParserTest.fixture("documented"), "192-168-0-30", Duration.ofDays(9));
    assertThat(codes()).containsExactly("CLUSTER_SIZE");
    node("mgmt2", StatusParserTest.fixture("documented"), "192-168-0-24", Duration.ofDays(9));
    node("mgmt3", "[ERROR] no status", "", Duration.ofDays(9));
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
    String ours = StatusParserTest.fixture("first-table-alone");
    String theirs =
        ours.replace("active ", "NULL   ")
            .replace("Actived", "NULL")
            .replace("standby", "active ")
            .replace("Deactived", "Actived")
            .replace("DeNULL", "Actived");
    pair(ours.replace("standby", "NULL   ").replace("Deactived", "NULL"), theirs);
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
    node("mgmt1", StatusParserTest.fixture("documented"), "192-168-0-30", Duration.ofDays(9));
    node("mgmt2", StatusParserTest.fixture("documented"), "nobody", Duration.ofDays(9));
    assertThat(codes()).containsExactly("NODE_NOT_IDENTIFIED");
    assertThat(view().findings().get(0).message()).contains("mgmt2", "192-168-0-24");
  }

  @Test
  void refuses_two_names_for_one_node() {
    node("mgmt1", StatusParserTest.fixture("documented"), "192-168-0-24", Duration.ofDays(9));
    node("mgmt2", StatusParserTest.fixture("documented"), "192-168-0-24", Duration.ofDays(9));
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
  void warns_of_ill_health_that_an_expired_certificate_explains() {
    node("mgmt1", StatusParserTest.fixture("abnormal"), "192-168-0-30", Duration.ofDays(9));
    node("mgmt2", StatusParserTest.fixture("abnormal"), "192-168-0-24", Duration.ZERO);
    assertThat(view().findings())
        .extracting(Finding::severity, Finding::code)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Severity.WARNING, "UNHEALTHY_EXPIRED"));
    assertThat(view().active()).isEqualTo("mgmt1");
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
