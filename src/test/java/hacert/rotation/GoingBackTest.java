package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.host.Await;
import hacert.host.HostException;
import hacert.result.Exit;
import hacert.result.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A way back that did not end well at once, from the middle of a rotation. */
class GoingBackTest {
  @TempDir Path base;
  private TwoHosts pair;
  private String old;
  private Plan plan;

  @BeforeEach
  void applyOnBothNodes() throws Exception {
    pair = new TwoHosts(base);
    old = pair.one.root();
    plan = pair.plan();
    List<Result> staged = pair.stage(plan);
    Result first = pair.ask("apply", pair.one, plan, staged, null);
    assertThat(pair.ask("apply", pair.two, plan, staged, first).outcome().good()).isTrue();
  }

  private void rollsBack(Exit exit) {
    Driver.End end = pair.anotherRun().rollback();
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(exit);
  }

  private void isBackAfter(int one, int two) throws Exception {
    for (TestHost host : pair.hosts()) {
      assertThat(host.root()).isEqualTo(old);
      assertThat(host.runsWhatIsInstalled()).isTrue();
      assertThat(host.journal().isOpen()).isFalse();
    }
    assertThat(pair.restarts()).containsExactly(one, two);
  }

  /** The restart of the first node outlives its deadline. */
  private void restartHangs() throws Exception {
    pair.one.on("restart-hangs");
    pair.restartSeconds = 1;
    rollsBack(Exit.NEEDS_PERSON);
    pair.restartSeconds = 20;
  }

  @Tag("long")
  @Test
  void a_restart_that_outlived_its_deadline_is_waited_for_by_the_next_run() throws Exception {
    restartHangs();
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              if (host == pair.one && request.operation().equals("rollback")) {
                new Thread(this::letGo).start();
              }
              return agent.ask(request, secrets);
            };
    rollsBack(Exit.DONE);
    isBackAfter(2, 2);
  }

  private void letGo() {
    try {
      Await.until("the second run has come to the restart", this::isAtItsRestart);
      pair.one.off("restart-hangs");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isAtItsRestart() throws HostException {
    return pair.one
        .journal()
        .entry(Phase.ROLLBACK_RESTART)
        .filter(e -> e.state() == Journal.State.BEGUN && e.run().equals(pair.process()))
        .isPresent();
  }

  @Tag("long")
  @Test
  void a_restart_that_worked_after_its_deadline_is_not_repeated() throws Exception {
    restartHangs();
    pair.one.off("restart-hangs");
    Await.until("HA runs with the old files", pair.one::runsWhatIsInstalled);
    rollsBack(Exit.DONE);
    isBackAfter(2, 2);
  }

  @Test
  void a_restart_that_failed_is_begun_anew_by_the_next_run() throws Exception {
    pair.one.on("restart-fails");
    rollsBack(Exit.NEEDS_PERSON);
    pair.one.off("restart-fails");
    rollsBack(Exit.DONE);
    isBackAfter(3, 2);
  }

  /** A file of the first node comes back after a restart of the way back has failed. */
  private void rootComesBackAfterAFailureOf(TestHost failing) throws Exception {
    Path root = pair.one.certHa().resolve("root-ca.crt");
    byte[] left = Files.readAllBytes(root);
    failing.on("restart-fails");
    rollsBack(Exit.NEEDS_PERSON);
    failing.off("restart-fails");
    Files.write(root, left);
    rollsBack(Exit.DONE);
  }

  @Tag("long")
  @Test
  void a_file_that_came_back_after_it_was_restored_is_restored_again() throws Exception {
    rootComesBackAfterAFailureOf(pair.one);
    isBackAfter(3, 2);
  }

  @Tag("long")
  @Test
  void a_file_that_came_back_after_its_node_was_back_is_restored_without_a_restart()
      throws Exception {
    rootComesBackAfterAFailureOf(pair.two);
    isBackAfter(2, 3);
  }

  @Test
  void a_dry_run_of_the_way_back_tells_it_and_does_nothing() throws Exception {
    pair.check = true;
    Map<String, String> before = TestHost.tree(base);
    Driver.End end = pair.anotherRun().rollback();
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(Exit.DONE);
    assertThat(end.plan().back()).containsExactly("mgmt1", "mgmt2");
    assertThat(TestHost.tree(base)).isEqualTo(before);
  }
}
