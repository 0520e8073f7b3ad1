package hacert.playbook;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, never for a time. */
final class Await {
  private static final Duration PAUSE = Duration.ofMillis(5);

  private Await() {}

  /** Fails with what {@code seen} says if the condition does not hold within the time. */
  static void until(String what, Duration most, BooleanSupplier condition, Supplier<?> seen) {
    if (!holds(most, condition)) {
      throw new AssertionError(
          "not within " + most.toSeconds() + " s: " + what + "; seen: " + seen.get());
    }
  }

  /** Whether the condition came to hold within the time. */
  static boolean holds(Duration most, BooleanSupplier condition) {
    long end = System.nanoTime() + most.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return true;
  }
}
