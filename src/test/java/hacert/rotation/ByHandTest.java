package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person does between a way back that is cut off before its proof, and the next command. */
class ByHandTest {
  @TempDir Path base;
  @TempDir Path theirs;
  private TwoHosts pair;
  private String old;

  @BeforeEach
  void goBackAndCutOff() throws Exception {
    pair = new TwoHosts(base);
    old = pair.one.root();
    pair.two.on("replace-fails-after");
    pair.cutBefore("confirm", 1, pair::rotate);
    pair.two.off("replace-fails-after");
    assertThat(pair.hosts()).allSatisfy(h -> assertThat(h.root()).isEqualTo(old));
    restarted(2, 0);
  }

  private void restarted(int one, int two) throws Exception {
    assertThat(pair.restarts()).as("%s", pair.codes()).containsExactly(one, two);
  }

  private String replaceByHand() throws Exception {
    TwoHosts.newRoot(theirs, 3650, "by-hand");
    for (TestHost host : pair.hosts()) {
      TestHost.issue(theirs, host.name);
      host.replaceByHand(theirs);
    }
    return pair.one.root();
  }

  @Test
  void certificates_that_a_person_has_installed_since_are_not_written_over() throws Exception {
    String byHand = replaceByHand();
    Driver.End end = pair.anotherRun().rotate();
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(Exit.NEEDS_PERSON);
    assertThat(end.findings()).extracting(Finding::code).contains("FILES_CHANGED");
    assertThat(pair.hosts()).allSatisfy(h -> assertThat(h.root()).isEqualTo(byHand));
    restarted(2, 0);
  }

  /** As the file synchronisation of HA brings it from a node that is not back yet. */
  @Test
  void a_new_root_that_came_back_by_itself_is_restored_again() throws Exception {
    Path applied = pair.one.state().resolve("rotations");
    for (Path bundle : below(applied, "root-ca.crt")) {
      Files.copy(
          bundle, pair.two.certHa().resolve("root-ca.crt"), StandardCopyOption.REPLACE_EXISTING);
    }
    assertThat(pair.two.root()).isNotEqualTo(old);
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.ROLLED_BACK);
    assertThat(pair.two.root()).isEqualTo(old);
    restarted(2, 0);
  }

  private static List<Path> below(Path directory, String name) throws Exception {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(p -> p.endsWith(name)).toList();
    }
  }

  @Test
  void who_asks_to_go_back_from_them_gets_nodes_that_run_the_old_ones() throws Exception {
    replaceByHand();
    Driver.End end = pair.anotherRun().rollback();
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(Exit.DONE);
    assertThat(pair.hosts())
        .allSatisfy(h -> assertThat(h.root()).isEqualTo(old))
        .allSatisfy(h -> assertThat(h.runsWhatIsInstalled()).isTrue())
        .allSatisfy(h -> assertThat(h.journal().isOpen()).isFalse());
    restarted(3, 1);
  }

  @Tag("long")
  @Test
  void a_call_that_is_cut_off_between_files_and_restart_still_restarts() throws Exception {
    replaceByHand();
    pair.one.on("restart-fails");
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.NEEDS_PERSON);
    pair.one.off("restart-fails");
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
    assertThat(pair.hosts()).allSatisfy(h -> assertThat(h.runsWhatIsInstalled()).isTrue());
  }

  @Tag("long")
  @Test
  void a_service_that_was_started_with_the_old_files_is_not_started_once_more() throws Exception {
    for (TestHost host : pair.hosts()) {
      host.startedBeside();
    }
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.ROLLED_BACK);
    restarted(2, 0);
  }
}
