package hacert.host;

/** Keeps the beginning and the end of a text and counts what it leaves out between them. */
final class BoundedText implements CharSink {
  private final int headLimit;
  private final int tailLimit;
  private final StringBuilder head = new StringBuilder();
  private char[] tail = new char[0];
  private long tailCount;

  BoundedText(int limit) {
    headLimit = limit - limit / 2;
    tailLimit = limit / 2;
  }

  @Override
  public synchronized void accept(char c) {
    if (head.length() < headLimit) {
      head.append(c);
      return;
    }
    if (tail.length == 0) {
      tail = new char[tailLimit];
    }
    tail[(int) (tailCount % tailLimit)] = c;
    tailCount++;
  }

  synchronized boolean truncated() {
    return tailCount > tailLimit;
  }

  synchronized String text() {
    if (!truncated()) {
      return head + new String(tail, 0, (int) tailCount);
    }
    int start = (int) (tailCount % tailLimit);
    return head
        + ("\n[" + (tailCount - tailLimit) + " characters left out]\n")
        + new String(tail, start, tailLimit - start)
        + new String(tail, 0, start);
  }
}
