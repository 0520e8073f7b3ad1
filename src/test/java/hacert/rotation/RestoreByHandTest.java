package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.host.Command;
import hacert.host.CommandResult;
import hacert.host.Commands;
import hacert.host.Snapshot;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way back of the runbook, by hand: RESTORE.txt on both nodes, then the restart it names. */
class RestoreByHandTest {
  /** What a person may have chosen. */
  private static final String STATE = "kept by 'hacert'; $(touch oops) it's";

  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
    pair.settings = Map.of("state_dir", STATE, "force", true);
    for (TestHost host : pair.hosts()) {
      Files.writeString(host.certHa().resolve("site's `own` root [1].crt"), "odd name");
      Files.setLastModifiedTime(
          host.certHa().resolve("site's `own` root [1].crt"),
          Files.getLastModifiedTime(host.certHa().resolve("root-ca.crt")));
    }
  }

  private static Path text(TestHost host, int generation) {
    return host.home()
        .resolve(STATE)
        .resolve("pair/generations/000" + generation)
        .resolve("RESTORE.txt");
  }

  /** As in a login shell of the product's user. */
  private static void type(TestHost host, String... words) throws Exception {
    CommandResult result = Commands.system().run(Command.of(host.open().login(), List.of(words)));
    assertThat(result.ok()).as("%s: %s", List.of(words), result).isTrue();
  }

  private static Snapshot installed(TestHost host) throws Exception {
    return Snapshot.of(
        List.of(host.certHa(), host.localCert(), host.conf()), Snapshot.Limits.USUAL);
  }

  private static String lastLine(Path text) throws Exception {
    List<String> lines = Files.readAllLines(text);
    return lines.get(lines.size() - 1).replaceFirst("^# ", "");
  }

  private void backByHand(int generation) throws Exception {
    for (TestHost host : pair.hosts()) {
      type(host, "sh", text(host, generation).toString());
    }
    for (TestHost host : pair.hosts()) {
      String restart = lastLine(text(host, generation));
      assertThat(restart).endsWith("restart-oms.sh'");
      type(host, "sh", "-c", restart);
    }
  }

  @Test
  void brings_the_first_state_back_on_both_nodes_and_ha_runs_it() throws Exception {
    Snapshot one = installed(pair.one);
    Snapshot two = installed(pair.two);
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.DONE);
    assertThat(GenerationStore.differences(one, installed(pair.one))).isNotEmpty();

    backByHand(1);

    assertThat(GenerationStore.differences(one, installed(pair.one))).isEmpty();
    assertThat(GenerationStore.differences(two, installed(pair.two))).isEmpty();
    assertThat(pair.hosts()).allMatch(host -> runsWhatIsInstalled(host));
    assertThat(pair.one.home().resolve("oops")).doesNotExist();
    // The program knows it again, and goes on from there.
    pair.settings = Map.of("state_dir", STATE, "generation", 1);
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
    assertThat(pair.heard.get(pair.heard.size() - 1).findings())
        .extracting(Finding::code)
        .contains("GENERATION_RUNS");
  }

  @Test
  void an_owner_that_cannot_be_set_is_told_and_all_else_is_brought_back() throws Exception {
    Snapshot one = installed(pair.one);
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    Path chown = Files.createDirectories(base.resolve("bin")).resolve("chown");
    Files.writeString(
        chown,
        "#!/bin/sh\ncase $* in */conf/*) echo no >&2; exit 1 ;; esac\nexec /bin/chown \"$@\"\n");
    assertThat(chown.toFile().setExecutable(true)).isTrue();
    CommandResult result =
        Commands.system()
            .run(
                Command.of(
                    Map.of("PATH", chown.getParent() + ":/usr/bin:/bin"),
                    List.of("sh", text(pair.one, 1).toString())));
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.stderr()).contains("no\n", "The files are back. As root, set the owners");
    assertThat(GenerationStore.differences(one, installed(pair.one))).isEmpty();
  }

  private static boolean runsWhatIsInstalled(TestHost host) {
    try {
      return host.runsWhatIsInstalled();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Tag("long")
  @Test
  void ends_a_rotation_whose_rollback_has_failed() throws Exception {
    Snapshot one = installed(pair.one);
    pair.one.on("restart-fails-down");
    assertThat(pair.rotate().exit()).isEqualTo(Exit.NEEDS_PERSON);
    pair.one.off("restart-fails-down");

    backByHand(1);

    assertThat(GenerationStore.differences(one, installed(pair.one))).isEmpty();
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
    assertThat(
            new JournalStore(new StateDirectory(pair.one.home().resolve(STATE).resolve("pair")))
                .load()
                .orElseThrow()
                .outcome())
        .isEqualTo(Outcome.ROLLED_BACK);
    assertThat(GenerationStore.differences(one, installed(pair.one))).isEmpty();
  }
}
