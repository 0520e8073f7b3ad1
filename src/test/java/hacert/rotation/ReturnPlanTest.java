package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.target.HaRole;
import java.time.Duration;
import java.util.Map;
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
        new Generation.Summary(
            1,
            Records.NOW,
            Records.ROTATION,
            Generation.Origin.FOUND,
            true,
            "d1",
            new Records.Node("x", HaRole.ACTIVE)
                .certificate("server.crt", Duration.ZERO, Duration.ofDays(100), "s")
                .installed));
    assertThat(pair.no()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).containsExactly("GENERATION_EXPIRED");
    assertThat(pair.messages()).contains("Generation 1", Records.NOW.toString());
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
}
