package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import hacert.host.CallLock;
import hacert.host.HurriedClock;
import hacert.host.Ticks;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node on which another call of this program is at work. */
class BusyNodeTest {
  @TempDir Path base;
  private TwoHosts pair;
  private CallLock other;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
    Path lock = pair.one.state().resolve("lock");
    Files.createDirectories(lock.getParent());
    other = CallLock.tryAcquire(lock, "rollback", Clock.systemUTC()).orElseThrow();
  }

  @AfterEach
  void release() {
    other.close();
  }

  @Test
  void that_stays_so_keeps_the_cluster_locked_and_tells_who_works_there() throws Exception {
    Map<String, String> before = pair.one.installed();
    pair.one.ticks = new HurriedClock(Duration.ofSeconds(50));
    assertThat(pair.rotate().exit()).isEqualTo(Exit.LOCKED);
    assertThat(pair.heard)
        .flatExtracting(Result::findings)
        .filteredOn(f -> f.code().equals("BUSY"))
        .singleElement()
        .extracting(Finding::message, STRING)
        .contains("process " + ProcessHandle.current().pid() + ", in rollback since ");
    assertThat(pair.one.installed()).isEqualTo(before);
    assertThat(pair.one.count("restarts")).isZero();
  }

  @Test
  void is_waited_for_whatever_the_clock_does() throws Exception {
    pair.one.ticks = Ticks.system();
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              if (host == pair.one && request.operation().equals("stage")) {
                after(300, () -> pair.clock.advance(Duration.ofMinutes(5)));
                after(900, other::close);
              }
              return agent.ask(request, secrets);
            };
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
  }

  private static void after(int milliseconds, Runnable what) {
    CompletableFuture.runAsync(
        what, CompletableFuture.delayedExecutor(milliseconds, TimeUnit.MILLISECONDS));
  }
}
