package hacert.x509;

/**
 * Looks over BER (X.690) before a real parser does, as {@link Der} does for certificates and keys:
 * some tools write PKCS#7 and PKCS#12 with indefinite lengths, which DER does not have.
 */
final class Ber {
  /** Deeper than any container is. */
  private static final int DEEPEST = 32;

  private Ber() {}

  /** Whether it is one value, complete, with nothing after it, and not too deep to be parsed. */
  static boolean whole(byte[] ber) {
    return end(ber, 0, ber.length, 0) == ber.length;
  }

  /** Where the value at {@code at} ends; -1 if it cannot be parsed. */
  private static int end(byte[] ber, int at, int to, int depth) {
    if (depth > DEEPEST || to - at < 2 || (ber[at] & 0x1f) == 0x1f) {
      return -1;
    }
    boolean constructed = (ber[at] & 0x20) != 0;
    int first = ber[at + 1] & 0xff;
    if (first == 0x80) {
      return constructed ? endOfContents(ber, at + 2, to, depth) : -1;
    }
    int content = at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    if (first > 0x84 || content > to) {
      return -1;
    }
    long length = first < 0x80 ? first : 0;
    for (int i = at + 2; i < content; i++) {
      length = length << 8 | ber[i] & 0xff;
    }
    if (length > to - content) {
      return -1;
    }
    int end = content + (int) length;
    int next = content;
    while (constructed && next >= 0 && next < end) {
      next = end(ber, next, end, depth + 1);
    }
    return !constructed || next == end ? end : -1;
  }

  /** Of an indefinite length: behind the two zero octets that end it. */
  private static int endOfContents(byte[] ber, int from, int to, int depth) {
    int next = from;
    while (next >= 0 && to - next >= 2 && (ber[next] != 0 || ber[next + 1] != 0)) {
      next = end(ber, next, to, depth + 1);
    }
    return next < 0 || to - next < 2 ? -1 : next + 2;
  }
}
