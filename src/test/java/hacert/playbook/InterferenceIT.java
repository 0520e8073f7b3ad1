package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Someone else is at work while a rotation is between two steps. */
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

  @Tag("long")
  @Test
  void of_two_runs_at_once_one_is_locked_out_and_the_other_ends_well() {
    Playbook.Running first =
        Playbook.rotate(LAB).pauseAfter("stage", pair.b()).start().awaitPause();
    PlayRun second = Playbook.rotate(LAB).fail().assertEnd(pair, Outcome.REFUSED, 6);
    second.assertFinding("LOCKED");
    assertThat(second.order("stage")).isEmpty();
    first.goOn().assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before);
    assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 1);
  }

  @Tag("long")
  @Test
  void a_certificate_edited_on_the_first_node_after_stage_is_refused_and_left_alone()
      throws IOException {
    Playbook.Running run = Playbook.rotate(LAB).pauseAfter("stage", pair.b()).start().awaitPause();
    edit(pair.a());
    Pair.Before edited = pair.remember();
    run.goOn().assertEnd(pair, Outcome.REFUSED, 3).assertFinding("FILES_CHANGED");
    pair.assertUntouched(edited);
  }

  @Tag("long")
  @Test
  void a_certificate_edited_on_the_second_node_after_stage_calls_a_person() throws IOException {
    Playbook.Running run = Playbook.rotate(LAB).pauseAfter("stage", pair.b()).start().awaitPause();
    edit(pair.b());
    PlayRun ended = run.goOn();
    assertThat(ended.code()).as(ended.output()).isNotZero();
    ended.assertFinding("FILES_CHANGED");
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

  private static void edit(LabHost host) throws IOException {
    Path file = host.certHa().resolve("server.crt");
    Files.writeString(file, "edited\n", StandardOpenOption.APPEND);
  }
}
