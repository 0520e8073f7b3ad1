package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.result.Outcome;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Pairs whose certificates have all expired, so that their HA processes refuse each other, and each
 * has come to call itself active. One run names no active node, the next one does.
 */
@Tag("long")
class ExpiredIT {
  private static final int PAIRS = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final Lab LAB = Lab.of(PAIRS, "mixed");

  private static Map<String, Pair.Before> before;
  private static PlayRun check;
  private static PlayRun unnamed;
  private static PlayRun named;

  @BeforeAll
  static void rotate_without_a_name_and_with_one() {
    for (int number = 1; number <= 4; number++) {
      LAB.turn(LAB.pair(number).b(), "promote-after", "1");
      LAB.age(LAB.pair(number), -1);
    }
    LAB.turn(LAB.pair(5).b(), "two-actives");
    LAB.turn(LAB.pair(5).a(), "two-actives");
    // The heartbeat is really lost: that both are active is the doing of the HA processes.
    for (int number = 1; number <= 4; number++) {
      Pair pair = LAB.pair(number);
      Await.until(
          pair.cluster() + " is dual active",
          PATIENCE,
          () -> pair.a().role().equals("active") && pair.b().role().equals("active"),
          () -> pair.a().ha() + " " + pair.b().ha());
      LAB.turn(pair.b(), "promote-after", "off");
    }
    before = LAB.remember();
    check = playbook(Playbook.check(LAB)).run();
    unnamed = playbook(Playbook.rotate(LAB)).fail();
    assertNothingDone();
    LAB.turn(LAB.pair(3).b(), "two-actives", "after-restart");
    LAB.turn(LAB.pair(4).b(), "replace-fails-before");
    named =
        playbook(Playbook.rotate(LAB))
            .setFor(LAB.pair(1), "hacert_active", LAB.pair(1).a().name())
            .setFor(LAB.pair(2), "hacert_active", LAB.pair(2).b().name())
            .setFor(LAB.pair(3), "hacert_active", LAB.pair(3).a().name())
            .setFor(LAB.pair(4), "hacert_active", LAB.pair(4).a().name())
            .setFor(LAB.pair(5), "hacert_active", LAB.pair(5).a().name())
            .fail();
  }

  private static Playbook playbook(Playbook playbook) {
    return playbook
        .profile("settle_seconds", "2", "confirm_seconds", "30")
        .set("hacert_max_failed_clusters", PAIRS);
  }

  private static void assertNothingDone() {
    for (int number = 1; number <= PAIRS; number++) {
      Pair pair = LAB.pair(number);
      unnamed.assertEnd(pair, Outcome.REFUSED, 3);
      for (LabHost host : pair.hosts()) {
        assertThat(host.installed())
            .isEqualTo(before.get(pair.cluster()).installed().get(host.name()));
        assertThat(before.get(pair.cluster()).restartsSince(host)).isZero();
        assertThat(host.journal().isObject()).as("a journal was begun").isFalse();
      }
    }
  }

  @Test
  void two_actives_without_a_name_are_refused_and_the_remedy_says_how_to_find_the_real_one() {
    for (PlayRun run : new PlayRun[] {check, unnamed}) {
      assertThat(run.codes(LAB.pair(1))).contains("ALL_EXPIRED", "TWO_ACTIVES");
      assertThat(run.findings(LAB.pair(1)))
          .filteredOn(f -> f.code().equals("TWO_ACTIVES"))
          .first()
          .extracting(Finding::remedy)
          .asString()
          .contains("floating address", "hacert_active=NODE");
    }
    assertThat(unnamed.text()).contains("hacert_active");
  }

  @Test
  void with_the_name_of_the_active_node_both_get_new_certificates_and_become_a_pair_again() {
    Pair pair = LAB.pair(1);
    named.assertEnd(pair, Outcome.SUCCEEDED, 0);
    assertThat(named.codes(pair)).contains("ALL_EXPIRED", "ACTIVE_NAMED");
    pair.assertAllNew(before.get(pair.cluster()));
    assertRestarts(pair, 1, 1);
    assertThat(pair.a().role()).isEqualTo("active");
    assertThat(pair.hosts())
        .allMatch(host -> host.journal().path("plan").path("named").asBoolean());
    assertThat(LAB.byHand(pair.a(), status(pair)))
        .contains(pair.a().name() + " named active by a person")
        .doesNotContain("EXPIRED");
  }

  @Test
  void the_second_node_of_the_inventory_may_be_the_active_one() {
    Pair pair = LAB.pair(2);
    named.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertRestarts(pair, 1, 1);
    assertThat(
            named.order("apply").stream()
                .filter(host -> pair.hosts().stream().anyMatch(h -> h.name().equals(host))))
        .containsExactly(pair.b().name(), pair.a().name());
  }

  @Test
  void two_actives_after_both_restarts_call_a_person_and_go_forward_without_a_restart() {
    Pair pair = LAB.pair(3);
    named.assertStopped(pair, "TWO_ACTIVES");
    assertThat(named.codes(pair)).contains("PAIR_NOT_AGREED");
    assertRestarts(pair, 1, 1);
    LAB.turn(pair.b(), "two-actives", "off");
    only(Playbook.rotate(LAB), pair).succeed().assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertRestarts(pair, 1, 1);
  }

  @Test
  void a_failure_stops_and_a_person_may_bring_the_expired_state_back() {
    Pair pair = LAB.pair(4);
    named.assertStopped(pair, "OLD_GENERATION_UNSOUND");
    assertRestarts(pair, 1, 0);
    assertThat(LAB.byHand(pair.b(), status(pair))).contains("EXPIRED at");
    only(Playbook.rollback(LAB), pair).succeed().assertFinding("BACK_TO_EXPIRED");
    for (LabHost host : pair.hosts()) {
      assertThat(host.installed())
          .isEqualTo(before.get(pair.cluster()).installed().get(host.name()));
      assertThat(host.journalOpen()).isFalse();
    }
    assertRestarts(pair, 2, 0);
  }

  @Test
  void nobody_can_name_one_of_two_actives_with_valid_certificates() {
    Pair pair = LAB.pair(5);
    named.assertEnd(pair, Outcome.REFUSED, 3);
    assertThat(named.codes(pair)).contains("TWO_ACTIVES").doesNotContain("ALL_EXPIRED");
    assertRestarts(pair, 0, 0);
  }

  private static Playbook only(Playbook playbook, Pair pair) {
    return playbook(playbook).with("--limit", pair.cluster());
  }

  private static String status(Pair pair) {
    return "java -jar ~/.hacert/lib/hacert-*.jar status " + pair.cluster();
  }

  private static void assertRestarts(Pair pair, int first, int second) {
    Pair.Before then = before.get(pair.cluster());
    assertThat(then.restartsSince(pair.a())).as("restarts of a").isEqualTo(first);
    assertThat(then.restartsSince(pair.b())).as("restarts of b").isEqualTo(second);
  }
}
