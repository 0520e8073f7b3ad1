package hacert.x509;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Passwords as bytes: openssl takes whatever bytes the terminal sends, which is UTF-8 today. */
final class Passwords {
  private Passwords() {}

  /**
   * The UTF-8 form, to be wiped by the caller.
   *
   * @throws CharacterCodingException if it holds half of a surrogate pair, which has no such form
   */
  static byte[] utf8(char[] password) throws CharacterCodingException {
    ByteBuffer buffer =
        StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .encode(CharBuffer.wrap(password));
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    Arrays.fill(buffer.array(), (byte) 0);
    return bytes;
  }
}
