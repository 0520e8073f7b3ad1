package hacert.cli;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Secrets as characters, with no copy left behind. */
final class Utf8 {
  private Utf8() {}

  /**
   * Decodes strictly: a replaced character would make another password.
   *
   * @throws UsageProblem if it is not UTF-8
   */
  static char[] chars(byte[] bytes, int length) {
    try {
      CharBuffer buffer =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
      char[] chars = Arrays.copyOfRange(buffer.array(), 0, buffer.limit());
      Arrays.fill(buffer.array(), '\0');
      return chars;
    } catch (CharacterCodingException e) {
      throw new UsageProblem("the password on standard input is not UTF-8");
    }
  }
}
