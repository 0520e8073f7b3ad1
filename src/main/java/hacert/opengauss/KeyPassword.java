package hacert.opengauss;

import hacert.host.HostException;
import hacert.result.Finding;
import hacert.target.Secret;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The password of a private key as the server keeps it, in the two files {@code PREFIX.key.cipher}
 * and {@code PREFIX.key.rand}. Whoever has both has the password: they hide it, and protect
 * nothing.
 *
 * <p>Format, the same in every version; numbers are little-endian, bytes that are not named are
 * unused, may hold anything in files of others and are zero in ours:
 *
 * <pre>
 * cipher, 56 bytes: 0 one AES block, 17 salt (16), 34 initialisation vector (16), 52 CRC of 0..51
 * rand, 24 bytes:   0 work key (16), 20 CRC of 0..19
 * </pre>
 *
 * The block is AES-128-CBC of the password and the padding of ISO/IEC 7816-4; its key is
 * PBKDF2-HMAC-SHA256 of the work key as it is, with the salt and 10,000 rounds. (The JDK's own
 * PBKDF2 takes characters, which raw bytes are not.) The CRC has the reflected polynomial of
 * CRC-32, but is driven from the other end: "123456789" gives C40ED0B0.
 *
 * @param cipher content of {@code PREFIX.key.cipher}
 * @param rand content of {@code PREFIX.key.rand}
 */
public record KeyPassword(byte[] cipher, byte[] rand) implements AutoCloseable {
  /** Bytes of {@code PREFIX.key.cipher}. */
  public static final int CIPHER_BYTES = 56;

  /** Bytes of {@code PREFIX.key.rand}. */
  public static final int RAND_BYTES = 24;

  private static final int BLOCK = 16;
  private static final int SALT = 17;
  private static final int VECTOR = 34;
  private static final int CRC_BYTES = 4;
  private static final int ROUNDS = 10_000;
  private static final byte PADDING = (byte) 0x80;
  private static final String SAME_RUN =
      "Copy both files again from where they were made, or make both anew from the password.";

  /**
   * Encrypts a password.
   *
   * @throws IllegalArgumentException if {@link KeyPasswordRule} finds something
   */
  public static KeyPassword encrypt(Secret password, SecureRandom random) {
    return encrypt(password, bytes(random), bytes(random), bytes(random), KeyPassword::derive);
  }

  private static byte[] bytes(SecureRandom random) {
    byte[] bytes = new byte[BLOCK];
    random.nextBytes(bytes);
    return bytes;
  }

  /**
   * The same with the random parts given, 16 bytes each.
   *
   * @param derivation makes the AES key of work key and salt
   */
  static KeyPassword encrypt(
      Secret password,
      byte[] workKey,
      byte[] salt,
      byte[] vector,
      BinaryOperator<byte[]> derivation) {
    List<Finding> breaches = KeyPasswordRule.check(password);
    if (!breaches.isEmpty()) {
      throw new IllegalArgumentException(breaches.get(0).message());
    }
    byte[] text = password.copy();
    byte[] padded = Arrays.copyOf(text, BLOCK);
    padded[text.length] = PADDING;
    try {
      byte[] block = aes(Cipher.ENCRYPT_MODE, derivation.apply(workKey, salt), vector, padded);
      byte[] cipher = new byte[CIPHER_BYTES];
      System.arraycopy(block, 0, cipher, 0, BLOCK);
      System.arraycopy(salt, 0, cipher, SALT, BLOCK);
      System.arraycopy(vector, 0, cipher, VECTOR, BLOCK);
      return new KeyPassword(withCrc(cipher), withCrc(Arrays.copyOf(workKey, RAND_BYTES)));
    } finally {
      Arrays.fill(text, (byte) 0);
      Arrays.fill(padded, (byte) 0);
    }
  }

  /**
   * Decrypts a password, strictly.
   *
   * @return the password, which the caller closes
   * @throws HostException {@code KEY_CIPHER_LENGTH}, {@code KEY_RAND_LENGTH}, {@code
   *     KEY_CIPHER_DAMAGED}, {@code KEY_RAND_DAMAGED}: that file; {@code KEY_PASSWORD_FILES_APART}:
   *     each is whole, but they are not of one run; or the code of a breach of {@link
   *     KeyPasswordRule}
   */
  public static Secret decrypt(byte[] cipher, byte[] rand) throws HostException {
    return decrypt(cipher, rand, KeyPassword::derive);
  }

