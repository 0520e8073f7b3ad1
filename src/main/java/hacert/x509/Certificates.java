package hacert.x509;

import hacert.host.Sha256;
import hacert.result.CertificateSummary;
import hacert.x509.UnreadableCertificateException.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;

/** X.509 certificates (RFC 5280): read, written, compared. */
public final class Certificates {
  private static final int LONGEST_SHOWN = 200;
  private static final int MOST = 100;

  /** In bytes of DER. Real ones have one to four thousand. */
  private static final int LONGEST = 1 << 16;

  /** In bytes of DER, of a key: RSA with 16384 bits has 2100. */
  private static final int LONGEST_KEY = 1 << 12;

  private static final Map<String, String> NAMES = Map.of("1.2.840.113549.1.9.1", "emailAddress");
  private static final int KEY_CERT_SIGN = 5;

  private Certificates() {}

  /**
   * All certificates of a PEM text (RFC 7468), in its order. Text and blocks of other kinds are
   * passed over.
   *
   * @return at least one, at most 100
   * @throws UnreadableCertificateException if there is none, or one of them cannot be read
   */
  public static List<X509Certificate> read(byte[] pem) throws UnreadableCertificateException {
    List<Pem.Block> blocks;
    try {
      blocks = Pem.blocks(pem);
    } catch (Pem.Malformed e) {
      throw unreadable(e);
    }
    List<X509Certificate> certificates = new ArrayList<>();
    for (Pem.Block block : blocks) {
      trusted(block, certificates.size() + 1);
      if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
        if (certificates.size() == MOST) {
          throw new UnreadableCertificateException(
              Reason.TOO_LARGE, "more than " + MOST + " certificates");
        }
        certificates.add(one(block.content(), certificates.size() + 1));
      } else {
        block.wipe();
      }
    }
    if (certificates.isEmpty()) {
      throw new UnreadableCertificateException(
          Reason.NOT_A_CERTIFICATE,
          Der.look(pem) == Der.Verdict.WHOLE
              ? "expected PEM text, got DER: convert it with openssl x509 -inform der"
              : "there is no PEM certificate in it");
    }
    return List.copyOf(certificates);
  }

  /** Refuses openssl's own form, whose CA would be missing where it is passed over. */
  static void trusted(Pem.Block block, int number) throws UnreadableCertificateException {
    if (block.label().equals("TRUSTED CERTIFICATE")) {
      throw new UnreadableCertificateException(
          Reason.UNSUPPORTED,
          "certificate "
              + number
              + " is a TRUSTED CERTIFICATE, openssl's own form: convert it with openssl x509 -in"
              + " FILE -out NEW");
    }
  }

  static UnreadableCertificateException unreadable(Pem.Malformed e) {
    return new UnreadableCertificateException(
        switch (e.fault()) {
          case TOO_LONG -> Reason.TOO_LARGE;
          case TRUNCATED -> Reason.TRUNCATED;
          case DAMAGED -> Reason.DAMAGED;
        },
        e.getMessage());
  }

  static X509Certificate one(byte[] der, int number) throws UnreadableCertificateException {
    Der.Verdict verdict = Der.look(der);
    if (verdict == Der.Verdict.TRUNCATED) {
      throw new UnreadableCertificateException(
          Reason.TRUNCATED, "certificate " + number + " ends before its own length says so");
    }
    if (der.length > LONGEST) {
      throw new UnreadableCertificateException(
          Reason.TOO_LARGE,
          "certificate " + number + " has " + der.length + " bytes, expected at most " + LONGEST);
    }
    try {
      if (verdict == Der.Verdict.WHOLE
          && CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der))
              instanceof X509Certificate certificate
          // Some algorithms have no bound of their own, and then one signature takes hours.
          && certificate.getPublicKey().getEncoded().length <= LONGEST_KEY) {
        return certificate;
      }
    } catch (CertificateException | RuntimeException e) {
      // Answered below: the parser's message means nothing to an operator.
    }
    Optional<String> kind = verdict == Der.Verdict.WHOLE ? keyOf(der) : Optional.empty();
    throw kind.isPresent()
        ? new UnreadableCertificateException(
            Reason.UNSUPPORTED,
            "certificate "
                + number
                + " has a key or a part of a kind that is not known here, "
                + kind.get())
        : new UnreadableCertificateException(
            Reason.DAMAGED, "certificate " + number + " is not an X.509 certificate in DER form");
  }

  /** Subject and kind of key of what Java takes for no certificate, where its structure is one. */
  private static Optional<String> keyOf(byte[] der) {
    try {
      var certificate = org.bouncycastle.asn1.x509.Certificate.getInstance(der);
      AlgorithmIdentifier algorithm = certificate.getSubjectPublicKeyInfo().getAlgorithm();
      return Optional.of(
          "key algorithm "
              + algorithm.getAlgorithm()
              + (algorithm.getParameters() instanceof ASN1ObjectIdentifier curve
                  ? " with curve " + curve
                  : algorithm.getParameters() instanceof ASN1Sequence
                      ? " with its curve's numbers written out"
                      : "")
              + ", subject "
              + shown(name(new X500Principal(certificate.getSubject().getEncoded()))));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** What stands in a certificate that nobody vouches for, for a message. */
  private static String shown(String name) {
    return name.substring(0, Math.min(name.length(), LONGEST_SHOWN)).replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * The way from a certificate to its root: the certificate, then each one's issuer, as far as
   * {@code among} has it. Of several issuers that fit, one that is valid now is preferred, as
   * openssl does, then a self-signed one, then the one that is valid longest.
   */
  public static List<X509Certificate> chain(
      X509Certificate from, List<X509Certificate> among, Instant now) {
    List<X509Certificate> chain = new ArrayList<>(List.of(from));
    X509Certificate last = from;
    while (last != null && !selfSigned(last)) {
      X509Certificate child = last;
      last =
          among.stream()
              .filter(c -> !chain.contains(c) && mayIssue(c) && issuedBy(child, c))
              .max(
                  Comparator.comparing((X509Certificate c) -> valid(c, now))
                      .thenComparing(Certificates::selfSigned)
                      .thenComparing(X509Certificate::getNotAfter))
              .orElse(null);
      if (last != null) {
        chain.add(last);
      }
    }
    return List.copyOf(chain);
  }

  private static boolean valid(X509Certificate certificate, Instant now) {
    return !now.isBefore(certificate.getNotBefore().toInstant())
        && !now.isAfter(certificate.getNotAfter().toInstant());
  }

  /**
   * How many CAs of a chain count for the path length of one above them: those that name themselves
   * as issuer do not (RFC 5280, 4.2.1.9).
   */
  public static int pathLength(List<X509Certificate> cas) {
    return (int)
        cas.stream()
            .filter(ca -> !ca.getSubjectX500Principal().equals(ca.getIssuerX500Principal()))
            .count();
  }

  /** Whether a certificate is a root: it names itself as issuer, and its own key signed it. */
  public static boolean selfSigned(X509Certificate certificate) {
    return issuedBy(certificate, certificate);
  }

  /** The PEM text of certificates, in this order. */
  public static byte[] pem(List<X509Certificate> certificates) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    certificates.forEach(certificate -> text.writeBytes(pem(certificate)));
    return text.toByteArray();
  }

  /** The PEM text of a certificate: one block, lines of 64 characters. */
  public static byte[] pem(X509Certificate certificate) {
    return Pem.write("CERTIFICATE", Map.of(), der(certificate));
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("a certificate without a DER form", e);
    }
  }

  /** SHA-256 of the DER form, lower-case hexadecimal. */
  public static String sha256(X509Certificate certificate) {
    return Sha256.of(der(certificate));
  }

  /**
   * What tells a file of certificates from another: SHA-256 of the DER forms of all, one after the
   * other in their order, lower-case hexadecimal. Of a single one it is that one's fingerprint.
   */
  public static String sha256(List<X509Certificate> certificates) {
    MessageDigest digest = Sha256.digest();
    certificates.forEach(certificate -> digest.update(der(certificate)));
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Whether one certificate issued the other: the names match, so do the identifiers of its key
   * where they are told, and the signature is the issuer's key's. Validity and other extensions are
   * not looked at; see {@link #mayIssue}.
   */
  public static boolean issuedBy(X509Certificate leaf, X509Certificate issuer) {
    if (!leaf.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
        || !KeyIdentifiers.fit(
            leaf.getExtensionValue(Extension.authorityKeyIdentifier.getId()), issuer)) {
      return false;
    }
    try {
      leaf.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  /**
   * Whether a certificate may issue others (RFC 5280, 4.2.1.3 and 4.2.1.9): version 3, CA:TRUE, and
   * keyCertSign where it limits its key's usage.
   */
  public static boolean mayIssue(X509Certificate certificate) {
    boolean[] usage = certificate.getKeyUsage();
    return certificate.getVersion() == 3
        && certificate.getBasicConstraints() >= 0
        && (usage == null || usage[KEY_CERT_SIGN]);
  }

  /** Whether a key is that of a certificate: what it signs, the certificate verifies. */
  public static boolean matches(PrivateKey key, X509Certificate certificate) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "";
        };
    if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) {
      return false;
    }
    try {
      byte[] message = der(certificate);
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(message);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(message);
      return signature.verify(signed);
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  /**
   * What a report says of a certificate.
   *
   * @param source where it was found: a path, or the address that served it
   */
  public static CertificateSummary summary(String source, X509Certificate certificate) {
    BigInteger serial = certificate.getSerialNumber();
    return new CertificateSummary(
        source,
        name(certificate.getSubjectX500Principal()),
        name(certificate.getIssuerX500Principal()),
        serial.toString(16),
        certificate.getNotBefore().toInstant(),
        certificate.getNotAfter().toInstant(),
        sha256(certificate),
        KeySpec.describe(certificate.getPublicKey()),
        certificate.getBasicConstraints() >= 0,
        names(certificate));
  }

  /** RFC 4514, with emailAddress by its usual name rather than by its number. */
  static String name(X500Principal principal) {
    return principal.getName(X500Principal.RFC2253, NAMES);
  }

  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      if (all != null) {
        all.forEach(entry -> names.add(name((Integer) entry.get(0), entry.get(1))));
      }
    } catch (CertificateParsingException | RuntimeException e) {
      names.add("unreadable");
    }
    return List.copyOf(names);
  }

  private static String name(int type, Object value) {
    String kind =
        switch (type) {
          case 1 -> "email:";
          case 2 -> "DNS:";
          case 4 -> "DirName:";
          case 6 -> "URI:";
          case 7 -> "IP:";
          case 8 -> "RID:";
          default -> "other:";
        };
    return kind + (value instanceof byte[] der ? HexFormat.of().formatHex(der) : value);
  }
}
