package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One run over several clusters: which begin, when, and what a failure means to the others. */
@Tag("long")
class ManyPairsIT {
  private static final int PAIRS = 4;

  @RegisterExtension static final Lab LAB = Lab.of(PAIRS, "mixed");

  private Map<String, Pair.Before> before;

  @BeforeEach
  void fresh() {
    LAB.reset();
    before = LAB.remember();
  }

  private static List<Pair> pairs(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(LAB::pair).toList();
  }

  private void assertUntouched(PlayRun run, Pair pair) {
    run.assertLeft(pair);
    pair.assertUntouched(before.get(pair.cluster()));
    assertThat(pair.a().journal().isMissingNode()).as("journal of %s", pair.cluster()).isTrue();
  }

  private void assertDone(PlayRun run, Pair pair) {
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
  }

  @Test
  void limits_that_cannot_be_kept_are_refused_before_any_host_is_asked() {
    PlayRun run = Playbook.rotate(LAB).set("hacert_parallel_clusters", 0).fail();
    assertThat(run.text()).contains("hacert_parallel_clusters");
    assertThat(LAB.pair(1).a().events("calls")).isEmpty();
  }

  @Test
  void a_canary_that_fails_leaves_all_others_untouched() {
    LAB.turn(LAB.pair(1).a(), "replace-fails-before");
    PlayRun run =
        Playbook.rotate(LAB)
            .set("hacert_canary", 1)
            .set("hacert_max_failed_clusters", PAIRS)
            .fail()
            .assertEnd(LAB.pair(1), Outcome.ROLLED_BACK, 4);
    pairs(2, PAIRS).forEach(pair -> assertUntouched(run, pair));
    assertThat(run.text())
        .contains("canary did not end well (" + LAB.pair(1).cluster() + ": rolled-back, code 4)")
        .contains("4 clusters: 1 rolled-back, 3 untouched");
  }

  @Test
  void the_others_begin_when_the_canary_has_ended_well_and_what_is_not_due_is_no_canary() {
    Playbook.rotate(LAB).with("--limit", LAB.pair(1).cluster()).succeed();
    before = LAB.remember();
    PlayRun run = Playbook.rotate(LAB).set("hacert_canary", 1).succeed();
    run.assertEnd(LAB.pair(1), Outcome.UNCHANGED, 0);
    pairs(2, PAIRS).forEach(pair -> assertDone(run, pair));
    Instant canary = run.ended("close", LAB.pair(2));
    assertThat(pairs(3, PAIRS)).allMatch(pair -> run.began("stage", pair).isAfter(canary));
  }

  @Test
  void one_that_could_not_be_checked_is_left_out_of_the_rotation_that_follows() {
    LAB.turn(LAB.pair(1).b(), "unreachable");
    PlayRun run =
        Playbook.importing(LAB, "check-certs.yml", "rotate-certs.yml")
            .set("hacert_canary", 1)
            .fail();
    LAB.turn(LAB.pair(1).b(), "unreachable", "off");
    LAB.pair(1).assertUntouched(before.get(LAB.pair(1).cluster()));
    assertThat(run.text()).contains("; but not looked at: " + LAB.pair(1).b().name());
    pairs(2, PAIRS).forEach(pair -> assertDone(run, pair));
  }

  @Test
  void a_vault_that_does_not_answer_any_more_leaves_nobody_waiting() throws IOException {
    Path token = Files.writeString(LAB.files().resolve("token"), "secret");
    Pair canary = LAB.pair(1);
    Playbook.Running running =
        Playbook.rotate(LAB)
            .set("hacert_canary", 1)
            .setFor(canary, "ansible_become_password", "{{ lookup('file', '" + token + "') }}")
            .pauseAfter("apply", canary.a())
            .start()
            .awaitPause();
    Files.delete(token);
    PlayRun run = running.goOn();
    run.assertEnd(canary, Outcome.FAILED, 5);
    assertThat(run.text()).contains("the rotation is open, and nodes may be mixed");
    pairs(2, PAIRS).forEach(pair -> assertUntouched(run, pair));
    Playbook.rotate(LAB).succeed();
    canary.assertAllNew(before.get(canary.cluster()));
    assertThat(canary.hosts())
        .allMatch(host -> before.get(canary.cluster()).restartsSince(host) == 1);
  }

