package hacert.x509;

import java.io.IOException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
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
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/**
 * Writes private keys as PEM text, always encrypted, in a {@link KeyForm}. {@link PemKeys} reads
 * them.
 */
public final class PemKeyWriter {
  /** A derivation takes about 0.1 s, each time that a vendor's script opens the key. */
  private static final int ITERATIONS = 100_000;

  private PemKeyWriter() {}

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
      return Pem.write(PemKeys.ENCRYPTED_LABEL, Map.of(), whole.getEncoded(ASN1Encoding.DER));
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
      return Pem.write(rsa ? PemKeys.RSA_LABEL : PemKeys.EC_LABEL, headers, encrypted);
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
