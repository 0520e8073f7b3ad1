package hacert.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallLockTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

  @TempDir Path directory;

  /** Holds the lock until it is killed. */
  static final class HoldMain {
    private HoldMain() {}

    /** Argument: the lock. */
    public static void main(String[] args) throws Exception {
      CallLock.tryAcquire(Path.of(args[0]), "apply", Clock.systemUTC()).orElseThrow();
      System.out.print('h');
      System.out.flush();
      System.in.read();
    }
  }

  private static Optional<CallLock> waitFor(Path path, Duration time) throws HostException {
    return CallLock.waitFor(path, "stage", CLOCK, Deadline.in(time, Ticks.system()));
  }

  @Test
  void refuses_a_lock_in_a_directory_that_is_not_there() {
    assertThat(
            Findings.code(() -> CallLock.tryAcquire(directory.resolve("no/lock"), "apply", CLOCK)))
        .isEqualTo("LOCK_NOT_ACCESSIBLE");
  }

  @Test
  void is_not_given_twice_in_one_process_and_not_lost_by_asking() throws Exception {
    Path path = directory.resolve("lock");
    try (CallLock lock = CallLock.tryAcquire(path, "apply", CLOCK).orElseThrow()) {
      assertThat(lock).isNotNull();
      assertThat(CallLock.tryAcquire(path, "stage", CLOCK)).isEmpty();
      assertThat(waitFor(path, Duration.ofMillis(50))).isEmpty();
      assertThat(CallLock.holder(path).orElseThrow())
          .isEqualTo(new CallLock.Holder(ProcessHandle.current().pid(), "apply", CLOCK.instant()));
      // Another process still finds it taken.
      CommandResult other =
          Commands.system()
              .run(
                  Command.of(
                      Map.of("PATH", "/usr/bin:/bin"),
                      List.of(
                          "python3",
                          "-c",
                          "import fcntl,sys\n"
                              + "f=open(sys.argv[1],'r+')\n"
                              + "fcntl.lockf(f, fcntl.LOCK_EX|fcntl.LOCK_NB)",
                          path.toString())));
      assertThat(other.ok()).isFalse();
    }
    try (CallLock again = CallLock.tryAcquire(path, "stage", CLOCK).orElseThrow()) {
      assertThat(again).isNotNull();
      assertThat(CallLock.holder(path).orElseThrow().operation()).isEqualTo("stage");
    }
  }

  @Test
  void is_released_when_its_holder_is_killed() throws Exception {
    Path path = directory.resolve("lock");
    Process child = TestJvm.start(HoldMain.class, path.toString());
    assertThat(child.getInputStream().read()).isEqualTo('h');
    assertThat(CallLock.tryAcquire(path, "stage", CLOCK)).isEmpty();
    assertThat(CallLock.holder(path).orElseThrow().pid()).isEqualTo(child.pid());
    child.destroyForcibly();
    try (CallLock lock = waitFor(path, Duration.ofSeconds(20)).orElseThrow()) {
      assertThat(lock).isNotNull();
    }
  }

  @Test
  void has_no_holder_before_the_first() throws Exception {
    Path path = directory.resolve("lock");
    assertThat(CallLock.holder(path)).isEmpty();
    Files.writeString(directory.resolve("lock.holder"), "{");
    assertThat(CallLock.holder(path)).isEmpty();
  }

  @Test
  void a_holder_that_cannot_be_read_is_none() throws Exception {
    Path path = directory.resolve("lock");
    for (String text : new String[] {"", "null", "[]", "{", "{\"pid\":\"x\"}"}) {
      Files.writeString(directory.resolve("lock.holder"), text);
      assertThat(CallLock.holder(path)).as(text).isEmpty();
    }
  }
}