  @Test
  void one_that_an_earlier_play_has_lost_leaves_nobody_waiting() throws IOException {
    Path token = Files.writeString(LAB.files().resolve("token"), "secret");
    Pair lost = LAB.pair(2);
    Playbook.Running running =
        Playbook.importing(LAB, "check-certs.yml", "rotate-certs.yml")
            .set("hacert_parallel_clusters", 1)
            .with("--limit", "!" + LAB.pair(PAIRS).cluster())
            .setFor(lost, "ansible_become_password", "{{ lookup('file', '" + token + "') }}")
            .pauseAfter("decide", lost.a())
            .start()
            .awaitPause();
    Files.delete(token);
    PlayRun run = running.goOn();
    assertThat(run.code()).isNotZero();
    assertDone(run, LAB.pair(1));
    assertDone(run, LAB.pair(3));
    lost.assertUntouched(before.get(lost.cluster()));
    assertThat(lost.a().journal().isMissingNode()).isTrue();
  }

  @Test
  void what_failed_before_a_vault_did_is_not_told_as_its_end() {
    Pair pair = LAB.pair(1);
    LAB.turn(pair.b(), "replace-fails-before");
    String fails = "{{ lookup('pipe', 'exit 7') if rotation_unheard is defined else '' }}";
    PlayRun run =
        Playbook.rotate(LAB)
            .with("--limit", pair.cluster())
            .setFor(pair, "ansible_become_password", fails)
            .fail()
            .assertEnd(pair, Outcome.FAILED, 5);
    assertThat(run.text()).contains("the rotation is open, and nodes may be mixed");
  }

  @Test
  void after_the_first_failure_no_other_is_begun() {
    LAB.turn(LAB.pair(2).a(), "replace-fails-before");
    PlayRun run = Playbook.rotate(LAB).set("hacert_parallel_clusters", 1).fail();
    assertDone(run, LAB.pair(1));
    run.assertEnd(LAB.pair(2), Outcome.ROLLED_BACK, 4);
    pairs(3, PAIRS).forEach(pair -> assertUntouched(run, pair));
    assertThat(run.text()).contains("4 clusters: 1 rolled-back, 1 succeeded, 2 untouched");
    // The same command again begins with what was left.
    LAB.turn(LAB.pair(2).a(), "replace-fails-before", "off");
    PlayRun again = Playbook.rotate(LAB).succeed().assertEnd(LAB.pair(1), Outcome.UNCHANGED, 0);
    pairs(2, PAIRS).forEach(pair -> assertDone(again, pair));
  }

  @Test
  void one_that_hangs_delays_no_other_and_what_is_under_way_ends_on_its_own_after_a_failure() {
    LAB.turn(LAB.pair(1).a(), "restart-held");
    LAB.turn(LAB.pair(4).a(), "replace-fails-before");
    Playbook.Running running = Playbook.rotate(LAB).set("hacert_parallel_clusters", 2).start();
    running.awaitClosed(pairs(2, PAIRS));
    LAB.turn(LAB.pair(1).a(), "restart-held", "off");
    PlayRun run = running.await();
    pairs(1, 3).forEach(pair -> assertDone(run, pair));
    run.assertEnd(LAB.pair(4), Outcome.ROLLED_BACK, 4);
    // Two places: beside the slow one they came one after the other.
    for (int number = 3; number <= PAIRS; number++) {
      assertThat(run.began("stage", LAB.pair(number)))
          .isAfter(run.ended("close", LAB.pair(number - 1)));
    }
  }

  @Test
  void what_was_begun_before_waits_for_no_canary_and_goes_on_although_it_fails() {
    Pair open = LAB.pair(PAIRS);
    Playbook.rotate(LAB)
        .with("--limit", open.cluster())
        .pauseAfter("apply", open.a())
        .start()
        .awaitPause()
        .kill();
    LAB.turn(LAB.pair(1).a(), "replace-fails-before");
    PlayRun run = Playbook.rotate(LAB).set("hacert_canary", 1).with("--forks", "4").fail();
    run.assertEnd(LAB.pair(1), Outcome.ROLLED_BACK, 4);
    assertDone(run, open);
    pairs(2, PAIRS - 1).forEach(pair -> assertUntouched(run, pair));
  }

  @Test
  void a_way_back_waits_for_no_canary_and_is_not_stopped_by_another() {
    Playbook.rotate(LAB).succeed();
    LAB.turn(LAB.pair(1).a(), "restart-fails");
    Map<String, Pair.Before> rotated = LAB.remember();
    PlayRun run =
        Playbook.rollback(LAB)
            .set("hacert_canary", 1)
            .set("hacert_parallel_clusters", 1)
            .profile("confirm_seconds", "45")
            .fail()
            .assertEnd(LAB.pair(1), Outcome.ROLLED_BACK, 4);
    for (Pair pair : pairs(2, PAIRS)) {
      run.assertEnd(pair, Outcome.SUCCEEDED, 0);
      assertThat(pair.a().installedRoot()).isEqualTo(before.get(pair.cluster()).root());
      assertThat(pair.a().installedRoot()).isNotEqualTo(rotated.get(pair.cluster()).root());
    }
  }
}
