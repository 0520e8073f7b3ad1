package hacert.opengauss;

import java.time.Duration;
import java.time.Instant;

/** When something that was just handed over ends too early. */
final class Expiry {
  private static final Duration SOON = Duration.ofDays(30);

  private Expiry() {}

  /** Whether less than 30 days are left, and less than a third of the whole validity. */
  static boolean soon(Instant begin, Instant end, Instant now) {
    Duration left = Duration.between(now, end);
    return left.compareTo(SOON) < 0
        && left.compareTo(Duration.between(begin, end).dividedBy(3)) < 0;
  }
}
