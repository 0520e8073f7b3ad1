package hacert.x509;

import hacert.x509.UnreadableKeyException.Reason;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBEParameter;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCS12PBEParams;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * A cipher whose key comes from a password, as the head of an encrypted key describes it. The costs
 * that the head asks for are bounded before any work is done.
 *
 * <p>Sources: RFC 1421 and openssl's {@code EVP_BytesToKey} (DEK-Info), RFC 8018 (PBES1, PBES2),
 * RFC 7292 appendix B (PKCS#12), RFC 7914 (scrypt).
 */
final class PasswordCipher {
  /** About four seconds of work; openssl writes 2048, the most cautious advice is 600,000. */
  static final int MOST_ITERATIONS = 4_000_000;

  /** Memory of scrypt, 128 N r, in bytes: twice what openssl itself allows by default. */
  static final long MOST_SCRYPT_MEMORY = 64L << 20;

  private static final int MOST_SCRYPT_PARALLEL = 16;

  /** The first byte of an ASN.1 sequence, in DER and in BER. */
  private static final byte SEQUENCE = 0x30;

  /** Where the key, and for older schemes the initialisation vector after it, come from. */
  @FunctionalInterface
  private interface Derivation {
    byte[] derive(char[] password, int octets)
        throws GeneralSecurityException, CharacterCodingException;
  }

  private final BlockCipher block;
  private final byte[] iv;
  private final Derivation derivation;
  private final String description;
  private final int cost;
  private final long memory;

  /** {@code iv} is empty where the derivation gives it too. */
  private PasswordCipher(
      BlockCipher block, byte[] iv, Derivation derivation, String description, int cost) {
    this(block, iv, derivation, description, cost, 0);
  }

  private PasswordCipher(
      BlockCipher block,
      byte[] iv,
      Derivation derivation,
      String description,
      int cost,
      long memory) {
    this.memory = memory;
    this.block = block;
    this.iv = iv;
    this.derivation = derivation;
    this.description = description;
    this.cost = cost;
  }

  /** For people, such as {@code PBES2, AES-256-CBC, PBKDF2 HMAC-SHA256, 2048 iterations}. */
  @Override
  public String toString() {
    return description;
  }

  /**
   * Whether openssl from version 3 decrypts it only with its legacy provider, which by default it
   * does not load: single DES and RC2, in whatever scheme.
   */
  boolean legacy() {
    return block.legacy();
  }

  /** The memory that scrypt takes, in bytes, as openssl counts it; 0 of other derivations. */
  long memory() {
    return memory;
  }

  /** What it takes to derive the key once, in iterations, or in as much work. */
  int cost() {
    return cost;
  }

  /**
   * Decrypts a key or what else PKCS#12 encrypts. All of it is an ASN.1 sequence: one wrong
   * password in 256 leaves a padding that looks right, and of those hardly one a sequence.
   */
  byte[] decrypt(byte[] encrypted, char[] password) throws UnreadableKeyException {
    if (encrypted.length == 0 || encrypted.length % block.octets() != 0) {
      throw new UnreadableKeyException(
          Reason.TRUNCATED,
          "the encrypted part has "
              + encrypted.length
              + " bytes, expected whole blocks of "
              + block.octets());
    }
    byte[] plain;
    try {
      plain = run(Cipher.DECRYPT_MODE, encrypted, password);
    } catch (BadPaddingException | CharacterCodingException e) {
      throw wrongPassword();
    } catch (GeneralSecurityException e) {
      throw unsupported(description);
    }
    if (plain.length == 0 || plain[0] != SEQUENCE) {
      Arrays.fill(plain, (byte) 0);
      throw wrongPassword();
    }
    return plain;
  }

  byte[] encrypt(byte[] plain, char[] password) {
    try {
      return run(Cipher.ENCRYPT_MODE, plain, password);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the password holds half of a surrogate pair");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no " + block.text(), e);
    }
  }

  private byte[] run(int mode, byte[] input, char[] password)
      throws GeneralSecurityException, CharacterCodingException {
    int wanted = block.keyOctets() + (iv.length == 0 ? block.octets() : 0);
    byte[] derived = derivation.derive(password, wanted);
    byte[] key = block.key(derived);
    byte[] vector =
        iv.length > 0 ? iv : Arrays.copyOfRange(derived, block.keyOctets(), derived.length);
    try {
      Cipher cipher = Cipher.getInstance(block.algorithm() + "/CBC/PKCS5Padding");
      cipher.init(mode, new SecretKeySpec(key, block.algorithm()), new IvParameterSpec(vector));
      return cipher.doFinal(input);
    } finally {
      Arrays.fill(derived, (byte) 0);
      Arrays.fill(key, (byte) 0);
    }
  }

  static UnreadableKeyException wrongPassword() {
    return new UnreadableKeyException(
        Reason.WRONG_PASSWORD, "the password does not open the key, or the key is damaged");
  }

  static UnreadableKeyException unsupported(String what) {
    return new UnreadableKeyException(
        Reason.UNSUPPORTED, "encryption of this key is not supported: " + what);
  }

  private static UnreadableKeyException damaged(String what) {
    return new UnreadableKeyException(
        Reason.DAMAGED, "the head of the encrypted key is damaged: " + what);
  }

  /** What a DEK-Info header says, such as {@code AES-256-CBC,} and an initialisation vector. */
  static PasswordCipher ofDekInfo(String dekInfo) throws UnreadableKeyException {
    int comma = dekInfo.indexOf(',');
    String name = (comma < 0 ? dekInfo : dekInfo.substring(0, comma)).trim();
    for (BlockCipher block : BlockCipher.values()) {
      if (block.text().equals(name.toUpperCase(Locale.ROOT))) {
        return traditional(block, iv(dekInfo.substring(comma + 1).trim(), block));
      }
    }
    throw unsupported(printable(name));
  }

  private static byte[] iv(String hex, BlockCipher block) throws UnreadableKeyException {
    try {
      byte[] iv = HexFormat.of().parseHex(hex);
      if (iv.length == block.octets()) {
        return iv;
      }
    } catch (IllegalArgumentException e) {
      // Answered below.
    }
    throw damaged("DEK-Info has no initialisation vector of " + block.octets() + " bytes");
  }

  static PasswordCipher traditional(KeyForm form, byte[] iv) {
    for (BlockCipher block : BlockCipher.values()) {
      if (block.text().equals(form.dekInfo())) {
        return traditional(block, iv);
      }
    }
    throw new IllegalArgumentException(form + " is not a traditional form");
  }

  /** The length of the initialisation vector of a traditional form, in bytes. */
  static int ivOctets(KeyForm form) {
    return form == KeyForm.TRADITIONAL_DES3 ? 8 : 16;
  }

  private static PasswordCipher traditional(BlockCipher block, byte[] iv) {
    return new PasswordCipher(
        block,
        iv,
        (password, octets) -> PasswordDerivations.bytesToKey(password, iv, octets),
        block.text(),
        1);
  }

  /** What the algorithm of an EncryptedPrivateKeyInfo says. */
  static PasswordCipher of(AlgorithmIdentifier algorithm) throws UnreadableKeyException {
    try {
      ASN1ObjectIdentifier oid = algorithm.getAlgorithm();
      if (oid.equals(PKCSObjectIdentifiers.id_PBES2)) {
        return pbes2(PBES2Parameters.getInstance(algorithm.getParameters()));
      }
      if (oid.equals(PKCSObjectIdentifiers.pbeWithMD5AndDES_CBC)) {
        return pbes1("MD5", algorithm.getParameters());
      }
      if (oid.equals(PKCSObjectIdentifiers.pbeWithSHA1AndDES_CBC)) {
        return pbes1("SHA-1", algorithm.getParameters());
      }
      for (BlockCipher block : BlockCipher.values()) {
        if (oid.equals(block.pkcs12())) {
          return pkcs12(block, PKCS12PBEParams.getInstance(algorithm.getParameters()));
        }
      }
      throw unsupported(oid.getId());
    } catch (RuntimeException e) {
      throw damaged("its parameters");
    }
  }

  private static PasswordCipher pbes2(PBES2Parameters parameters) throws UnreadableKeyException {
    EncryptionScheme scheme = parameters.getEncryptionScheme();
    for (BlockCipher block : BlockCipher.values()) {
      if (scheme.getAlgorithm().equals(block.pbes2())) {
        byte[] iv = ASN1OctetString.getInstance(scheme.getParameters()).getOctets();
        if (iv.length != block.octets()) {
          throw damaged("an initialisation vector of " + iv.length + " bytes");
        }
        return pbes2(block, iv, parameters.getKeyDerivationFunc());
      }
    }
    throw unsupported("PBES2 with cipher " + scheme.getAlgorithm());
  }

  private static PasswordCipher pbes2(BlockCipher block, byte[] iv, KeyDerivationFunc function)
      throws UnreadableKeyException {
    String head = "PBES2, " + block.text() + ", ";
    if (function.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2)) {
      PBKDF2Params params = PBKDF2Params.getInstance(function.getParameters());
      int iterations = iterations(params.getIterationCount());
      keyLength(params.getKeyLength(), block);
      PasswordDerivations.Prf prf = PasswordDerivations.Prf.of(params.getPrf());
      return new PasswordCipher(
          block,
          iv,
          (password, octets) ->
              PasswordDerivations.pbkdf2(password, params.getSalt(), iterations, prf, octets),
          head + "PBKDF2 " + prf.text + ", " + iterations + " iterations",
          iterations);
    }
    if (function.getAlgorithm().equals(MiscObjectIdentifiers.id_scrypt)) {
      ScryptParams params = ScryptParams.getInstance(function.getParameters());
      int n = small(params.getCostParameter(), "N");
      int r = small(params.getBlockSize(), "r");
      int p = small(params.getParallelizationParameter(), "p");
      scryptBounds(n, r, p);
      keyLength(params.getKeyLength(), block);
      return new PasswordCipher(
          block,
          iv,
          (password, octets) ->
              PasswordDerivations.scrypt(password, params.getSalt(), n, r, p, octets),
          head + "scrypt N=" + n + " r=" + r + " p=" + p,
          (int) ((long) n * r * p / 2),
          128L * r * (n + 2L + p));
    }
    throw unsupported("PBES2 with key derivation " + function.getAlgorithm());
  }

  /** The count, where it is one that costs no more than is allowed. */
  static int iterations(BigInteger count) throws UnreadableKeyException {
    if (count.signum() <= 0) {
      throw damaged("an iteration count that is not positive");
    }
    if (count.bitLength() > 31 || count.intValue() > MOST_ITERATIONS) {
      throw unsupported("more than " + MOST_ITERATIONS + " iterations");
    }
    return count.intValue();
  }

  private static int small(BigInteger value, String name) throws UnreadableKeyException {
    if (value.signum() <= 0) {
      throw damaged("scrypt parameter " + name + " is not positive");
    }
    if (value.bitLength() > 31) {
      throw unsupported("scrypt parameter " + name + " is too large");
    }
    return value.intValue();
  }

  private static void scryptBounds(int n, int r, int p) throws UnreadableKeyException {
    if (n < 2 || Integer.bitCount(n) != 1 || r == 1 && n >= 1 << 16) {
      throw damaged("scrypt parameter N is not a power of two within its bounds");
    }
    if (r > MOST_SCRYPT_MEMORY / 128 / n || p > MOST_SCRYPT_PARALLEL) {
      throw unsupported(
          "scrypt that needs more than %d MiB, or p over %d"
              .formatted(MOST_SCRYPT_MEMORY >> 20, MOST_SCRYPT_PARALLEL));
    }
  }

  private static void keyLength(BigInteger length, BlockCipher block)
      throws UnreadableKeyException {
    if (length != null && !length.equals(BigInteger.valueOf(block.keyOctets()))) {
      throw damaged("a key length other than that of " + block.text());
    }
  }

  static PasswordCipher pbes2Aes256(byte[] salt, int iterations, byte[] iv) {
    return new PasswordCipher(
        BlockCipher.AES_256,
        iv,
        (password, octets) ->
            PasswordDerivations.pbkdf2(
                password, salt, iterations, PasswordDerivations.Prf.SHA256, octets),
        "PBES2",
        iterations);
  }

  private static PasswordCipher pbes1(String digest, ASN1Encodable parameters)
      throws UnreadableKeyException {
    PBEParameter params = PBEParameter.getInstance(parameters);
    int iterations = iterations(params.getIterationCount());
    return new PasswordCipher(
        BlockCipher.DES,
        new byte[0],
        (password, octets) ->
            PasswordDerivations.pbkdf1(password, params.getSalt(), iterations, digest, octets),
        "PBES1, DES-CBC, " + digest + ", " + iterations + " iterations",
        iterations);
  }

  private static PasswordCipher pkcs12(BlockCipher block, PKCS12PBEParams params)
      throws UnreadableKeyException {
    return pkcs12(block, params.getIV(), iterations(params.getIterations()));
  }

  static PasswordCipher pkcs12Des3(byte[] salt, int iterations) {
    return pkcs12(BlockCipher.DES3, salt, iterations);
  }

  private static PasswordCipher pkcs12(BlockCipher block, byte[] salt, int iterations) {
    return new PasswordCipher(
        block,
        new byte[0],
        (password, octets) ->
            PasswordDerivations.pkcs12(
                password, salt, iterations, block.keyOctets(), block.octets()),
        "PKCS#12 PBE, " + block.text() + ", SHA-1, " + iterations + " iterations",
        iterations);
  }

  private static String printable(String name) {
    String safe = name.replaceAll("[^A-Za-z0-9-]", "?");
    return safe.substring(0, Math.min(safe.length(), 40));
  }
}
