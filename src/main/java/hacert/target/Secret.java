package hacert.target;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes that must not be seen, as a password in UTF-8. Never part of a log, result, exception or
 * {@code toString}; wiped by {@link #close}.
 */
public final class Secret implements AutoCloseable {
  private final byte[] bytes;

  /** Takes the array over: the caller neither changes nor keeps it. */
  public Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy, which the caller wipes. */
  public byte[] copy() {
    return bytes.clone();
  }

  /** The bytes as UTF-8 text, in an array which the caller wipes. */
  public char[] chars() {
    CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
    char[] chars = new char[decoded.remaining()];
    decoded.get(chars);
    Arrays.fill(decoded.array(), '\0');
    return chars;
  }

  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "secret";
  }
}
