package hacert.x509;

/**
 * Looks over DER (X.690) before a real parser does. Parsers of ASN.1 recurse; what comes from
 * outside must not be able to exhaust their stack, nor be taken for whole when its end is missing.
 */
final class Der {
  /** Deeper than any certificate or key is. */
  private static final int DEEPEST = 32;

  /** What a look at it says. */
  enum Verdict {
    /** One value, complete, with nothing after it. */
    WHOLE,
    /** It ends before its outermost length says so. */
    TRUNCATED,
    /** Not one DER value: bad lengths, indefinite lengths, too deep, or something after it. */
    BROKEN
  }

  private Der() {}

  static Verdict look(byte[] der) {
    if (der.length < 2) {
      return Verdict.TRUNCATED;
    }
    long end = end(der, 0, Integer.MAX_VALUE);
    if (end > der.length) {
      return Verdict.TRUNCATED;
    }
    return end == der.length && walk(der, 0, der.length, 0) ? Verdict.WHOLE : Verdict.BROKEN;
  }

  private static boolean walk(byte[] der, int from, int to, int depth) {
    if (depth > DEEPEST) {
      return false;
    }
    int at = from;
    while (at < to) {
      long end = end(der, at, to);
      if (end < 0 || end > to) {
        return false;
      }
      boolean constructed = (der[at] & 0x20) != 0;
      if (constructed && !walk(der, content(der, at), (int) end, depth + 1)) {
        return false;
      }
      at = (int) end;
    }
    return true;
  }

  /** Where the value at {@code at} ends, which may lie past {@code to}; -1 if it cannot be. */
  private static long end(byte[] der, int at, int to) {
    if (at + 1 >= Math.min(to, der.length) || (der[at] & 0x1f) == 0x1f) {
      return -1;
    }
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return at + 2L + first;
    }
    int octets = first & 0x7f;
    if (octets == 0 || octets > 4) {
      return -1;
    }
    long length = 0;
    for (int i = 0; i < octets; i++) {
      if (at + 2 + i >= der.length) {
        return Long.MAX_VALUE;
      }
      length = length << 8 | der[at + 2 + i] & 0xff;
    }
    return at + 2L + octets + length;
  }

  private static int content(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }
}
