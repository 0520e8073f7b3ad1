package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Outcome;
import hacert.result.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} before and after each step of a rotation; then the same command again. */
class CrashTest {
  /** Two looks at the clock for each of the steps of a rotation on both nodes. */
  private static final int MOST = 60;

  @TempDir Path base;

  private boolean killed(TwoHosts pair, Runnable what, int at) {
    pair.clock.killAt(at);
    try {
      what.run();
      return false;
    } catch (TestClock.Killed e) {
      return true;
    } finally {
      pair.clock.spare();
    }
  }

  @Tag("long")
  @Test
  void a_rotation_that_is_cut_off_anywhere_is_finished_with_one_restart_a_node() throws Exception {
    int at = 0;
    boolean cut = true;
    while (cut) {
      // The look before a step finds what the one after the step before it has left; and
      // CrashMatrixIT has a finer comb.
      at += 4;
      assertThat(at).isLessThan(MOST);
      TwoHosts pair = new TwoHosts(Files.createDirectories(base.resolve("at-" + at)));
      cut = killed(pair, pair::rotate, at);
      Driver.End end = pair.anotherRun().rotate();
      assertThat(end.exit()).as("killed at %d: %s", at, end.findings()).isEqualTo(Exit.DONE);
      assertThat(pair.one.root()).isEqualTo(pair.two.root());
      for (TestHost host : pair.hosts()) {
        assertThat(host.count("restarts")).as("killed at %d, %s", at, host.name).isEqualTo(1);
        assertThat(host.runsWhatIsInstalled()).isTrue();
        assertThat(host.journal().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(leftovers(host)).isEmpty();
      }
    }
    assertThat(at).as("steps").isGreaterThan(20);
  }

  @Tag("long")
  @Test
  void a_rollback_that_is_cut_off_anywhere_is_finished_with_one_restart_a_node() throws Exception {
    int at = 0;
    boolean cut = true;
    while (cut) {
      at += 2;
      TwoHosts pair = new TwoHosts(Files.createDirectories(base.resolve("back-" + at)));
      Map<String, String> one = pair.one.installed();
      Map<String, String> two = pair.two.installed();
      Plan plan = pair.plan();
      List<Result> staged = pair.stage(plan);
      Result first = pair.ask("apply", pair.one, plan, staged, null);
      assertThat(pair.ask("apply", pair.two, plan, staged, first).outcome().good()).isTrue();
      cut = killed(pair, () -> pair.anotherRun().rollback(), at);
      if (cut) {
        Driver.End end = pair.anotherRun().rollback();
        assertThat(end.exit()).as("killed at %d: %s", at, end.findings()).isEqualTo(Exit.DONE);
      }
      assertThat(pair.one.installed()).as("killed at %d", at).isEqualTo(one);
      assertThat(pair.two.installed()).as("killed at %d", at).isEqualTo(two);
      assertThat(pair.one.count("restarts")).as("killed at %d", at).isEqualTo(2);
      assertThat(pair.two.count("restarts")).as("killed at %d", at).isEqualTo(2);
    }
    assertThat(at).as("steps").isGreaterThan(8);
  }

  @Test
  void what_a_killed_call_left_half_written_anywhere_goes_with_the_next_call() throws Exception {
    TwoHosts pair = new TwoHosts(base);
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    for (TestHost host : pair.hosts()) {
      Path rotation = host.state().resolve("rotations").resolve(host.journal().rotation());
      for (Path directory : List.of(host.state().resolve("generations/0001/files"), rotation)) {
        Files.writeString(directory.resolve(".hacert-0123456789abcdef.tmp"), "half a key");
      }
      Path upload = Files.createDirectory(rotation.resolve(".hacert-fedcba9876543210.tmp"));
      Files.writeString(upload.resolve("file"), "half a key");
    }
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
    for (TestHost host : pair.hosts()) {
      assertThat(leftovers(host)).isEmpty();
    }
  }

  private static List<Path> leftovers(TestHost host) throws Exception {
    try (Stream<Path> all = Files.walk(host.here)) {
      return all.filter(p -> p.getFileName().toString().startsWith(".hacert-")).toList();
    }
  }
}
