package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.Result;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole rotations of a pair whose certificates have all expired, through the real steps. */
class ExpiredTest {
  @TempDir Path base;
  private TwoHosts pair;
  private Map<String, String> one;
  private Map<String, String> two;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
    for (TestHost host : pair.hosts()) {
      host.expire();
    }
    one = pair.one.installed();
    two = pair.two.installed();
  }

  private Stream<Finding> findings() {
    return pair.heard.stream().flatMap(r -> r.findings().stream());
  }

  private List<String> codes() {
    return findings().map(Finding::code).distinct().toList();
  }

  private List<String> applied() {
    return pair.heard.stream()
        .filter(r -> r.operation().equals("apply"))
        .map(Result::host)
        .toList();
  }

  private void restarted(int first, int second) throws Exception {
    assertThat(pair.restarts()).as("%s", codes()).containsExactly(first, second);
  }

  private void untouched() throws Exception {
    assertThat(pair.one.installed()).isEqualTo(one);
    assertThat(pair.two.installed()).isEqualTo(two);
    restarted(0, 0);
  }

  /** Without a heartbeat each node is active for itself. */
  private void bothActive() throws Exception {
    pair.two.role("active");
  }

  private void name(String active) {
    pair.settings = Map.of("active", active);
  }

  @Test
  void two_actives_are_refused_before_anything_is_changed_until_a_person_names_one()
      throws Exception {
    bothActive();
    assertThat(pair.rotate().exit()).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains("ALL_EXPIRED", "TWO_ACTIVES");
    assertThat(findings().filter(f -> f.code().equals("TWO_ACTIVES")).findFirst())
        .hasValueSatisfying(
            f -> assertThat(f.remedy()).contains("floating address", "hacert_active=NODE"));
    untouched();
  }

  @Test
  void the_named_node_is_changed_first_and_the_journals_say_that_a_person_named_it()
      throws Exception {
    bothActive();
    name("mgmt2");
    pair.one.on("joins-as-standby");
    assertThat(pair.rotate().exit()).as("%s", codes()).isEqualTo(Exit.DONE);
    assertThat(codes()).contains("ALL_EXPIRED", "ACTIVE_NAMED").doesNotContain("ROLES_SWAPPED");
    assertThat(applied()).containsExactly("mgmt2", "mgmt1");
    restarted(1, 1);
    for (TestHost host : pair.hosts()) {
      assertThat(host.journal().plan().active()).isEqualTo("mgmt2");
      assertThat(host.journal().plan().named()).isTrue();
      assertThat(host.journal().change().operator()).isEqualTo("operator");
      assertThat(host.journal().outcome()).isEqualTo(Outcome.SUCCEEDED);
      assertThat(host.runsWhatIsInstalled()).isTrue();
    }
    assertThat(pair.one.root()).isEqualTo(pair.two.root());
  }

  @Test
  void a_named_node_that_has_become_a_standby_meanwhile_is_not_changed() throws Exception {
    bothActive();
    name("mgmt1");
    Plan plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    pair.one.role("standby");
    Result apply = pair.ask("apply", pair.one, plan, staged, null);
    assertThat(apply.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(apply.findings()).extracting(Finding::code).containsExactly("ROLES_CHANGED");
    untouched();
  }

  @Test
  void a_named_node_that_has_become_active_meanwhile_is_changed() throws Exception {
    pair.one.role("standby");
    name("mgmt1");
    Plan plan = pair.plan();
    assertThat(plan.named()).isTrue();
    List<Result> staged = pair.stage(plan);
    pair.one.role("active");
    Result apply = pair.ask("apply", pair.one, plan, staged, null);
    assertThat(apply.outcome()).isEqualTo(Outcome.SUCCEEDED);
  }

  @Tag("long")
  @Test
  void two_actives_after_both_restarts_call_a_person_and_nothing_more_is_restarted()
      throws Exception {
    bothActive();
    name("mgmt1");
    assertThat(pair.rotate().exit()).isEqualTo(Exit.NEEDS_PERSON);
    assertThat(codes()).contains("PAIR_NOT_AGREED", "TWO_ACTIVES");
    restarted(1, 1);
    assertThat(pair.one.journal().isOpen()).isTrue();
    assertThat(pair.two.journal().isOpen()).isTrue();

    pair.two.role("standby");
    assertThat(pair.anotherRun().rotate().exit()).as("forward").isEqualTo(Exit.DONE);
    restarted(1, 1);
  }

  @Tag("long")
  @Test
  void a_healthy_pair_needs_no_name_and_a_name_that_fits_is_passed_over() throws Exception {
    name("mgmt1");
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    assertThat(codes()).contains("ALL_EXPIRED").doesNotContain("ACTIVE_NAMED");
    assertThat(pair.one.journal().plan().named()).isFalse();
    assertThat(applied()).containsExactly("mgmt1", "mgmt2");
  }

  @Tag("long")
  @Test
  void a_name_that_a_healthy_pair_contradicts_is_refused() throws Exception {
    name("mgmt2");
    assertThat(pair.rotate().exit()).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains("ACTIVE_CONTRADICTED");
    untouched();
  }

  @Tag("long")
  @Test
  void a_failure_stops_because_nothing_can_prove_an_expired_state() throws Exception {
    pair.two.on("replace-fails-after");
    assertThat(pair.rotate().exit()).isEqualTo(Exit.NEEDS_PERSON);
    assertThat(codes()).contains("OLD_GENERATION_UNSOUND");
    assertThat(pair.two.count("replaces")).as("tried once more").isEqualTo(2);
    restarted(1, 0);
    assertThat(pair.one.journal().isOpen()).isTrue();

    pair.two.off("replace-fails-after");
    assertThat(pair.anotherRun().rotate().exit()).as("forward").isEqualTo(Exit.DONE);
    restarted(1, 1);
  }

  @Tag("long")
  @Test
  void a_person_may_bring_the_expired_state_back_and_is_told_what_is_not_proven() throws Exception {
    bothActive();
    name("mgmt1");
    pair.two.on("replace-fails-after");
    assertThat(pair.rotate().exit()).isEqualTo(Exit.NEEDS_PERSON);
    Driver.End end = pair.anotherRun().rollback();
    assertThat(end.exit()).as("%s", codes()).isIn(Exit.DONE, Exit.ROLLED_BACK);
    assertThat(codes()).contains("BACK_TO_EXPIRED");
    assertThat(pair.one.installed()).isEqualTo(one);
    assertThat(pair.two.installed()).isEqualTo(two);
    restarted(2, 0);
    assertThat(pair.hosts())
        .as("the journals are closed")
        .noneMatch(
            host -> {
              try {
                return host.journal().isOpen();
              } catch (hacert.host.HostException e) {
                throw new AssertionError(e);
              }
            });
  }

  @Tag("long")
  @Test
  void nobody_returns_to_the_expired_generation_once_the_rotation_has_ended() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    String root = pair.one.root();
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains("GENERATION_EXPIRED");
    assertThat(pair.one.root()).isEqualTo(root);
    restarted(1, 1);
  }
}
