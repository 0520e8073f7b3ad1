package hacert.host;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition and fails when it does not come. */
public final class Await {
  /** A condition. */
  public interface Condition {
    /** Whether it holds now. */
    boolean holds() throws Exception;
  }

  private Await() {}

  /** Waits for 20 s at most. */
  public static void until(String what, Condition condition) throws Exception {
    until(what, Duration.ofSeconds(20), condition);
  }

  static void until(String what, Duration deadline, Condition condition) throws Exception {
    long end = System.nanoTime() + deadline.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + deadline + ": " + what);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }
}
