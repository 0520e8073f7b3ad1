package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.x509.EnterpriseCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Someone else is at work while a rotation is between two steps. */
@Tag("long")
class InterferenceIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "2x");

  private Pair pair;
  private Pair.Before before;

  @BeforeEach
  void fresh() {
    LAB.reset();
    pair = LAB.pair();
    before = pair.remember();
  }

  @Test
  void of_two_runs_at_once_one_is_locked_out_and_the_other_ends_well() {
    Playbook.Running first =
        Playbook.rotate(LAB).pauseAfter("stage", pair.b()).start().awaitPause();
    JsonNode lease = pair.a().journal().path("lease");
    PlayRun second = Playbook.rotate(LAB).fail().assertEnd(pair, Outcome.REFUSED, 6);
    assertThat(second.findings(pair))
        .filteredOn(f -> f.code().equals("LOCKED"))
        .extracting(Finding::message)
        .contains(
            String.format(
                "%s: rotation %s holds cluster %s: begun from %s, process %s, at %s; its claim ends"
                    + " at %s unless it is renewed. Nothing was changed.",
                pair.a().name(),
                lease.path("rotation").asText(),
                pair.cluster(),
                lease.path("host").asText(),
                lease.path("process").asText(),
                lease.path("since").asText(),
                lease.path("until").asText()));
    assertThat(second.order("stage")).isEmpty();
    first.goOn().assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before);
    assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 1);
  }

  @Test
  void of_two_runs_that_begin_at_the_same_time_one_is_locked_out_and_the_other_ends_well() {
    Playbook.Running first = Playbook.rotate(LAB).start();
    Playbook.Running second = Playbook.rotate(LAB).start();
    List<PlayRun> runs = List.of(first.await(), second.await());
    assertThat(runs).extracting(PlayRun::code).as("codes").containsOnlyOnce(0);
    for (PlayRun run : runs) {
      if (run.code() == 0) {
        run.assertEnd(pair, Outcome.SUCCEEDED, 0);
      } else {
        run.assertEnd(pair, Outcome.REFUSED, 6);
        assertThat(run.codes()).containsAnyOf("LOCKED", "BUSY");
      }
    }
    pair.assertAllNew(before);
    assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 1);
  }

  @Test
  void a_certificate_edited_on_the_first_node_after_stage_is_refused_and_left_alone()
      throws IOException {
    Playbook.Running run = Playbook.rotate(LAB).pauseAfter("stage", pair.b()).start().awaitPause();
    edit(pair.a());
    Pair.Before edited = pair.remember();
    run.goOn().assertEnd(pair, Outcome.REFUSED, 3).assertFinding("FILES_CHANGED");
    pair.assertUntouched(edited);
  }

  @Test
  void a_certificate_edited_on_the_second_node_after_stage_calls_a_person() throws IOException {
    Playbook.Running run = Playbook.rotate(LAB).pauseAfter("stage", pair.b()).start().awaitPause();
    edit(pair.b());
    run.goOn().assertStopped(pair, "FILES_CHANGED");
    assertThat(before.restartsSince(pair.b())).as("restarts of the second node").isZero();
    assertThat(before.restartsSince(pair.a())).isLessThanOrEqualTo(2);
    assertThat(pair.b().certHa().resolve("server.crt")).content().endsWith("edited\n");
  }

  @Test
  void roles_that_flip_between_stage_and_apply_are_refused() {
    Playbook.Running run = Playbook.rotate(LAB).pauseAfter("stage", pair.b()).start().awaitPause();
    LAB.turn(pair.a(), "role-flip");
    Await.until(
        "the pair changed its roles",
        Duration.ofSeconds(60),
        () ->
            pair.a().role().equals("standby")
                && pair.b().role().equals("active")
                && pair.a().healthy()
                && pair.b().healthy(),
        () -> pair.a().ha() + " " + pair.b().ha());
    run.goOn().assertEnd(pair, Outcome.REFUSED, 3).assertFinding("ROLES_CHANGED");
    pair.assertUntouched(before);
  }

  @Test
  void a_given_bundle_that_is_gone_in_the_mixed_window_holds_no_way_back_up() throws Exception {
    EnterpriseCa pki = EnterpriseCa.make(LAB.files().resolve("pki"), "ec:P-256");
    Path bundle = pki.join("all.pem", "root.crt", "sub.key", "sub.crt").path("all.pem");
    Playbook rotate = Playbook.rotate(LAB).setFor(pair, "hacert_bundle", bundle);
    Playbook.Running run = rotate.pauseAfter("apply", pair.a()).start().awaitPause();
    Files.delete(bundle);
    LAB.turn(pair.b(), "replace-fails-after");
    run.goOn().assertEnd(pair, Outcome.ROLLED_BACK, 4);
    pair.assertAllOld(before);
  }

  @Test
  void a_given_bundle_that_is_gone_after_a_cut_holds_no_way_forward_up() throws Exception {
    EnterpriseCa pki = EnterpriseCa.make(LAB.files().resolve("pki"), "ec:P-256");
    Path bundle = pki.join("all.pem", "root.crt", "sub.key", "sub.crt").path("all.pem");
    Playbook.rotate(LAB)
        .setFor(pair, "hacert_bundle", bundle)
        .pauseAfter("apply", pair.a())
        .start()
        .awaitPause()
        .kill();
    Files.delete(bundle);
    Playbook.rotate(LAB)
        .setFor(pair, "hacert_bundle", bundle)
        .succeed()
        .assertFinding("FILE_UNREADABLE");
    pair.assertAllNew(before);
    Playbook.rotate(LAB)
        .setFor(pair, "hacert_bundle", bundle)
        .fail()
        .assertRefused(pair, "FILE_UNREADABLE");
  }

  @Test
  void settings_that_are_gone_in_the_mixed_window_call_a_person_and_the_next_run_ends_well()
      throws IOException {
    Path profile = Files.writeString(LAB.files().resolve("own.yml"), "confirm_seconds: 60");
    Playbook.Running run =
        Playbook.rotate(LAB)
            .set("hacert_profile_file", profile)
            .pauseAfter("apply", pair.a())
            .start()
            .awaitPause();
    Files.delete(profile);
    PlayRun stopped = run.goOn().assertEnd(pair, Outcome.FAILED, 5);
    stopped.assertFinding("FILE_UNREADABLE");
    assertThat(stopped.text()).contains("could not be decided what to do: the rotation is open");
    Playbook.rotate(LAB).succeed();
    pair.assertAllNew(before);
    assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 1);
  }

  private static void edit(LabHost host) throws IOException {
    Path file = host.certHa().resolve("server.crt");
    Files.writeString(file, "edited\n", StandardOpenOption.APPEND);
  }
}
