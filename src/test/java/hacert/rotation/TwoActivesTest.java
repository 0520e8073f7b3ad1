package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Outcome;
import hacert.result.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that do not hear each other after their restarts: each proves that it is the active one.
 */
class TwoActivesTest {
  @TempDir Path base;
  private TwoHosts pair;
  private Path status;
  private String united;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
    status = pair.two.omHome().resolve("sbin/status-oms.sh");
    united = Files.readString(status);
  }

  /** From its restart on the second node sees itself active and the first one standby. */
  private void partAfterRestart() throws Exception {
    String read = "read -r role <\"$pair/$node/ha/role\"\n";
    assertThat(united).contains(read);
    Files.writeString(
        status,
        united.replace(
            read,
            read
                + "  if [ -e \"$here/ha/restarts\" ]; then\n"
                + "    role=standby; [ $node = mgmt1 ] || role=active\n"
                + "  fi\n"));
  }

  private List<Result> heard(String operation) {
    return pair.heard.stream().filter(r -> r.operation().equals(operation)).toList();
  }

  @Test
  void are_seen_when_all_nodes_have_proven_and_stop_for_a_person() throws Exception {
    partAfterRestart();
    Driver.End end = pair.rotate();
    assertThat(end.exit()).as(pair.codes().toString()).isEqualTo(Exit.NEEDS_PERSON);
    assertThat(heard("confirm"))
        .hasSize(2)
        .allMatch(r -> r.outcome() == Outcome.SUCCEEDED)
        .allMatch(r -> r.data().path("role").asText().equals("active"));
    assertThat(heard("close"))
        .singleElement()
        .satisfies(r -> assertThat(r.findings().get(0).message()).contains("mgmt1 and mgmt2"));
    assertThat(end.findings().get(0).code()).isEqualTo("TWO_ACTIVES");
    assertThat(heard("rollback")).isEmpty();
    assertThat(pair.restarts()).containsExactly(1, 1);
    for (TestHost host : pair.hosts()) {
      assertThat(host.journal().isOpen()).isTrue();
      assertThat(host.generations().all()).hasSize(1);
    }

    assertThat(pair.anotherRun().rotate().exit()).as("again").isEqualTo(Exit.NEEDS_PERSON);
    Files.writeString(status, united);
    assertThat(pair.anotherRun().rotate().exit()).as("united").isEqualTo(Exit.DONE);
    assertThat(pair.restarts()).containsExactly(1, 1);
  }

  @Test
  void are_no_reason_to_keep_expired_certificates_open_on_the_way_back() throws Exception {
    for (TestHost host : pair.hosts()) {
      host.expire();
      host.role("active");
    }
    pair.settings = Map.of("active", "mgmt1");
    pair.two.on("replace-fails-after");
    assertThat(pair.rotate().exit()).isEqualTo(Exit.NEEDS_PERSON);
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
    assertThat(pair.codes()).contains("BACK_TO_EXPIRED");
    assertThat(pair.one.journal().isOpen()).isFalse();
  }

  @Test
  void the_role_is_asked_anew_when_the_proof_is() throws Exception {
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    Result first = pair.ask("apply", pair.one, plan, staged, null);
    pair.ask("apply", pair.two, plan, staged, first);
    Result before = pair.ask("confirm", pair.one, plan, List.of(), null);
    assertThat(before.data().path("role").asText()).isEqualTo("active");
    pair.one.role("standby");
    pair.two.role("active");
    Result after = pair.ask("confirm", pair.one, plan, List.of(), null);
    assertThat(after.data().path("role").asText()).isEqualTo("standby");
    assertThat(after.timings().mixedWindow()).isEqualTo(before.timings().mixedWindow());
    pair.proven = List.of(before, pair.ask("confirm", pair.two, plan, List.of(), null));
    assertThat(pair.ask("close", pair.one, plan, List.of(), null).outcome())
        .isEqualTo(Outcome.REFUSED);
    pair.proven = List.of(after, pair.proven.get(1));
    assertThat(pair.ask("close", pair.one, plan, List.of(), null).outcome())
        .isEqualTo(Outcome.SUCCEEDED);
    assertThat(pair.ask("confirm", pair.one, plan, List.of(), null).data().has("role")).isFalse();
  }
}
