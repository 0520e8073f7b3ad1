package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Outcome;
import hacert.result.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run finds that a rotation was cut off before, and that is not as that one left it. */
class ResumedTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  private void ends(Driver.End end, Exit exit) {
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(exit);
  }

  @Tag("long")
  @Test
  void a_stage_that_fails_after_another_one_was_cut_off_changes_nothing_and_is_over()
      throws Exception {
    Plan cutOff = pair.plan();
    pair.stage(cutOff);
    pair.peerAnswers = false;
    ends(pair.anotherRun().rotate(), Exit.REFUSED);
    assertThat(pair.codes()).contains("PEER_UNREACHABLE").doesNotContain("LOCKED");
    for (TestHost host : pair.hosts()) {
      assertThat(host.journal().outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(host.state().resolve("rotations/" + cutOff.rotation() + "/bundle")).doesNotExist();
    }
    pair.peerAnswers = true;
    ends(pair.anotherRun().rotate(), Exit.DONE);
  }

  private void cutBefore(String operation, int n) {
    pair.cutBefore(operation, n, pair::rotate);
  }

  private void putForeignRoot(TestHost host) throws Exception {
    Path other = Files.createDirectories(base.resolve("other"));
    TwoHosts.newRoot(other, 400, "foreign");
    for (String file : List.of("root-ca.crt", "root-ca.pem")) {
      Files.copy(
          other.resolve(file), host.certHa().resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void isNotRecorded(TestHost host) throws Exception {
    assertThat(host.generations().all().keySet()).containsExactly(1);
    assertThat(host.journal().isOpen()).isTrue();
  }

  @Tag("long")
  @Test
  void files_that_someone_changed_after_the_proof_are_not_recorded_as_proven() throws Exception {
    String old = pair.one.root();
    cutBefore("close", 1);
    putForeignRoot(pair.two);
    ends(pair.anotherRun().rotate(), Exit.NEEDS_PERSON);
    assertThat(pair.codes()).contains("FILES_CHANGED");
    isNotRecorded(pair.two);
    ends(pair.anotherRun().rollback(), Exit.DONE);
    assertThat(pair.hosts()).allSatisfy(host -> assertThat(host.root()).isEqualTo(old));
  }

  @Test
  void a_close_records_nothing_that_was_changed_since_it_was_installed() throws Exception {
    cutBefore("close", 1);
    Plan plan = pair.one.journal().plan();
    putForeignRoot(pair.two);
    Result closed = pair.ask("close", pair.two, plan, List.of(), null);
    assertThat(closed.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(closed.findings().get(0).code()).isEqualTo("FILES_CHANGED");
    isNotRecorded(pair.two);
  }

  @Test
  void another_run_proves_anew_before_it_records() throws Exception {
    cutBefore("close", 1);
    pair.heard.clear();
    ends(pair.anotherRun().rotate(), Exit.DONE);
    assertThat(pair.heard.stream().filter(r -> r.operation().equals("confirm")))
        .hasSize(2)
        .allSatisfy(r -> assertThat(r.steps().get(0).state()).isEqualTo("done"));
    assertThat(pair.one.journal().entry("confirm.prove").orElseThrow().run())
        .isEqualTo(pair.process());
  }

  @Tag("long")
  @Test
  void a_node_that_someone_brought_back_by_hand_is_not_taken_for_a_new_one() throws Exception {
    String old = pair.one.root();
    cutBefore("apply", 2);
    Path text = pair.one.state().resolve("generations/0001/RESTORE.txt");
    assertThat(new ProcessBuilder("sh", text.toString()).start().waitFor()).isZero();
    assertThat(pair.one.root()).isEqualTo(old);
    ends(pair.anotherRun().rotate(), Exit.NEEDS_PERSON);
    assertThat(pair.codes()).contains("FILES_RESTORED");
    ends(pair.anotherRun().rollback(), Exit.DONE);
    assertThat(pair.hosts())
        .allSatisfy(host -> assertThat(host.root()).isEqualTo(old))
        .allSatisfy(host -> assertThat(host.runsWhatIsInstalled()).isTrue());
    ends(pair.anotherRun().rotate(), Exit.DONE);
  }

  @Tag("long")
  @Test
  void a_second_node_that_lost_what_was_staged_gets_it_again_in_the_mixed_window()
      throws Exception {
    cutBefore("apply", 2);
    Trees.remove(pair.two.home().resolve(".hacert"));
    ends(pair.anotherRun().rotate(), Exit.DONE);
    assertThat(pair.two.root()).isEqualTo(pair.one.root());
    for (TestHost host : pair.hosts()) {
      assertThat(host.runsWhatIsInstalled()).isTrue();
      assertThat(host.count("restarts")).isEqualTo(1);
      assertThat(host.journal().outcome()).isEqualTo(Outcome.SUCCEEDED);
    }
  }

  @Tag("long")
  @Test
  void a_second_node_that_takes_no_second_copy_and_needs_none_holds_nobody_up() throws Exception {
    cutBefore("apply", 2);
    pair.peerAnswers = false;
    ends(pair.anotherRun().rotate(), Exit.DONE);
  }

  /** As if the call had been cut off just before it began to restart. */
  private static void forgetRestart(TestHost host) throws Exception {
    Journal j = host.journal();
    List<Journal.Entry> left =
        j.entries().stream().filter(e -> !e.step().equals(Phase.APPLY_RESTART)).toList();
    new JournalStore(new StateDirectory(host.state()))
        .save(
            new Journal(
                j.schema(),
                j.rotation(),
                j.plan(),
                j.change(),
                j.lease(),
                j.outcome(),
                j.serviceStart(),
                j.role(),
                left));
    Trees.remove(Applied.restartDirectory(new StateDirectory(host.state()), j));
  }

  @Tag("long")
  @Test
  void a_node_that_had_the_wanted_files_before_was_brought_back_by_nobody() throws Exception {
    ends(pair.rotate(), Exit.DONE);
    Path first = pair.two.state().resolve("generations/0001");
    pair.two.generations().get(1).manifest().restore(first);
    pair.settings = Map.of("generation", 1, "accept_unproven", true);
    pair.cutBefore("confirm", 1, () -> pair.anotherRun().rollback());
    forgetRestart(pair.two);
    ends(pair.anotherRun().rollback(), Exit.DONE);
    assertThat(pair.codes()).doesNotContain("FILES_RESTORED");
  }
}
