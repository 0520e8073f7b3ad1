package hacert.x509;

import java.nio.charset.CharacterCodingException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.PKCS12ParametersGenerator;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * How a key is made of a password: openssl's {@code EVP_BytesToKey}, PBKDF1 and PBKDF2 (RFC 8018),
 * scrypt (RFC 7914) and PKCS#12's (RFC 7292, appendix B). Costs are bounded by the caller.
 */
final class PasswordDerivations {
  private PasswordDerivations() {}

  /** openssl's derivation with MD5, one round; its salt is the vector's first eight bytes. */
  static byte[] bytesToKey(char[] password, byte[] iv, int octets)
      throws GeneralSecurityException, CharacterCodingException {
    byte[] secret = Passwords.utf8(password);
    MessageDigest md5 = MessageDigest.getInstance("MD5");
    byte[] key = new byte[octets];
    byte[] last = new byte[0];
    try {
      for (int at = 0; at < octets; at += last.length) {
        md5.update(last);
        md5.update(secret);
        md5.update(iv, 0, 8);
        last = md5.digest();
        System.arraycopy(last, 0, key, at, Math.min(last.length, octets - at));
      }
      return key;
    } finally {
      Arrays.fill(secret, (byte) 0);
      Arrays.fill(last, (byte) 0);
    }
  }

  /** The hash of password and salt, hashed again (RFC 8018, 5.1). */
  static byte[] pbkdf1(char[] password, byte[] salt, int iterations, String digest, int octets)
      throws GeneralSecurityException, CharacterCodingException {
    byte[] secret = Passwords.utf8(password);
    try {
      MessageDigest hash = MessageDigest.getInstance(digest);
      hash.update(secret);
      byte[] last = hash.digest(salt);
      for (int i = 1; i < iterations; i++) {
        last = hash.digest(last);
      }
      return Arrays.copyOf(last, octets);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  static byte[] pbkdf2(char[] password, byte[] salt, int iterations, Prf prf, int octets)
      throws CharacterCodingException {
    byte[] secret = Passwords.utf8(password);
    try {
      PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(prf.digest());
      generator.init(secret, salt, iterations);
      return ((KeyParameter) generator.generateDerivedParameters(octets * 8)).getKey();
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  static byte[] scrypt(char[] password, byte[] salt, int n, int r, int p, int octets)
      throws CharacterCodingException {
    byte[] secret = Passwords.utf8(password);
    try {
      return SCrypt.generate(secret, salt, n, r, p, octets);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** The pseudo-random functions of PBKDF2 (RFC 8018, B.1). */
  enum Prf {
    SHA1("HMAC-SHA1", PKCSObjectIdentifiers.id_hmacWithSHA1) {
      @Override
      Digest digest() {
        return new SHA1Digest();
      }
    },
    SHA224("HMAC-SHA224", PKCSObjectIdentifiers.id_hmacWithSHA224) {
      @Override
      Digest digest() {
        return new SHA224Digest();
      }
    },
    SHA256("HMAC-SHA256", PKCSObjectIdentifiers.id_hmacWithSHA256) {
      @Override
      Digest digest() {
        return new SHA256Digest();
      }
    },
    SHA384("HMAC-SHA384", PKCSObjectIdentifiers.id_hmacWithSHA384) {
      @Override
      Digest digest() {
        return new SHA384Digest();
      }
    },
    SHA512("HMAC-SHA512", PKCSObjectIdentifiers.id_hmacWithSHA512) {
      @Override
      Digest digest() {
        return new SHA512Digest();
      }
    };

    /** For people, such as {@code HMAC-SHA256}. */
    final String text;

    private final ASN1ObjectIdentifier oid;

    Prf(String text, ASN1ObjectIdentifier oid) {
      this.text = text;
      this.oid = oid;
    }

    abstract Digest digest();

    static Prf of(AlgorithmIdentifier algorithm) throws UnreadableKeyException {
      for (Prf prf : values()) {
        if (prf.oid.equals(algorithm.getAlgorithm())) {
          return prf;
        }
      }
      throw PasswordCipher.unsupported("PBKDF2 with function " + algorithm.getAlgorithm());
    }
  }

  /** UTF-16 with two zero octets at its end, an empty password too (RFC 7292, B.1). */
  static byte[] bmp(char[] password) {
    byte[] bytes = new byte[2 * password.length + 2];
    for (int i = 0; i < password.length; i++) {
      bytes[2 * i] = (byte) (password[i] >> 8);
      bytes[2 * i + 1] = (byte) password[i];
    }
    return bytes;
  }

  /** A key, and after it an initialisation vector (RFC 7292, appendix B), with SHA-1. */
  static byte[] pkcs12(char[] password, byte[] salt, int iterations, int keyOctets, int ivOctets) {
    byte[] secret = bmp(password);
    try {
      PKCS12ParametersGenerator generator = new PKCS12ParametersGenerator(new SHA1Digest());
      generator.init(secret, salt, iterations);
      ParametersWithIV both =
          (ParametersWithIV) generator.generateDerivedParameters(keyOctets * 8, ivOctets * 8);
      byte[] key = ((KeyParameter) both.getParameters()).getKey();
      byte[] derived = Arrays.copyOf(key, keyOctets + ivOctets);
      System.arraycopy(both.getIV(), 0, derived, keyOctets, ivOctets);
      Arrays.fill(key, (byte) 0);
      return derived;
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }
}
