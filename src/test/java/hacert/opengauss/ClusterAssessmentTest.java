package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.opengauss.ClusterStatus.Datanode;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.target.ClusterView;
import hacert.target.HaRole;
import hacert.target.NodeFacts;
import hacert.target.Options;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What the facts of all nodes say together; each test begins with a healthy cluster of three. */
class ClusterAssessmentTest {
  private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");

  private final List<Datanode> rows =
      new ArrayList<>(List.of(row(1, "Primary"), row(2, "Standby"), row(3, "Standby")));
  private final Map<String, NodeFacts> facts = new LinkedHashMap<>();
  private final Map<Integer, Boolean> rolesWritten =
      new HashMap<>(Map.of(1, false, 2, false, 3, false));
  private final Map<Integer, List<String>> filled = new HashMap<>();
  private List<String> listsBeside = List.of();
  private List<String> managers = List.of();
  private String state = "Normal";
  private String named = "";
  private String source = "/data/server.crt";
  private Instant until = NOW.plusSeconds(1);

  private static Datanode row(int number, String role) {
    return row(number, role, "Normal");
  }

  private static Datanode row(int number, String role, String state) {
    return new Datanode(
        number,
        "db" + number,
        "192.0.2." + number,
        OptionalInt.of(15400),
        6000 + number,
        "/data",
        number == 1 ? "P" : "S",
        role,
        state);
  }

  private ClusterStatus status() {
    return new ClusterStatus(
        state, Optional.empty(), !managers.isEmpty(), managers, rows, List.of());
  }

  private void node(int number, ClusterStatus seen, String name, String... missing) {
    HaRole role = OpenGaussNode.role(rows.get(number - 1));
    facts.put(
        "node" + number,
        new NodeFacts(
            role,
            name,
            "1 1",
            List.of(
                new CertificateSummary(
                    source, "CN=x", "CN=x", "1", NOW, until, "ab", "RSA 3072", false, List.of())),
            "digest",
            List.of(),
            Json.mapper()
                .valueToTree(
                    new ClusterAssessment.Details(
                        seen,
                        List.of(missing),
                        Map.of(),
                        rolesWritten.get(number),
                        filled.get(number),
                        listsBeside))));
  }

  private void all() {
    for (int i = 1; i <= 3; i++) {
      node(i, status(), "db" + i);
    }
  }

  private ClusterView view() {
    return new OpenGaussTarget().assess(facts, named, NOW);
  }

  private List<String> codes() {
    return view().findings().stream().map(Finding::code).toList();
  }

  @Test
  void refuses_an_inventory_that_leaves_a_node_out() {
    node(1, status(), "db1");
    node(2, status(), "db2");
    assertThat(codes()).containsExactly("CLUSTER_SIZE");
  }

  @Test
  void refuses_a_host_that_is_no_node() {
    all();
    node(3, status(), "");
    assertThat(codes()).containsExactly("NODE_NOT_IDENTIFIED");
  }

  @Test
  void refuses_two_names_for_one_node() {
    all();
    node(3, status(), "db2");
    assertThat(codes()).containsExactly("NODE_TWICE");
  }

  @Test
  void refuses_two_primaries() {
    rows.set(1, row(2, "Primary"));
    all();
    assertThat(codes()).containsExactly("TWO_ACTIVES");
    assertThat(view().active()).isEmpty();
  }

  @Test
  void refuses_a_cluster_without_primary() {
    rows.set(0, row(1, "Down", "Manually stopped"));
    all();
    assertThat(codes()).containsExactly("NO_ACTIVE");
  }

  @Test
  void refuses_nodes_that_disagree_on_the_primary() {
    all();
    ClusterStatus other =
        new ClusterStatus(
            "Normal",
            Optional.empty(),
            false,
            List.of(),
            List.of(row(1, "Standby"), row(2, "Primary"), row(3, "Standby")),
            List.of());
    node(3, other, "db3");
    assertThat(codes()).containsExactly("ROLES_DISAGREE");
  }

