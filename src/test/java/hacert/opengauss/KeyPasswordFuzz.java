package hacert.opengauss;

import hacert.fuzz.Properties;
import hacert.host.HostException;
import hacert.target.Secret;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The files {@code .cipher} and {@code .rand}, one after the other. The first byte says whether
 * their checksums are set right, which the fuzzer would not guess; the derivation is another, quick
 * one.
 */
public final class KeyPasswordFuzz {
  private KeyPasswordFuzz() {}

  /** A password that keeps the server's rules, or a refusal. */
  public static void fuzzerTestOneInput(byte[] input) {
    int end = Math.min(input.length, 1 + KeyPassword.CIPHER_BYTES);
    byte[] cipher = Arrays.copyOfRange(input, Math.min(1, input.length), end);
    byte[] rand = Arrays.copyOfRange(input, end, input.length);
    if (input.length > 0 && input[0] % 2 != 0) {
      mend(cipher);
      mend(rand);
    }
    try (Secret password = KeyPassword.decrypt(cipher, rand, (key, salt) -> key.clone())) {
      Properties.check(KeyPasswordRule.check(password).isEmpty(), "a password against the rules");
    } catch (HostException e) {
      Properties.plain(e.getMessage());
    }
  }

  private static void mend(byte[] file) {
    int at = file.length - Integer.BYTES;
    if (at >= 0) {
      ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at, KeyPassword.crc(file, at));
    }
  }
}
