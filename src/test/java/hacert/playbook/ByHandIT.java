package hacert.playbook;

import static java.util.Comparator.naturalOrder;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The control machine is gone: what the runbook has a person do on a host, with the jar there. */
@Tag("long")
class ByHandIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x");

  private static final String KEPT = "~/.hacert/lib/hacert-*.jar";

  private Pair pair;
  private Pair.Before before;

  @BeforeEach
  void fresh() {
    LAB.reset();
    pair = LAB.pair();
    before = pair.remember();
  }

  /**
   * Runs the jar as the runbook does; answers what it says, with its exit code as the last line.
   */
  private String on(LabHost host, String jar, String command, String... options) {
    return LAB.byHand(
        host,
        "printf '%%s\\n' '%s' | java -jar %s %s %s %s; echo code $?"
            .formatted(
                LAB.password().replace("'", "'\\''"),
                jar,
                command,
                pair.cluster(),
                String.join(" ", options)));
  }

  /** Names the rotation that holds a node. */
  private static String named(LabHost host) {
    return "--setting rotation=" + host.journal().path("rotation").asText();
  }

  @Test
  void a_rotation_that_a_playbook_left_in_its_middle_goes_on_and_then_back() throws IOException {
    Playbook.rotate(LAB)
        .profile("confirm_seconds", "45", "ha_port", pair.a().haPort())
        .pauseAfter("apply", pair.a())
        .start()
        .awaitPause()
        .kill();
    Path older = pair.b().state().resolveSibling("lib/hacert-0a.jar");
    Files.writeString(older, "");
    String named = named(pair.a());
    assertThat(on(pair.a(), KEPT, "rotate", "--password-stdin"))
        .contains("LOCKED", named)
        .endsWith("code 6\n");
    assertThat(on(pair.a(), KEPT, "rotate", "--password-stdin", named)).endsWith("Done.\ncode 0\n");
    pair.assertAllNew(before);
    assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 1);
    assertThat(older).doesNotExist();
    assertThat(on(pair.b(), KEPT, "status")).contains(": succeeded").endsWith("code 0\n");
    // Only with the playbook's overrides is the port known.
    assertThat(confirmed(pair.b())).contains("PROVEN_BY_HANDSHAKE");
    assertThat(on(pair.a(), KEPT, "rollback")).endsWith("Done.\ncode 0\n");
    pair.assertAllOld(before);
  }

  @Test
  void a_rotation_that_a_playbook_left_in_its_middle_goes_back() {
    Playbook.rotate(LAB).pauseAfter("apply", pair.a()).start().awaitPause().kill();
    assertThat(on(pair.a(), KEPT, "rollback", named(pair.a()))).endsWith("code 0\n");
    pair.assertAllOld(before);
    assertThat(before.restartsSince(pair.b())).isZero();
  }

  @Test
  void a_pair_that_no_playbook_has_seen_is_rotated_from_the_first_to_the_last_step()
      throws IOException {
    Files.copy(
        Lab.PROJECT.resolve("target/hacert.jar"), pair.a().directory().resolve("home/hacert.jar"));
    String[] first = {
      "--target mrs-ha --profile mrs-3x",
      "--self " + LAB.place(pair.a()),
      "--peer " + LAB.place(pair.b()),
      "--password-stdin"
    };
    assertThat(on(pair.a(), "hacert.jar", "rotate --check", first))
        .endsWith("It can be done. Nothing was changed.\ncode 0\n");
    pair.assertUntouched(before);
    assertThat(on(pair.a(), "hacert.jar", "rotate", first)).endsWith("Done.\ncode 0\n");
    pair.assertAllNew(before);
    assertThat(on(pair.a(), "hacert.jar", "rotate", "--password-stdin"))
        .contains("Nothing is due until")
        .endsWith("code 0\n");
    assertThat(on(pair.a(), "hacert.jar", "rollback", "--generation 1 --check"))
        .endsWith("It can be done. Nothing was changed.\ncode 0\n");
    pair.assertAllNew(before);
    assertThat(on(pair.a(), "hacert.jar", "rollback", "--generation 1")).endsWith("code 0\n");
    pair.assertAllOld(before);
  }

  /** What this node's confirm said last. */
  private static String confirmed(LabHost host) throws IOException {
    try (Stream<Path> results = Files.list(host.state().resolve("results"))) {
      return Files.readString(
          results
              .filter(path -> path.toString().endsWith("-confirm.json"))
              .max(naturalOrder())
              .orElseThrow());
    }
  }
}
