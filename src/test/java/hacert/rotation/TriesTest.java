package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often one run makes a call whose connection is lost, of which no node keeps a record. */
class TriesTest {
  @TempDir Path base;
  private TwoHosts pair;
  private int lost;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  /** The next calls of an operation on a host do not reach it. */
  private void lose(String operation, String name, int calls) {
    lost = 0;
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              if (request.operation().equals(operation) && host.name.equals(name) && lost < calls) {
                lost++;
                return Records.result(operation, name, Outcome.FAILED, "HOST_UNREACHABLE");
              }
              return agent.ask(request, secrets);
            };
  }

  private void ends(Driver.End end, Exit exit) {
    assertThat(end.exit()).as("%s %s", pair.codes(), end.findings()).isEqualTo(exit);
  }

  private void callsAPerson(String operation, String host) {
    Driver.End end = pair.rotate();
    ends(end, Exit.NEEDS_PERSON);
    assertThat(end.findings().stream().map(Finding::code)).contains("TRIES_USED_UP", "NODE_STATE");
    assertThat(end.findings().get(0).message()).contains(operation + " on " + host + " failed");
    assertThat(lost).isEqualTo(2);
    pair.anotherRun().way = (h, agent) -> agent;
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"apply, mgmt2", "confirm, mgmt1", "confirm, mgmt2", "close, mgmt2"})
  void a_call_that_is_lost_twice_calls_a_person_and_the_next_run_ends_well(
      String operation, String host) throws Exception {
    lose(operation, host, Integer.MAX_VALUE);
    callsAPerson(operation, host);
    ends(pair.rotate(), Exit.DONE);
    assertThat(pair.one.count("restarts")).isEqualTo(1);
    assertThat(pair.two.count("restarts")).isEqualTo(1);
  }

  @Test
  void a_way_back_that_is_lost_twice_calls_a_person_and_the_next_run_goes_back() throws Exception {
    pair.one.on("replace-fails-after");
    lose("rollback", "mgmt1", Integer.MAX_VALUE);
    callsAPerson("rollback", "mgmt1");
    ends(pair.rotate(), Exit.ROLLED_BACK);
    assertThat(pair.one.runsWhatIsInstalled()).isTrue();
  }

  @Test
  void in_the_mixed_window_nothing_is_staged_again() throws Exception {
    lose("apply", "mgmt2", 1);
    ends(pair.rotate(), Exit.DONE);
    assertThat(pair.heard).filteredOn(r -> r.operation().equals("stage")).hasSize(2);
  }

  @Test
  void a_proof_has_its_second_try_also_where_the_replacement_needed_one() throws Exception {
    pair.two.once("replace-fails-after");
    lose("confirm", "mgmt1", 1);
    ends(pair.rotate(), Exit.DONE);
    assertThat(pair.two.count("replaces")).isEqualTo(2);
  }

  @Tag("long")
  @Test
  void a_lost_proof_takes_no_try_from_the_way_back() throws Exception {
    lose("confirm", "mgmt1", 2);
    pair.two.on("replace-fails-after");
    ends(pair.rotate(), Exit.ROLLED_BACK);
    assertThat(lost).isEqualTo(2);
    assertThat(pair.one.journal().isOpen()).isFalse();
  }
}