  @Test
  void refuses_ill_health_and_names_the_node() {
    rows.set(2, row(3, "Standby", "Need repair(Disconnected)"));
    state = "Degraded";
    all();
    assertThat(codes()).containsExactly("UNHEALTHY");
    assertThat(view().findings().get(0).message()).contains("db3", "Need repair", "Degraded");
  }

  @Test
  void takes_the_word_of_a_person_for_the_primary_of_an_ill_cluster_with_expired_certificates() {
    until = NOW;
    rows.set(2, row(3, "Standby", "Need repair(Disconnected)"));
    state = "Degraded";
    all();
    assertThat(codes()).containsExactly("ALL_EXPIRED", "UNHEALTHY");
    assertThat(view().findings().get(1).remedy())
        .contains("takes writes", "-e hacert_active=NODE, one of node1.");
    named = "node1";
    assertThat(codes()).containsExactly("ALL_EXPIRED", "ACTIVE_NAMED");
    assertThat(view().named()).isTrue();
    named = "node3";
    assertThat(codes()).containsExactly("ALL_EXPIRED", "UNHEALTHY", "ACTIVE_CONTRADICTED");
  }

  @Test
  void needs_no_name_where_expired_certificates_leave_the_cluster_well() {
    until = NOW;
    all();
    assertThat(codes()).containsExactly("ALL_EXPIRED");
    assertThat(view().active()).isEqualTo("node1");
    assertThat(view().expired()).isTrue();
    assertThat(view().named()).isFalse();
  }

  private static CertificateSummary summary(String name, int seconds, boolean ca) {
    Instant end = NOW.plusSeconds(seconds);
    return new CertificateSummary(
        name, "CN=" + name, "CN=x", "1", NOW, end, "sha of " + name, "", ca, List.of());
  }

  private List<String> fallingDue(CertificateSummary... installed) {
    all();
    NodeFacts told =
        new NodeFacts(
            HaRole.ACTIVE,
            "db1",
            "",
            List.of(installed),
            "",
            List.of(),
            facts.get("node1").details());
    return new OpenGaussTarget().fallingDue(told).stream().map(CertificateSummary::source).toList();
  }

  /** A list of another CA, which none of the installed certificates is of, outlives what it may. */
  @Test
  void lets_neither_a_ca_nor_a_list_fall_due_that_no_rotation_renews() {
    CertificateSummary ca = summary("ca", 11, true);
    CertificateSummary leaf = summary("leaf", 10, false);
    assertThat(fallingDue(ca, leaf, summary("list", 11, false))).containsExactly("leaf", "list");
    assertThat(fallingDue(ca, leaf, summary("list", 12, false)))
        .containsExactly("ca", "leaf", "list");
    listsBeside = List.of("sha of list");
    assertThat(fallingDue(ca, leaf, summary("list", 12, false))).containsExactly("leaf");
    assertThat(fallingDue(ca)).as("nothing that it could fall due with").containsExactly("ca");
  }

  /** gs_om visits hosts with a datanode only. */
  @Test
  void warns_of_a_cluster_manager_with_certificates_on_a_host_that_nobody_visits() {
    managers = List.of("db1", "arbiter");
    all();
    assertThat(codes()).as("it uses none").isEmpty();
    filled.put(1, List.of("om", "cm"));
    all();
    assertThat(codes()).containsExactly("CM_HOST_APART");
    assertThat(view().findings().get(0).message()).contains("[arbiter]");
    assertThat(Finding.stops(view().findings())).isFalse();
    managers = List.of("db1", "db3");
    all();
    assertThat(codes()).isEmpty();
  }

  /** The old state serves all the same, so there is a way back; but it may be why nodes are ill. */
  @Test
  void calls_a_cluster_whose_client_certificate_alone_has_ended_not_expired() {
    source = "/app/share/sslcert/om/client.crt";
    until = NOW;
    all();
    assertThat(codes()).isEmpty();
    assertThat(view().expired()).isFalse();
    rows.set(2, row(3, "Standby", "Need repair(Disconnected)"));
    state = "Degraded";
    named = "node1";
    all();
    assertThat(codes()).containsExactly("ALL_EXPIRED", "ACTIVE_NAMED");
    assertThat(view().expired()).as("nobody can prove it again").isTrue();
  }

