package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Check mode on hosts which this program has never touched. */
class DryRunIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x");

  private Pair pair;
  private Pair.Before before;
  private Map<String, String> whole;

  @BeforeEach
  void fresh() {
    LAB.reset();
    pair = LAB.pair();
    before = pair.remember();
    whole = Footprint.of(pair);
  }

  @Test
  void shows_the_difference_leaves_no_byte_behind_and_says_go() {
    PlayRun run =
        Playbook.rotate(LAB)
            .with("--check", "--diff")
            .succeed()
            .assertEnd(pair, Outcome.PLANNED, 0);
    assertThat(Footprint.of(pair)).isEqualTo(whole);
    pair.assertUntouched(before);
    assertThat(run.results()).allMatch(r -> r.check());
    assertThat(run.order("apply")).isEmpty();
    assertThat(run.diffs()).isNotEmpty();
    String serial = pair.a().installedRoot().toLowerCase(java.util.Locale.ROOT);
    assertThat(run.output())
        .containsPattern("-\\s+serial\\s+" + serial)
        .containsPattern("\\+\\s+serial\\s+[0-9a-f]{20,}");
  }

  @Tag("long")
  @Test
  void says_no_go_for_an_unhealthy_pair_and_leaves_no_byte_behind() {
    LAB.turn(pair.a(), "abnormal-resource", "gaussDB");
    Await.until(
        "the pair is unhealthy",
        Duration.ofSeconds(30),
        () -> !pair.a().healthy(),
        () -> pair.a().ha());
    Map<String, String> sick = Footprint.of(pair);
    Playbook.rotate(LAB)
        .with("--check", "--diff")
        .fail()
        .assertEnd(pair, Outcome.REFUSED, 3)
        .assertFinding("UNHEALTHY");
    assertThat(Footprint.of(pair)).isEqualTo(sick);
  }

  @Tag("long")
  @Test
  void says_no_go_for_a_bundle_that_would_be_refused_and_leaves_no_byte_behind() {
    Path bundle = new Bundles(LAB.files(), LAB.password()).expired("expired");
    PlayRun run =
        Playbook.rotate(LAB)
            .with("--check", "--diff")
            .set("hacert_bundle", bundle)
            .fail()
            .assertEnd(pair, Outcome.REFUSED, 3)
            .assertFinding("CERT_EXPIRED");
    assertThat(Footprint.of(pair)).isEqualTo(whole);
    assertThat(pair.hosts())
        .allSatisfy(
            host -> assertThat(run.output()).containsPattern(host.name() + " .* unchanged\\n"));
  }

  @Tag("long")
  @Test
  void tells_the_way_back_of_a_rotation_that_is_open_and_does_not_go_it() {
    Playbook.rotate(LAB).pauseAfter("apply", pair.a()).start().awaitPause().kill();
    Map<String, String> open = Footprint.of(pair);
    PlayRun run =
        Playbook.rollback(LAB).with("--check").succeed().assertEnd(pair, Outcome.PLANNED, 0);
    assertThat(run.output()).contains("would go back on " + pair.a().name());
    assertThat(Footprint.of(pair)).isEqualTo(open);
  }

  @Tag("long")
  @Test
  void looks_at_the_certificates_and_leaves_no_byte_behind() {
    PlayRun run = Playbook.check(LAB).succeed();
    assertThat(Footprint.of(pair)).isEqualTo(whole);
    assertThat(run.output())
        .contains("root-ca.crt", "server.crt", pair.a().name(), pair.b().name());
  }
}
