package hacert.x509;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;

/**
 * Tells a file that holds a private key from others, as far as it can be told without a password.
 */
public final class KeyFile {
  private static final int SEQUENCE = 0x30;
  private static final String LABEL = "PRIVATE KEY-----";

  private KeyFile() {}

  /**
   * What kind of key a file holds: PEM, PKCS#8 in DER, or a packed archive, which may hold any.
   *
   * @return empty if it holds none
   */
  public static Optional<PemKeys.Description> look(byte[] file) {
    if (packed(file)) {
      return Optional.of(new PemKeys.Description(false, "packed archive, which may hold keys"));
    }
    // One that is damaged is a key to be listed all the same.
    if (new String(file, StandardCharsets.ISO_8859_1).contains(LABEL)) {
      try {
        return Optional.of(PemKeys.describe(file));
      } catch (UnreadableKeyException e) {
        return Optional.of(new PemKeys.Description(false, "private key in an unknown form"));
      }
    }
    return file.length > 1 && file[0] == SEQUENCE ? der(file) : Optional.empty();
  }

  /** By the first bytes of gzip (RFC 1952) and ZIP. */
  private static boolean packed(byte[] file) {
    return file.length > 1
        && ((file[0] & 0xff) == 0x1f && (file[1] & 0xff) == 0x8b
            || file[0] == 'P' && file[1] == 'K');
  }

  private static Optional<PemKeys.Description> der(byte[] file) {
    try {
      EncryptedPrivateKeyInfo.getInstance(file);
      return Optional.of(new PemKeys.Description(true, "ENCRYPTED PRIVATE KEY, DER"));
    } catch (RuntimeException e) {
      // Libraries answer what is something else in many ways.
      return plain(file);
    }
  }

  private static Optional<PemKeys.Description> plain(byte[] file) {
    try {
      PrivateKeyInfo.getInstance(file);
      return Optional.of(new PemKeys.Description(false, "PRIVATE KEY, DER, not encrypted"));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }
}
