package hacert.x509;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;

/**
 * Tells a file that holds a private key from others, as far as it can be told without a password.
 */
public final class KeyFile {
  private static final int SEQUENCE = 0x30;
  private static final String LABEL = "PRIVATE KEY-----";
  private static final Set<String> KEYSTORES = Set.of("feedfeed", "cececece");
  private static final int KEYSTORE_LENGTH = 4;

  /** Version, modulus, two exponents, two primes, and what is reckoned from them: RFC 8017. */
  private static final int RSA_PARTS = 9;

  private KeyFile() {}

  /**
   * What kind of key a file holds: PEM, DER, or an archive or keystore, which may hold any.
   *
   * @return empty if it holds none
   */
  public static Optional<PemKeys.Description> look(byte[] file) {
    if (packed(file)) {
      return described(false, "packed archive, which may hold keys");
    }
    if (keystore(file)) {
      return described(false, "Java keystore, which may hold keys");
    }
    // One that is damaged is a key to be listed all the same.
    if (new String(file, StandardCharsets.ISO_8859_1).contains(LABEL)) {
      try {
        return Optional.of(PemKeys.describe(file));
      } catch (UnreadableKeyException e) {
        return described(false, "private key in an unknown form");
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

  /** By the first bytes of Java's keystores of the types JKS and JCEKS. */
  private static boolean keystore(byte[] file) {
    return file.length > KEYSTORE_LENGTH
        && KEYSTORES.contains(HexFormat.of().formatHex(file, 0, KEYSTORE_LENGTH));
  }

  private static Optional<PemKeys.Description> der(byte[] file) {
    return Keyring.parsed(file)
        .filter(ASN1Sequence.class::isInstance)
        .map(ASN1Sequence.class::cast)
        .flatMap(KeyFile::described);
  }

  private static Optional<PemKeys.Description> described(ASN1Sequence value) {
    return switch (BinaryForm.of(value)) {
      case PKCS12 -> described(false, "PKCS#12 file, which may hold keys");
      case PKCS8 -> described(false, "PRIVATE KEY, DER, not encrypted");
      case ENCRYPTED_PKCS8 -> described(true, "ENCRYPTED PRIVATE KEY, DER");
      // A public key of this form, and a signature, are two numbers too.
      case RSA_KEY ->
          value.size() < RSA_PARTS
              ? Optional.empty()
              : described(false, "RSA PRIVATE KEY, DER, not encrypted");
      case EC_KEY ->
          value.getObjectAt(1) instanceof ASN1OctetString
              ? described(false, "EC PRIVATE KEY, DER, not encrypted")
              : Optional.empty();
      case PKCS7, CERTIFICATE -> Optional.empty();
    };
  }

  private static Optional<PemKeys.Description> described(boolean encrypted, String text) {
    return Optional.of(new PemKeys.Description(encrypted, text));
  }
}
