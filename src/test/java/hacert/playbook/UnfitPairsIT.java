package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One run over pairs none of which is fit for a rotation. */
@Tag("long")
class UnfitPairsIT {
  @RegisterExtension static final Lab LAB = Lab.of(6, "mixed");

  private static Map<String, Pair.Before> before;
  private static PlayRun run;

  @BeforeAll
  static void rotate_pairs_that_are_unfit() {
    before = LAB.remember();
    both(1, "single-mode");
    both(2, "two-actives");
    both(3, "no-active");
    both(4, "roles-never-settle");
    both(5, "status-garbage");
    LAB.turn(LAB.pair(6).a(), "abnormal-resource", "gaussDB");
    Pair sick = LAB.pair(6);
    Await.until(
        "the pair is unhealthy",
        java.time.Duration.ofSeconds(30),
        () -> !sick.a().healthy(),
        sick.a()::ha);
    run = Playbook.rotate(LAB).profile("settle_seconds", "2").fail();
    LAB.turn(sick.a(), "abnormal-resource", "off");
  }

  private static void both(int pair, String name) {
    LAB.pair(pair).hosts().forEach(host -> LAB.turn(host, name));
  }

  static Stream<Arguments> unfit() {
    return Stream.of(
        Arguments.of(1, "single mode", "SINGLE_MODE"),
        Arguments.of(2, "two actives", "TWO_ACTIVES"),
        Arguments.of(3, "no active", "NO_ACTIVE"),
        Arguments.of(4, "roles that never settle", "ROLES_NOT_STEADY"),
        Arguments.of(5, "a status that is garbage", "STATUS_UNREADABLE"),
        Arguments.of(6, "an abnormal resource", "UNHEALTHY"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("unfit")
  void is_refused_and_nothing_is_changed(int number, String name, String finding) {
    Pair pair = LAB.pair(number);
    run.assertEnd(pair, Outcome.REFUSED, 3);
    assertThat(run.of("decide"))
        .filteredOn(r -> r.cluster().equals(pair.cluster()))
        .singleElement()
        .satisfies(r -> assertThat(r.findings()).as(name).anyMatch(f -> f.code().equals(finding)));
    pair.assertUntouched(before.get(pair.cluster()));
    assertThat(pair.hosts()).as("no journal was begun").noneMatch(h -> h.journal().isObject());
  }
}
