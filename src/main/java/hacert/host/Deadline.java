package hacert.host;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** When to give up waiting, told by ticks: a step of the clock brings it no nearer. */
public final class Deadline {
  private final InstantSource ticks;
  private final Instant end;

  private Deadline(InstantSource ticks, Instant end) {
    this.ticks = ticks;
    this.end = end;
  }

  /**
   * So long from now.
   *
   * @param ticks as {@link Ticks#system} tells them
   */
  public static Deadline in(Duration time, InstantSource ticks) {
    return new Deadline(ticks, ticks.instant().plus(time));
  }

  /** How long there is to it; negative once it is over. */
  public Duration left() {
    return Duration.between(ticks.instant(), end);
  }

  public boolean isOver() {
    return !ticks.instant().isBefore(end);
  }
}
