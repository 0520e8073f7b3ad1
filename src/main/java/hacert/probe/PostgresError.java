package hacert.probe;

import java.nio.charset.StandardCharsets;

/**
 * The error that a PostgreSQL server may send in place of a handshake: protocol 3.0 with typed
 * fields (PostgreSQL manual, "Message Formats", ErrorResponse), or the plain text of protocol 2.0.
 * It came without protection, so it is quoted and never believed.
 */
final class PostgresError {
  private static final int LONGEST = 300;
  private static final int HEAD = 5;

  private PostgresError() {}

  /**
   * Whether more bytes are needed.
   *
   * @param bytes what has come, beginning with {@code E}
   */
  static boolean whole(byte[] bytes, int length, int most) {
    if (length < HEAD) {
      return false;
    }
    if (typed(bytes)) {
      return length >= Math.min(1 + length(bytes), most);
    }
    return length >= most || bytes[length - 1] == 0;
  }

  /** Text of protocol 2.0 begins with a letter where protocol 3.0 has a length's high byte. */
  private static boolean typed(byte[] bytes) {
    return bytes[1] == 0;
  }

  private static int length(byte[] bytes) {
    return (bytes[1] & 0xff) << 24
        | (bytes[2] & 0xff) << 16
        | (bytes[3] & 0xff) << 8
        | bytes[4] & 0xff;
  }

  /** What it says, for people. */
  static String text(byte[] bytes, int length) {
    if (length < HEAD || !typed(bytes)) {
      return clean(bytes, Math.min(1, length), length);
    }
    int at = HEAD;
    while (at < length && bytes[at] != 0) {
      int end = at + 1;
      while (end < length && bytes[end] != 0) {
        end++;
      }
      if (bytes[at] == 'M') {
        return clean(bytes, at + 1, end);
      }
      at = end + 1;
    }
    return "";
  }

  private static String clean(byte[] bytes, int from, int to) {
    String text =
        new String(bytes, from, to - from, StandardCharsets.UTF_8)
            .replaceAll("\\p{Cntrl}+", " ")
            .strip();
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
