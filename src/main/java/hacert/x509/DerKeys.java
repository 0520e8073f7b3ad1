package hacert.x509;

import java.io.IOException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCS12PBEParams;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * Private keys for Java programs: encrypted PKCS#8 (RFC 5958) in DER. {@link Keyring} reads them.
 */
public final class DerKeys {
  /** What openssl writes by default. */
  private static final int ITERATIONS = 2048;

  private DerKeys() {}

  /**
   * Writes a key, encrypted with three-key triple DES by PKCS#12's scheme (RFC 7292, appendix C).
   * It is the strongest that {@link javax.crypto.EncryptedPrivateKeyInfo} opens in every Java: of
   * PBES2 some versions do not tell the cipher's name, and drivers of databases ask for that name.
   *
   * @param key RSA, or EC on P-256, P-384 or P-521
   * @param password not empty; Java opens it only if all of it is printable ASCII
   * @return DER of an EncryptedPrivateKeyInfo
   */
  public static byte[] write(PrivateKey key, char[] password, SecureRandom random) {
    byte[] salt = new byte[8];
    random.nextBytes(salt);
    try {
      byte[] plain = PemKeyWriter.info(key).getEncoded(ASN1Encoding.DER);
      try {
        return new EncryptedPrivateKeyInfo(
                new AlgorithmIdentifier(
                    PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC,
                    new PKCS12PBEParams(salt, ITERATIONS)),
                PasswordCipher.pkcs12Des3(salt, ITERATIONS).encrypt(plain, password))
            .getEncoded(ASN1Encoding.DER);
      } finally {
        Arrays.fill(plain, (byte) 0);
      }
    } catch (IOException e) {
      throw new IllegalStateException("this key has no ASN.1 form", e);
    }
  }
}
