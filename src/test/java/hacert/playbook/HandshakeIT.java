package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.oms.OmsStatus;
import hacert.oms.StatusParser;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One run with a known HA port over two pairs: one does as it should, and the nodes of the other
 * both come up with their old certificates, so that they hear each other and call themselves well.
 */
@Tag("long")
class HandshakeIT {
  @RegisterExtension static final Lab LAB = Lab.of(2, "3x");

  private static Map<String, Pair.Before> before;
  private static PlayRun run;

  /** Nobody listens there. */
  private static final String NOBODY = "https://127.0.0.1:1/";

  private final Pair good = LAB.pair(1);
  private final Pair old = LAB.pair(2);

  @BeforeAll
  static void rotate_with_a_known_port() {
    before = LAB.remember();
    LAB.pair(2).hosts().forEach(host -> LAB.turn(host, "serves-old"));
    run =
        Playbook.rotate(LAB)
            .setFor(LAB.pair(1), "hacert_manager_url", "{{ lab_manager_url }}")
            .setFor(LAB.pair(2), "hacert_manager_url", NOBODY)
            .set("hacert_max_failed_clusters", 2)
            .profile("confirm_seconds", "45", "ha_port", LAB.pair(1).a().haPort())
            .fail();
  }

  @Test
  void both_directions_of_both_nodes_are_proven() {
    run.assertEnd(good, Outcome.SUCCEEDED, 0);
    good.assertAllNew(before.get(good.cluster()));
    for (LabHost host : good.hosts()) {
      LabHost other = host.equals(good.a()) ? good.b() : good.a();
      Finding proof = finding(run.last("confirm", host), "PROVEN_BY_HANDSHAKE");
      assertThat(proof.message())
          .containsIgnoringCase("the installed server certificate, serial " + host.loadedLeaf())
          .containsIgnoringCase("serves serial " + other.loadedLeaf())
          .contains("both took this node's certificate");
      assertThat(codes(run.last("confirm", host)))
          .contains("ALARMS_AFTER")
          .doesNotContain("NOT_PROVEN_BY_HANDSHAKE", "HA_KEY_UNUSABLE");
    }
  }

  @Test
  void a_pair_that_calls_itself_well_with_its_old_certificates_goes_back_without_a_restart() {
    run.assertEnd(old, Outcome.ROLLED_BACK, 4).assertFinding("SERVED_DIFFERS");
    old.assertAllOld(before.get(old.cluster()));
    for (LabHost host : old.hosts()) {
      assertThat(host.restarts()).as("restarts of %s", host.name()).isEqualTo(1);
      assertThat(codes(run.last("confirm", host))).contains("PROVEN_BY_HANDSHAKE");
    }
  }

  @Test
  void a_person_is_told_once_which_alarms_to_silence() {
    assertThat(run.of("stage").stream().filter(r -> r.cluster().equals(good.cluster())))
        .filteredOn(r -> codes(r).contains("ALARMS_EXPECTED"))
        .extracting(Result::host)
        .containsExactly(good.a().name());
    String said = "warning ALARMS_EXPECTED: alarms 12010 (HA heartbeat), 12011 (file sync)";
    assertThat(run.told(said)).as("once for each of two pairs: %s", run.output()).isEqualTo(2);
    assertThat(run.text().lastIndexOf(said)).isLessThan(run.text().indexOf(" apply "));
  }

  @Test
  void the_report_tells_once_what_the_proof_was_and_which_alarms_clear() {
    assertThat(run.told("proof: handshakes with every node")).as(run.output()).isEqualTo(2);
    String clear = "12010, 12011, 12054 (certificate invalid), 12055 (about to expire) clear";
    assertThat(run.told(clear)).as(run.output()).isEqualTo(2);
  }

  @Test
  void the_manager_page_is_asked_for_on_the_floating_address_by_the_active_node() {
    assertThat(codes(run.last("confirm", good.a()))).contains("MANAGER_ANSWERS");
    assertThat(codes(run.last("confirm", good.b()))).doesNotContain("MANAGER_ANSWERS");
    assertThat(run.told("proof: handshakes with every node; the Manager page answers"))
        .as(run.output())
        .isEqualTo(1);
  }

  @Test
  void a_manager_page_that_is_not_there_is_a_warning_once_the_rest_is_proven() {
    assertThat(run.told("warning MANAGER_SILENT: the Manager page " + NOBODY + " did not answer"))
        .as(run.output())
        .isEqualTo(1);
    assertThat(run.told("handshakes with every node; the Manager page does not answer"))
        .isEqualTo(1);
  }

  @Test
  void what_the_scripts_printed_can_be_given_away() throws IOException {
    String command =
        "umask 077; mkdir recorded; java -jar ~/.hacert/lib/hacert-*.jar record %s --out recorded";
    LAB.byHand(good.b(), command.formatted(good.cluster()));
    Path recorded = good.b().directory().resolve("home/recorded");
    try (var files = Files.list(recorded)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("status.txt", "replace-1.txt", "restart-1.txt");
    }
    OmsStatus status =
        StatusParser.parse(Files.readString(recorded.resolve("status.txt"))).orElseThrow();
    assertThat(status.nodes())
        .extracting(row -> row.nodeName() + " " + row.hostName() + " " + row.active())
        .containsExactly("192-0-2-11 mgmt1 active", "192-0-2-12 mgmt2 standby");
    assertThat(recorded.resolve("replace-1.txt"))
        .content()
        .contains("Please input ha ssl cert password:", "[INFO] Succeed to replace ha ssl cert.");
    assertThat(recorded.resolve("restart-1.txt")).content().contains("start HA successfully.");
    for (String name : Set.of("status.txt", "replace-1.txt", "restart-1.txt")) {
      assertThat(recorded.resolve(name))
          .content()
          .doesNotContain(LAB.password(), good.a().name(), good.b().name(), "127.", "127-");
    }
  }

  private static Set<String> codes(Result result) {
    return result.findings().stream().map(Finding::code).collect(Collectors.toSet());
  }

  private static Finding finding(Result result, String code) {
    return result.findings().stream()
        .filter(f -> f.code().equals(code))
        .findFirst()
        .orElseThrow(() -> new AssertionError(code + " is missing in " + result.findings()));
  }
}
