package hacert.x509;

import hacert.x509.UnreadableKeyException.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Reads private keys in PEM files: {@code RSA PRIVATE KEY} (PKCS#1), {@code EC PRIVATE KEY} (SEC1),
 * both plain or encrypted by RFC 1421 headers, {@code PRIVATE KEY} and {@code ENCRYPTED PRIVATE
 * KEY} (PKCS#8; PBES2, PBES1 or PKCS#12 encryption). RSA up to 8192 bits, and EC on P-256, P-384,
 * P-521.
 *
 * <p>Passwords are used as their UTF-8 bytes, as openssl does. What is read is wiped after use as
 * far as the libraries let us; a key object itself cannot be.
 */
public final class PemKeys {
  /** A hostile key must not make a signature take minutes. */
  private static final int MOST_RSA_BITS = 8192;

  static final String RSA_LABEL = "RSA PRIVATE KEY";
  static final String EC_LABEL = "EC PRIVATE KEY";
  static final String PKCS8_LABEL = "PRIVATE KEY";
  static final String ENCRYPTED_LABEL = "ENCRYPTED PRIVATE KEY";

  private PemKeys() {}

  /**
   * What a key file is, as far as it can be told without its password.
   *
   * @param encrypted whether a password is needed
   * @param text for people, such as {@code RSA PRIVATE KEY, AES-256-CBC}
   * @param legacy whether openssl from version 3 opens it only with its legacy provider, which by
   *     default it does not load
   * @param cost what it takes to open it once, in iterations of PBKDF2, or in as much work; 0 where
   *     it is not encrypted
   * @param memory what scrypt takes for that, in bytes as openssl counts them; 0 without scrypt
   */
  public record Description(boolean encrypted, String text, boolean legacy, int cost, long memory) {
    /** One of which is not told how it is encrypted. */
    public Description(boolean encrypted, String text) {
      this(encrypted, text, false, 0, 0);
    }
  }

  /**
   * Describes the one private key in a file.
   *
   * @throws UnreadableKeyException if there is none, or more than one, or it cannot be told
   */
  public static Description describe(byte[] pem) throws UnreadableKeyException {
    Pem.Block block = only(pem);
    try {
      if (!isEncrypted(block)) {
        return new Description(false, block.label() + ", not encrypted");
      }
      PasswordCipher cipher =
          block.label().equals(ENCRYPTED_LABEL)
              ? PasswordCipher.of(encrypted(block).algorithm())
              : PasswordCipher.ofDekInfo(dekInfo(block.headers()));
      return new Description(
          true, block.label() + ", " + cipher, cipher.legacy(), cipher.cost(), cipher.memory());
    } finally {
      block.wipe();
    }
  }

  /** Whether the file holds a private key in any form, readable or not. */
  public static boolean present(byte[] pem) {
    try {
      return keys(pem) > 0;
    } catch (Pem.Malformed e) {
      return false;
    }
  }

  private static long keys(byte[] pem) throws Pem.Malformed {
    List<Pem.Block> blocks = Pem.blocks(pem);
    blocks.forEach(Pem.Block::wipe);
    return blocks.stream().filter(PemKeys::isKey).count();
  }

  /**
   * Reads the one private key in a file, encrypted or not. Other blocks are passed over.
   *
   * @param password empty: none; not used when the key is not encrypted
   * @throws UnreadableKeyException if there is none, or it cannot be read
   */
  public static PrivateKey read(byte[] pem, char[] password) throws UnreadableKeyException {
    return open(only(pem), password);
  }

  /** Reads the key in a block, and wipes the block. */
  static PrivateKey open(Pem.Block block, char[] password) throws UnreadableKeyException {
    try {
      return read(block, password);
    } catch (IOException | RuntimeException e) {
      // Libraries answer damage in many ways, and their messages may quote what they read.
      throw damaged();
    } finally {
      block.wipe();
    }
  }

  /**
   * Reads the one private key in a file, which has to be encrypted.
   *
   * @throws UnreadableKeyException as {@link #read}, and with {@link Reason#NOT_ENCRYPTED}
   */
  public static PrivateKey readEncrypted(byte[] pem, char[] password)
      throws UnreadableKeyException {
    Pem.Block block = only(pem);
    boolean encrypted = isEncrypted(block);
    block.wipe();
    if (!encrypted) {
      throw new UnreadableKeyException(
          Reason.NOT_ENCRYPTED, "the private key is not encrypted: who reads the file has the key");
    }
    return read(pem, password);
  }

  private static PrivateKey read(Pem.Block block, char[] password)
      throws UnreadableKeyException, IOException {
    if (!isEncrypted(block)) {
      return key(block.label(), whole(block.content()));
    }
    if (password.length == 0) {
      throw new UnreadableKeyException(
          Reason.PASSWORD_MISSING, "the private key is encrypted and no password was given");
    }
    boolean pkcs8 = block.label().equals(ENCRYPTED_LABEL);
    byte[] plain;
    if (pkcs8) {
      Encrypted encrypted = encrypted(block);
      plain = PasswordCipher.of(encrypted.algorithm()).decrypt(encrypted.data(), password);
    } else {
      String dekInfo = dekInfo(block.headers());
      plain = PasswordCipher.ofDekInfo(dekInfo).decrypt(block.content(), password);
    }
    try {
      if (Der.look(plain) != Der.Verdict.WHOLE) {
        throw PasswordCipher.wrongPassword();
      }
      return key(pkcs8 ? PKCS8_LABEL : block.label(), plain);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /** The parts of an EncryptedPrivateKeyInfo. */
  private record Encrypted(AlgorithmIdentifier algorithm, byte[] data) {}

  private static Encrypted encrypted(Pem.Block block) throws UnreadableKeyException {
    byte[] der = whole(block.content());
    try {
      EncryptedPrivateKeyInfo info = EncryptedPrivateKeyInfo.getInstance(der);
      return new Encrypted(info.getEncryptionAlgorithm(), info.getEncryptedData());
    } catch (RuntimeException e) {
      throw damaged();
    }
  }

  /** The one block with a private key. The caller wipes it. */
  static Pem.Block only(byte[] pem) throws UnreadableKeyException {
    List<Pem.Block> blocks;
    try {
      blocks = Pem.blocks(pem);
    } catch (Pem.Malformed e) {
      throw unreadable(e);
    }
    List<Pem.Block> keys = new ArrayList<>();
    for (Pem.Block block : blocks) {
      if (isKey(block)) {
        keys.add(block);
      } else {
        block.wipe();
      }
    }
    if (keys.size() == 1) {
      return keys.get(0);
    }
    keys.forEach(Pem.Block::wipe);
    throw keys.isEmpty()
        ? new UnreadableKeyException(Reason.NOT_A_KEY, "there is no PEM private key in it")
        : new UnreadableKeyException(
            Reason.SEVERAL_KEYS, "expected one private key, got " + keys.size());
  }

  static UnreadableKeyException unreadable(Pem.Malformed e) {
    return new UnreadableKeyException(
        switch (e.fault()) {
          case TOO_LONG -> Reason.TOO_LARGE;
          case TRUNCATED -> Reason.TRUNCATED;
          case DAMAGED -> Reason.DAMAGED;
        },
        e.getMessage());
  }

  static boolean isKey(Pem.Block block) {
    return block.label().endsWith("PRIVATE KEY");
  }

  static boolean isEncrypted(Pem.Block block) {
    return block.label().equals(ENCRYPTED_LABEL) || block.headers().containsKey("DEK-Info");
  }

  private static String dekInfo(Map<String, String> headers) {
    return headers.getOrDefault("DEK-Info", "");
  }

  /** The name of the cipher in the headers of a block; empty where there is none. */
  static String cipher(Map<String, String> headers) {
    return dekInfo(headers).split(",", 2)[0].trim().toUpperCase(Locale.ROOT);
  }

  private static byte[] whole(byte[] der) throws UnreadableKeyException {
    return switch (Der.look(der)) {
      case WHOLE -> der;
      case TRUNCATED ->
          throw new UnreadableKeyException(
              Reason.TRUNCATED, "the private key ends before its own length says so");
      case BROKEN -> throw damaged();
    };
  }

  private static UnreadableKeyException damaged() {
    return new UnreadableKeyException(
        Reason.DAMAGED, "the private key is damaged: it is not what its BEGIN line says");
  }

  private static UnreadableKeyException unsupported(String what) {
    return new UnreadableKeyException(
        Reason.UNSUPPORTED, what + " are not supported, expected RSA, or EC on P-256 or P-384");
  }

  private static PrivateKey key(String label, byte[] der)
      throws UnreadableKeyException, IOException {
    return switch (label) {
      case RSA_LABEL ->
          key(
              new PrivateKeyInfo(
                  new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                  org.bouncycastle.asn1.pkcs.RSAPrivateKey.getInstance(der)));
      case EC_LABEL -> {
        var sec1 = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(der);
        if (sec1.getParametersObject() == null) {
          throw damaged();
        }
        yield key(
            new PrivateKeyInfo(
                new AlgorithmIdentifier(
                    X9ObjectIdentifiers.id_ecPublicKey, sec1.getParametersObject()),
                sec1));
      }
      case PKCS8_LABEL -> key(PrivateKeyInfo.getInstance(der));
      default -> throw unsupported("keys with the label " + printable(label));
    };
  }

  private static PrivateKey key(PrivateKeyInfo info) throws UnreadableKeyException, IOException {
    whole(info.getPrivateKey().getOctets());
    ASN1ObjectIdentifier algorithm = info.getPrivateKeyAlgorithm().getAlgorithm();
    byte[] pkcs8 = info.getEncoded(ASN1Encoding.DER);
    try {
      if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
        return rsa(info, pkcs8);
      }
      if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
        return ec(info, pkcs8);
      }
      throw unsupported("keys of the algorithm " + algorithm);
    } catch (GeneralSecurityException e) {
      throw damaged();
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  private static PrivateKey rsa(PrivateKeyInfo info, byte[] pkcs8)
      throws UnreadableKeyException, IOException, GeneralSecurityException {
    var numbers = org.bouncycastle.asn1.pkcs.RSAPrivateKey.getInstance(info.parsePrivateKey());
    // Its other numbers are no longer than the modulus, in a key that works.
    int bits =
        Stream.of(
                numbers.getModulus(),
                numbers.getPublicExponent(),
                numbers.getPrivateExponent(),
                numbers.getPrime1(),
                numbers.getPrime2(),
                numbers.getExponent1(),
                numbers.getExponent2(),
                numbers.getCoefficient())
            .mapToInt(BigInteger::bitLength)
            .max()
            .orElseThrow();
    if (bits > MOST_RSA_BITS) {
      throw unsupported("RSA keys of more than " + MOST_RSA_BITS + " bits");
    }
    return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  private static PrivateKey ec(PrivateKeyInfo info, byte[] pkcs8)
      throws UnreadableKeyException, GeneralSecurityException {
    if (!(info.getPrivateKeyAlgorithm().getParameters() instanceof ASN1ObjectIdentifier curve)
        || !List.of(
                SECObjectIdentifiers.secp256r1,
                SECObjectIdentifiers.secp384r1,
                SECObjectIdentifiers.secp521r1)
            .contains(curve)) {
      throw unsupported("EC keys on this curve, or with the curve's numbers written out,");
    }
    KeyFactory factory = KeyFactory.getInstance("EC");
    ECPrivateKey key = (ECPrivateKey) factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    if (key.getS().signum() <= 0 || key.getS().compareTo(key.getParams().getOrder()) >= 0) {
      throw damaged();
    }
    // The JDK compares keys by their encodings: with or without a public key in it, equal is equal.
    return factory.generatePrivate(new ECPrivateKeySpec(key.getS(), key.getParams()));
  }

  private static String printable(String label) {
    String safe = label.replaceAll("[^A-Za-z0-9 ]", "?");
    return safe.substring(0, Math.min(safe.length(), 40));
  }
}
