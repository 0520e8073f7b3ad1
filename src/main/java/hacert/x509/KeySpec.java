package hacert.x509;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The kinds of key that can be made. */
public enum KeySpec {
  /** RSA, 2048 bits, public exponent 65537. */
  RSA_2048("rsa-2048", "RSA", "SHA256withRSA", rsa(2048)),
  /** RSA, 3072 bits, public exponent 65537. */
  RSA_3072("rsa-3072", "RSA", "SHA256withRSA", rsa(3072)),
  /** RSA, 4096 bits, public exponent 65537. */
  RSA_4096("rsa-4096", "RSA", "SHA256withRSA", rsa(4096)),
  /** NIST curve P-256. */
  EC_P256("ec-p256", "EC", "SHA256withECDSA", new ECGenParameterSpec("secp256r1")),
  /** NIST curve P-384. */
  EC_P384("ec-p384", "EC", "SHA384withECDSA", new ECGenParameterSpec("secp384r1"));

  private final String text;
  private final String algorithm;
  private final String signature;
  private final AlgorithmParameterSpec parameters;

  KeySpec(String text, String algorithm, String signature, AlgorithmParameterSpec parameters) {
    this.text = text;
    this.algorithm = algorithm;
    this.signature = signature;
    this.parameters = parameters;
  }

  private static AlgorithmParameterSpec rsa(int bits) {
    return new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4);
  }

  /**
   * The kind that a setting names.
   *
   * @param text for example {@code rsa-3072}
   * @throws IllegalArgumentException if there is no such kind; the message lists those there are
   */
  public static KeySpec parse(String text) {
    for (KeySpec spec : values()) {
      if (spec.text.equals(text)) {
        return spec;
      }
    }
    throw new IllegalArgumentException(
        "unknown kind of key '" + text + "', expected one of " + allowed());
  }

  private static String allowed() {
    return Arrays.stream(values()).map(KeySpec::toString).collect(Collectors.joining(", "));
  }

  /** A new key pair, made by the JDK, which is faster at RSA than Bouncy Castle. */
  public KeyPair generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(parameters, random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot make a key " + text, e);
    }
  }

  /** The JCA name of the algorithm that such a key signs certificates with. */
  String signature() {
    return signature;
  }

  /**
   * Kind and size of a key for people, such as {@code RSA 3072} or {@code EC P-256}; of a kind that
   * is not known here, the JCA name of its algorithm.
   */
  public static String describe(PublicKey key) {
    if (key instanceof RSAPublicKey rsa) {
      return "RSA " + rsa.getModulus().bitLength();
    }
    if (key instanceof ECPublicKey ec) {
      return "EC " + curve(ec);
    }
    return key.getAlgorithm();
  }

  private static String curve(ECPublicKey key) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(key.getParams());
      String oid = parameters.getParameterSpec(ECGenParameterSpec.class).getName();
      return switch (oid) {
        case "1.2.840.10045.3.1.7" -> "P-256";
        case "1.3.132.0.34" -> "P-384";
        case "1.3.132.0.35" -> "P-521";
        default -> oid;
      };
    } catch (GeneralSecurityException e) {
      return key.getParams().getCurve().getField().getFieldSize() + " bits";
    }
  }

  /** The name that settings use, such as {@code rsa-3072}. */
  @Override
  public String toString() {
    return text;
  }
}
