package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.opengauss.ClusterStatus;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.opengauss.OpenGaussTarget;
import hacert.result.Exit;
import hacert.result.Json;
import hacert.result.Severity;
import hacert.target.ClusterView;
import hacert.target.HaRole;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Decisions on a way back that is asked for where no rotation is under way. */
class ReturnPlanTest {
  private final Records pair = new Records();

  @BeforeEach
  void ask() {
    pair.intent = Settings.Intent.ROLLBACK;
  }

  @Test
  void refuses_to_return_to_a_generation_that_has_expired() {
    pair.two.generations.clear();
    pair.two.generations.add(
        first(
            new Records.Node("x", HaRole.ACTIVE)
                .certificate("server.crt", Duration.ZERO, Duration.ofDays(100), "s")));
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).containsExactly("GENERATION_EXPIRED");
    assertThat(pair.messages()).contains("Generation 1", Records.NOW.toString());
  }

  @Test
  void refuses_to_return_to_one_whose_crl_has_ended_for_it_would_shut_out_clients() {
    Records.Node kept =
        new Records.Node("x", HaRole.ACTIVE)
            .certificate("server.crt", Duration.ofDays(9), Duration.ofDays(100), "s")
            .certificate("sslcrl-file.crl", Duration.ZERO, Duration.ofDays(30), "c");
    assertThat(restore(kept))
        .isInstanceOfSatisfying(
            Decision.No.class, no -> assertThat(no.exit()).isEqualTo(Exit.REFUSED));
  }

  /** With openGauss the server's certificate and CAs are those that its nodes serve by. */
  @Test
  void returns_to_one_whose_nodes_serve_though_something_else_of_it_has_ended() {
    Records.Node kept =
        new Records.Node("x", HaRole.ACTIVE)
            .certificate("server.crt", Duration.ofDays(9), Duration.ofDays(100), "s")
            .certificate("client.crt", Duration.ZERO, Duration.ofDays(100), "c");
    Decision decision = restore(kept);
    assertThat(decision)
        .isInstanceOfSatisfying(
            Decision.Go.class, go -> assertThat(go.plan().restore()).isEqualTo(1));
    assertThat(decision.findings())
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.code()).isEqualTo("GENERATION_EXPIRED");
              assertThat(f.severity()).isEqualTo(Severity.WARNING);
              assertThat(f.message()).contains("client.crt", Records.NOW.toString());
            });
  }

  @Test
  void refuses_to_return_to_a_generation_that_not_every_node_keeps_as_proven() {
    pair.settings = Map.of("generation", 7);
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.messages()).contains("generation 7", "mgmt1 [1, 2]", "mgmt2 [1, 2]");
    pair.settings = Map.of("generation", 1);
    pair.two.generations.clear();
    pair.two.generation(1, Generation.Origin.FOUND, false);
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.messages()).contains("1 (unproven)");
    pair.settings = Map.of("generation", 1, "accept_unproven", true);
    assertThat(pair.go().restore()).isEqualTo(1);
  }

  @Test
  void returns_to_the_newest_generation_before_the_installed_one() {
    Plan plan = pair.go();
    assertThat(plan.action()).isEqualTo(Plan.Action.ROTATE);
    assertThat(plan.kind()).isEqualTo(Plan.Kind.RESTORE);
    assertThat(plan.restore()).isEqualTo(1);
    assertThat(plan.from()).isEqualTo(2);
    assertThat(plan.to()).isEqualTo(3);
  }

  @Test
  void returns_to_nothing_where_the_generation_is_installed() {
    pair.settings = Map.of("generation", 2);
    assertThat(pair.go().action()).isEqualTo(Plan.Action.NONE);
    assertThat(pair.codes()).containsExactly("GENERATION_RUNS");
  }

  @Test
  void lets_the_vendor_bring_its_backup_back_and_no_generation_with_a_number() {
    Map<String, String> vendor = Map.of("rollback", "vendor");
    pair.settings = Map.of("options", vendor);
    assertThat(pair.go().kind()).isEqualTo(Plan.Kind.VENDOR);
    pair.settings = Map.of("options", vendor, "generation", 1);
    Plan plan = pair.go();
    assertThat(plan.kind()).isEqualTo(Plan.Kind.RESTORE);
    assertThat(plan.restore()).isEqualTo(1);
  }

  /** It keeps one backup, which would bring the same once more, or what was undone. */
  @Test
  void lets_the_vendor_undo_nothing_that_is_undone_already() {
    pair.settings = Map.of("options", Map.of("rollback", "vendor-local"));
    pair.nodes().forEach(n -> n.generation(3, Generation.Origin.RESTORED, true).current = 3);
    assertThat(pair.go().action()).isEqualTo(Plan.Action.NONE);
    assertThat(pair.codes()).containsExactly("ALREADY_BACK");
  }

  /** What decide says of a cluster of openGauss whose second node has other directories. */
  private Decision uneven(String rollback) {
    pair.settings = Map.of("options", Map.of("rollback", rollback, "apply", "cluster"));
    Question q = pair.question();
    Map<String, Discovery> found = new LinkedHashMap<>();
    found.put("mgmt1", discovery(q, "mgmt1", List.of("om", "cm")));
    found.put("mgmt2", discovery(q, "mgmt2", List.of("om")));
    return new Decide(new OpenGaussTarget()).decide(pair.question(found));
  }

  /** A generation 1 with the certificates of a node. */
  private static Generation.Summary first(Records.Node kept) {
    return new Generation.Summary(
        1, Records.NOW, Records.ROTATION, Generation.Origin.FOUND, true, "d1", kept.installed);
  }

  /** What is decided where both nodes of an openGauss cluster keep such a generation 1. */
  private Decision restore(Records.Node kept) {
    for (Records.Node node : pair.nodes()) {
      node.generations.clear();
      node.generations.add(first(kept));
    }
    ClusterView view = new ClusterView("mgmt1", List.of("mgmt2"), "mgmt1", List.of());
    return new FreshPlan(new OpenGaussTarget(), pair.question(), view, List.of()).make();
  }

  private static Discovery discovery(Question q, String node, List<String> filled) {
    ObjectNode told = Json.mapper().valueToTree(q.found().get(node));
    ClusterStatus status =
        new ClusterStatus(
            "Normal",
            Optional.empty(),
            false,
            List.of(),
            List.of(row(1, "Primary"), row(2, "Standby")),
            List.of());
    Map<String, Object> details =
        Map.of("status", status, "missing", List.of(), "roles_written", false, "filled", filled);
    told.set("details", Json.mapper().valueToTree(details));
    return Json.mapper().convertValue(told, Discovery.class);
  }

  private static Datanode row(int number, String role) {
    return new Datanode(
        number,
        "mgmt" + number + "-row",
        "192.0.2.1" + number,
        OptionalInt.of(15400),
        6000 + number,
        "/data",
        role.substring(0, 1),
        role,
        "Normal");
  }

  /** There its rollback for all nodes removes files in the user's home directory. */
  @Test
  void lets_the_vendor_go_back_on_all_nodes_at_once_only_where_they_have_the_same_directories() {
    Decision decision = uneven("vendor");
    assertThat(decision)
        .isInstanceOfSatisfying(
            Decision.No.class, no -> assertThat(no.exit()).isEqualTo(Exit.REFUSED));
    assertThat(decision.findings())
        .singleElement()
        .matches(f -> f.code().equals("UNEVEN_DIRECTORIES"))
        .matches(f -> f.message().contains("hacert_rollback is vendor"))
        .matches(f -> f.remedy().contains("vendor-local"));
  }

  @Test
  void holds_no_other_way_back_up_for_directories_that_not_all_nodes_have() {
    for (String rollback : List.of("own", "vendor-local")) {
      assertThat(uneven(rollback))
          .isInstanceOfSatisfying(
              Decision.Go.class,
              go -> assertThat(go.plan().action()).isEqualTo(Plan.Action.ROTATE));
    }
  }
}
