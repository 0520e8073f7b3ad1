package hacert.rotation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The real time, shifted; it can play the power failure that comes before or after a step. */
final class TestClock extends Clock {
  /** What stands for {@code kill -9}: nothing catches it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  private Duration shift = Duration.ZERO;
  private int left = Integer.MAX_VALUE;

  void advance(Duration by) {
    shift = shift.plus(by);
  }

  /** The call is killed when the journal's clock is looked at for the {@code n}th time. */
  void killAt(int n) {
    left = n;
  }

  /** Nobody is killed any more. */
  void spare() {
    left = Integer.MAX_VALUE;
  }

  @Override
  public Instant instant() {
    boolean journaling =
        StackWalker.getInstance()
            .walk(s -> s.skip(1).findFirst())
            .filter(f -> f.getClassName().equals(Steps.class.getName()))
            .isPresent();
    if (journaling && --left == 0) {
      throw new Killed();
    }
    return Instant.now().plus(shift);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
