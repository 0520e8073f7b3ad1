package hacert.host;

import java.time.Duration;

/** The time between two looks at something that is waited for. */
public final class Pause {
  private Pause() {}

  /**
   * Lets it pass.
   *
   * @param what what is waited for
   * @throws IllegalStateException if this thread is told to stop meanwhile, which nobody does
   */
  public static void of(Duration time, String what) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + what, e);
    }
  }
}
