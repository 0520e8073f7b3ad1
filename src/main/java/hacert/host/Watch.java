package hacert.host;

import java.time.Duration;

/**
 * Watches work that waits for another side without a limit of its own, and ends it once nothing has
 * come for too long.
 */
final class Watch implements AutoCloseable {
  private final long limit;
  private final Runnable end;
  private final Thread thread;
  private volatile long last = System.nanoTime();

  /**
   * @param limit how long nothing may come
   * @param end what is done then, once, from another thread
   */
  Watch(Duration limit, Runnable end) {
    this.limit = limit.toNanos();
    this.end = end;
    this.thread = SystemCommands.daemon("watch", this::watch);
  }

  /** Something has come. */
  void seen() {
    last = System.nanoTime();
  }

  private void watch() {
    try {
      long left = limit;
      while (left > 0) {
        Thread.sleep(Duration.ofNanos(left).toMillis() + 1);
        left = limit - (System.nanoTime() - last);
      }
      end.run();
    } catch (InterruptedException e) {
      // The work is done.
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