  /** Both may have written, and no new certificate brings that together. */
  @Test
  void takes_nobodys_word_where_two_nodes_are_primary() {
    until = NOW;
    rows.set(1, row(2, "Primary"));
    all();
    named = "node1";
    assertThat(codes()).containsExactly("ALL_EXPIRED", "TWO_ACTIVES");
    assertThat(Finding.stops(view().findings())).isTrue();
    assertThat(view().findings().get(1).remedy()).doesNotContain("hacert_active");
  }

  @Test
  void takes_nobodys_word_where_certificates_are_valid() {
    state = "Degraded";
    named = "node1";
    all();
    assertThat(codes()).containsExactly("UNHEALTHY");
    assertThat(view().findings().get(0).remedy()).contains("hacert_active does not help");
  }

  @Test
  void refuses_files_that_are_missing_on_some_nodes_only() {
    all();
    node(2, status(), "db2", "server.key.rand");
    assertThat(codes()).containsExactly("UNEVEN_FILES");
    for (int i = 1; i <= 3; i++) {
      node(i, status(), "db" + i, "sslcrl-file.crl");
    }
    assertThat(codes()).isEmpty();
  }

  private List<Finding> forbidden(Options.Apply apply) {
    return new OpenGaussTarget().checkApply(facts, apply, false);
  }

  @Test
  void refuses_one_call_for_all_nodes_where_these_have_other_directories() {
    filled.putAll(Map.of(1, List.of("om"), 2, List.of(), 3, List.of("om")));
    all();
    assertThat(forbidden(Options.Apply.LOCAL)).isEmpty();
    assertThat(forbidden(Options.Apply.CLUSTER))
        .singleElement()
        .matches(f -> f.code().equals("UNEVEN_DIRECTORIES"))
        .matches(f -> f.message().contains("node1=[om], node2=[]"))
        .matches(f -> f.remedy().contains("hacert_apply to local"));
  }

  /** Where no node has one, each gives its tools their files itself. */
  @Test
  void lets_one_call_work_for_nodes_that_are_alike_or_do_not_tell() {
    filled.putAll(Map.of(1, List.of(), 2, List.of(), 3, List.of()));
    all();
    assertThat(forbidden(Options.Apply.CLUSTER)).isEmpty();
    filled.putAll(Map.of(1, List.of("om"), 2, List.of("om")));
    filled.remove(3);
    all();
    assertThat(forbidden(Options.Apply.CLUSTER)).isEmpty();
  }

  /** gs_om -t start takes the newest that any node has, also where the primary has none. */
  @Test
  void knows_of_roles_that_are_written_down_on_any_node_or_may_be() {
    all();
    assertThat(view().rolesWritten()).isFalse();
    rolesWritten.put(2, true);
    all();
    assertThat(view().rolesWritten()).isTrue();
    rolesWritten.put(2, null);
    all();
    assertThat(view().rolesWritten()).isTrue();
  }

  @Test
  void says_nothing_of_the_cluster_where_a_node_does_not_tell_it() {
    all();
    facts.put(
        "node3",
        new NodeFacts(HaRole.UNKNOWN, "", "", List.of(), "", List.of(), Json.mapper().nullNode()));
    assertThat(codes()).isEmpty();
    assertThat(view().standbys()).containsExactly("node2");
  }

  @Test
  void finds_primary_and_standbys_and_lets_the_first_node_of_the_inventory_make_the_bundle() {
    rows.set(0, row(1, "Standby"));
    rows.set(1, row(2, "Primary"));
    all();
    assertThat(view())
        .isEqualTo(new ClusterView("node2", List.of("node1", "node3"), "node1", List.of()));
  }

  /** gs_om replaces files of the first one only; the other would go on with its old ones. */
  @Test
  void refuses_a_host_with_two_datanodes() {
    rows.add(
        new Datanode(
            3, "db3", "192.0.2.3", OptionalInt.of(15500), 6004, "/two", "S", "Standby", "Normal"));
    all();
    assertThat(codes()).containsExactly("SEVERAL_DATANODES");
  }
}
