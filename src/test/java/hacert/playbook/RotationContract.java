package hacert.playbook;

import static hacert.result.Outcome.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import hacert.result.Result;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds for every layout. */
abstract class RotationContract {
  abstract Lab lab();

  @BeforeEach
  void fresh() {
    lab().reset();
  }

  @Test
  void rotates_stays_and_goes_back() {
    Pair pair = lab().pair();
    Pair.Before found = pair.remember();
    rotates_the_active_node_first(pair);
    Pair.Before second = pair.remember();
    changes_nothing_in_a_second_run(pair, second);
    Playbook.rollback(lab()).succeed();
    assertInstalledAs(pair, found);
    assertEachRestartedOnce(pair, second);
  }

  @Tag("long")
  @Test
  void rotates_again_by_force_and_goes_back_to_any_generation() {
    Pair pair = lab().pair();
    Pair.Before found = pair.remember();
    Playbook.rotate(lab()).succeed().assertEnd(pair, SUCCEEDED, 0);
    Pair.Before second = pair.remember();
    reports_changed_settings_and_does_not_act_on_them(pair, second);

    Playbook.rotate(lab()).set("hacert_force", true).succeed().assertEnd(pair, SUCCEEDED, 0);
    pair.assertAllNew(second);
    assertEachRestartedOnce(pair, second);
    Pair.Before third = pair.remember();

    Playbook.rollback(lab()).succeed();
    assertInstalledAs(pair, second);
    assertEachRestartedOnce(pair, third);
    Pair.Before back = pair.remember();

    Playbook.rollback(lab()).set("hacert_generation", 1).succeed();
    assertInstalledAs(pair, found);
    assertEachRestartedOnce(pair, back);

    PlayRun check = Playbook.check(lab()).succeed();
    assertThat(pair.hosts())
        .allSatisfy(
            h -> assertThat(check.text()).contains(trim(h.installedLeaf()).substring(0, 19)));
  }

  private void rotates_the_active_node_first(Pair pair) {
    Pair.Before before = pair.remember();
    PlayRun run = Playbook.rotate(lab()).succeed().assertEnd(pair, SUCCEEDED, 0);
    pair.assertAllNew(before);
    assertThat(run.order("apply")).containsExactly(pair.a().name(), pair.b().name());
    assertThat(pair.a().events("restarts").get(0)).isLessThan(pair.b().events("restarts").get(0));
    assertEachRestartedOnce(pair, before);
    for (LabHost host : pair.hosts()) {
      assertThat(host.replaces()).as("replacements on %s", host.name()).isEqualTo(1);
      Result apply = run.last("apply", host);
      assertThat(apply.timings().restart()).isPositive();
      assertThat(apply.after()).anyMatch(c -> c.serial().equals(trim(host.loadedLeaf())));
    }
    assertThat(run.last("confirm", pair.a()).timings().mixedWindow()).isPositive();
    assertThat(run.told("proof: no handshake, only the status of both nodes")).isEqualTo(1);
    assertThat(run.told("12054 (certificate invalid), 12055 (about to expire) clear")).isEqualTo(1);
  }

  private void changes_nothing_in_a_second_run(Pair pair, Pair.Before before) {
    PlayRun run = Playbook.rotate(lab()).succeed().assertEnd(pair, Outcome.UNCHANGED, 0);
    pair.assertAllOld(before);
    assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 0);
    assertThat(run.order("apply")).isEmpty();
    assertThat(run.text()).doesNotContain("proof:", "alarms");
    assertThat(run.text()).containsPattern("nothing is due until 20\\d\\d-\\d\\d-\\d\\d");
  }

  private void reports_changed_settings_and_does_not_act_on_them(Pair pair, Pair.Before before) {
    PlayRun run =
        Playbook.rotate(lab())
            .set("hacert_key", "ec-p256")
            .succeed()
            .assertEnd(pair, Outcome.UNCHANGED, 0);
    run.assertFinding("SETTINGS_DIFFER");
    pair.assertAllOld(before);
    assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 0);
  }

  private static void assertInstalledAs(Pair pair, Pair.Before then) {
    pair.assertHealthy();
    for (LabHost host : pair.hosts()) {
      assertThat(host.installed()).isEqualTo(then.installed().get(host.name()));
      assertThat(host.loadedRoot()).isEqualTo(then.root());
      assertThat(host.journalOpen()).isFalse();
    }
  }

  private static void assertEachRestartedOnce(Pair pair, Pair.Before before) {
    assertThat(pair.hosts())
        .allSatisfy(
            h -> assertThat(before.restartsSince(h)).as("restarts of %s", h.name()).isEqualTo(1));
  }

  private static String trim(String serial) {
    return serial.toLowerCase(Locale.ROOT).replaceFirst("^0+", "");
  }
}
