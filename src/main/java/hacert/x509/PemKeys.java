package hacert.x509;

import hacert.x509.UnreadableKeyException.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/**
 * Private keys in PEM files: {@code RSA PRIVATE KEY} (PKCS#1), {@code EC PRIVATE KEY} (SEC1), both
 * plain or encrypted by RFC 1421 headers, {@code PRIVATE KEY} and {@code ENCRYPTED PRIVATE KEY}
 * (PKCS#8; PBES2, PBES1 or PKCS#12 encryption). RSA up to 8192 bits, and EC on P-256, P-384, P-521.
 *
 * <p>Passwords are used as their UTF-8 bytes, as openssl does. What is read is wiped after use as
 * far as the libraries let us; a key object itself cannot be.
 */
public final class PemKeys {
  /** A derivation takes about 0.1 s, each time that a vendor's script opens the key. */
  private static final int ITERATIONS = 100_000;

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
   */
  public record Description(boolean encrypted, String text) {}

  /**
   * Describes the one private key in a file.
   *
   * @throws UnreadableKeyException if there is none, or more than one, or it cannot be told
   */
  public static Description describe(byte[] pem) throws UnreadableKeyException {
    Pem.Block block = only(pem);
    try {
      if (block.label().equals(ENCRYPTED_LABEL)) {
        return new Description(
            true, ENCRYPTED_LABEL + ", " + PasswordCipher.of(encrypted(block).algorithm()));
      }
      boolean encrypted = isEncrypted(block);
      return new Description(
          encrypted,
          encrypted
              ? block.label() + ", " + PasswordCipher.ofDekInfo(dekInfo(block.headers()))
              : block.label() + ", not encrypted");
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

  /**
   * Writes a key, encrypted.
   *
   * @param key RSA, or EC on P-256, P-384 or P-521
   * @param password not empty
   * @return the PEM text
   * @throws IllegalArgumentException if the password is empty or has no UTF-8 form, or the key is
   *     of another kind
   */
  public static byte[] write(PrivateKey key, KeyForm form, char[] password, SecureRandom random) {
    return write(key, form, ITERATIONS, password, random);
  }

  /**
   * Writes a key in the form {@link KeyForm#PKCS8_AES256}, for a program that opens it often and
   * whose password lies beside it, so that a slow derivation would cost and protect nothing.
   *
   * @param iterations of PBKDF2; openssl writes 2048
   */
  public static byte[] writePkcs8(
      PrivateKey key, int iterations, char[] password, SecureRandom random) {
    return write(key, KeyForm.PKCS8_AES256, iterations, password, random);
  }

  private static byte[] write(
      PrivateKey key, KeyForm form, int iterations, char[] password, SecureRandom random) {
    if (password.length == 0) {
      throw new IllegalArgumentException("a key is never written with an empty password");
    }
    try {
      return form == KeyForm.PKCS8_AES256
          ? pkcs8(info(key), iterations, password, random)
          : traditional(key, form, password, random);
    } catch (IOException e) {
      throw new IllegalStateException("this key has no ASN.1 form", e);
    }
  }

  private static byte[] pkcs8(
      PrivateKeyInfo info, int iterations, char[] password, SecureRandom random)
      throws IOException {
    byte[] salt = bytes(16, random);
    byte[] iv = bytes(16, random);
    byte[] plain = info.getEncoded(ASN1Encoding.DER);
    try {
      byte[] encrypted = PasswordCipher.pbes2Aes256(salt, iterations, iv).encrypt(plain, password);
      AlgorithmIdentifier prf =
          new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE);
      PBES2Parameters parameters =
          new PBES2Parameters(
              new KeyDerivationFunc(
                  PKCSObjectIdentifiers.id_PBKDF2, new PBKDF2Params(salt, iterations, prf)),
              new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv)));
      EncryptedPrivateKeyInfo whole =
          new EncryptedPrivateKeyInfo(
              new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters), encrypted);
      return Pem.write(ENCRYPTED_LABEL, Map.of(), whole.getEncoded(ASN1Encoding.DER));
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private static byte[] traditional(
      PrivateKey key, KeyForm form, char[] password, SecureRandom random) throws IOException {
    byte[] iv = bytes(PasswordCipher.ivOctets(form), random);
    boolean rsa = key instanceof RSAPrivateKey;
    ASN1Primitive inner = rsa ? info(key).parsePrivateKey().toASN1Primitive() : sec1(key, true);
    byte[] plain = inner.getEncoded(ASN1Encoding.DER);
    try {
      byte[] encrypted = PasswordCipher.traditional(form, iv).encrypt(plain, password);
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("Proc-Type", "4,ENCRYPTED");
      headers.put("DEK-Info", form.dekInfo() + "," + HexFormat.of().withUpperCase().formatHex(iv));
      return Pem.write(rsa ? RSA_LABEL : EC_LABEL, headers, encrypted);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private static byte[] bytes(int octets, SecureRandom random) {
    byte[] bytes = new byte[octets];
    random.nextBytes(bytes);
    return bytes;
  }

  static PrivateKeyInfo info(PrivateKey key) throws IOException {
    PrivateKeyInfo info = PrivateKeyInfo.getInstance(key.getEncoded());
    if (key instanceof RSAPrivateKey) {
      return info;
    }
    return new PrivateKeyInfo(info.getPrivateKeyAlgorithm(), sec1(key, false));
  }

  /**
   * The SEC1 form with its public key, which the JDK leaves out: old versions of openssl cannot use
   * a key without it.
   */
  private static ASN1Primitive sec1(PrivateKey key, boolean withCurve) {
    if (!(key instanceof ECPrivateKey ec)) {
      throw new IllegalArgumentException(
          "expected an RSA or EC key, got one of " + key.getAlgorithm());
    }
    ASN1ObjectIdentifier curve =
        ASN1ObjectIdentifier.getInstance(
            PrivateKeyInfo.getInstance(key.getEncoded()).getPrivateKeyAlgorithm().getParameters());
    X9ECParameters numbers = CustomNamedCurves.getByOID(curve);
    byte[] point =
        new FixedPointCombMultiplier().multiply(numbers.getG(), ec.getS()).getEncoded(false);
    return new org.bouncycastle.asn1.sec.ECPrivateKey(
            numbers.getN().bitLength(),
            ec.getS(),
            new DERBitString(point),
            withCurve ? curve : null)
        .toASN1Primitive();
  }
}