  static Secret decrypt(byte[] cipher, byte[] rand, BinaryOperator<byte[]> derivation)
      throws HostException {
    whole(cipher, CIPHER_BYTES, "cipher", "KEY_CIPHER_LENGTH", "KEY_CIPHER_DAMAGED");
    whole(rand, RAND_BYTES, "rand", "KEY_RAND_LENGTH", "KEY_RAND_DAMAGED");
    byte[] workKey = Arrays.copyOf(rand, BLOCK);
    byte[] key = derivation.apply(workKey, Arrays.copyOfRange(cipher, SALT, SALT + BLOCK));
    Arrays.fill(workKey, (byte) 0);
    byte[] padded =
        aes(
            Cipher.DECRYPT_MODE,
            key,
            Arrays.copyOfRange(cipher, VECTOR, VECTOR + BLOCK),
            Arrays.copyOf(cipher, BLOCK));
    try {
      int end = BLOCK - 1;
      while (end > 0 && padded[end] == 0) {
        end--;
      }
      if (padded[end] != PADDING) {
        throw new HostException(
            "KEY_PASSWORD_FILES_APART",
            "The .cipher and the .rand file are each whole, but do not belong together: they come"
                + " from different runs.",
            SAME_RUN);
      }
      return checked(new Secret(Arrays.copyOf(padded, end)));
    } finally {
      Arrays.fill(padded, (byte) 0);
    }
  }

  private static Secret checked(Secret password) throws HostException {
    List<Finding> breaches = KeyPasswordRule.check(password);
    if (breaches.isEmpty()) {
      return password;
    }
    password.close();
    Finding first = breaches.get(0);
    throw new HostException(
        first.code(), "In the .cipher and .rand files: " + first.message(), first.remedy());
  }

  private static void whole(
      byte[] file, int length, String extension, String lengthCode, String damageCode)
      throws HostException {
    if (file.length != length) {
      throw new HostException(
          lengthCode,
          "Expected %d bytes in the .%s file, got %d.".formatted(length, extension, file.length),
          SAME_RUN);
    }
    int seen = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(length - CRC_BYTES);
    int expected = crc(file, length - CRC_BYTES);
    if (seen != expected) {
      throw new HostException(
          damageCode,
          "The .%s file is damaged: its checksum is %08x, and its content gives %08x."
              .formatted(extension, seen, expected),
          SAME_RUN);
    }
  }

  private static byte[] withCrc(byte[] file) {
    int at = file.length - CRC_BYTES;
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at, crc(file, at));
    return file;
  }

  /** The checksum over the first bytes. */
  static int crc(byte[] bytes, int length) {
    int crc = -1;
    for (int i = 0; i < length; i++) {
      int entry = ((crc >>> 24) ^ bytes[i]) & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        entry = (entry >>> 1) ^ ((entry & 1) == 0 ? 0 : 0xedb88320);
      }
      crc = entry ^ (crc << 8);
    }
    return ~crc;
  }

  /** PBKDF2 (RFC 8018) for one block of HMAC-SHA256, of which the first half is the key. */
  static byte[] derive(byte[] workKey, byte[] salt) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(workKey, "HmacSHA256"));
      mac.update(salt);
      byte[] round = mac.doFinal(new byte[] {0, 0, 0, 1});
      byte[] sum = round.clone();
      for (int i = 1; i < ROUNDS; i++) {
        mac.update(round);
        mac.doFinal(round, 0);
        for (int b = 0; b < sum.length; b++) {
          sum[b] ^= round[b];
        }
      }
      byte[] key = Arrays.copyOf(sum, BLOCK);
      Arrays.fill(round, (byte) 0);
      Arrays.fill(sum, (byte) 0);
      return key;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has HmacSHA256", e);
    }
  }

  /** Wipes the key. */
  private static byte[] aes(int mode, byte[] key, byte[] vector, byte[] block) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
      cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(vector));
      return cipher.doFinal(block);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has AES", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public void close() {
    Arrays.fill(cipher, (byte) 0);
    Arrays.fill(rand, (byte) 0);
  }

  /** Never the bytes: together they are the password. */
  @Override
  public String toString() {
    return "KeyPassword[" + cipher.length + " and " + rand.length + " bytes]";
  }
}
