package hacert.policy;

import hacert.result.Finding;
import hacert.x509.Certificates;
import hacert.x509.KeySpec;
import hacert.x509.UnreadableCertificateException;
import java.io.IOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/**
 * Rules for one certificate that hold whatever it is installed for. Each answers with its breach;
 * the findings begin with the name that the certificate goes by.
 */
public final class CertificateRules {
  private static final int FEWEST_RSA_BITS = 2048;

  /** By how much the clocks of nodes may differ, see {@code CLOCK_SKEW}. */
  public static final Duration MOST_SKEW = Duration.ofSeconds(60);

  private static final Set<String> CURVES = Set.of("EC P-256", "EC P-384");

  private CertificateRules() {}

  /** {@code CERT_VERSION}: it is X.509 version 3. */
  public static Optional<Finding> version(X509Certificate certificate, String name) {
    return breach(
        certificate.getVersion() != 3,
        "CERT_VERSION",
        name + " has version " + certificate.getVersion() + " of X.509; expected 3.",
        "Issue it as version 3, with basic constraints.");
  }

  /**
   * {@code CERT_NOT_CA} and {@code CERT_PATH_LENGTH}: it may issue others.
   *
   * @param below how many CAs below it count for its path length
   */
  public static Optional<Finding> issuing(X509Certificate certificate, int below, String name) {
    if (!Certificates.mayIssue(certificate)) {
      return Optional.of(
          Finding.error(
              "CERT_NOT_CA",
              name
                  + " must not issue others: expected CA:TRUE, and keyCertSign if it has a key"
                  + " usage; got "
                  + (certificate.getBasicConstraints() < 0 ? "no CA:TRUE." : "no keyCertSign."),
              "Give the certificate of a CA, not that of a server."));
    }
    return breach(
        certificate.getBasicConstraints() < below,
        "CERT_PATH_LENGTH",
        String.format(
            "%s allows %d CAs below it (pathlen); there are %d.",
            name, certificate.getBasicConstraints(), below),
        "Have the CA issued by one whose path length allows it.");
  }

  /**
   * {@code CERT_PURPOSE}: its extended key usage, if it has one, names these uses. That of any use
   * (anyExtendedKeyUsage) names none: openssl does not heed it for servers and clients of TLS.
   *
   * @param wanted object identifiers
   * @param words for people, as {@code TLS servers}
   */
  public static Optional<Finding> uses(
      X509Certificate certificate, Set<String> wanted, String words, String name) {
    try {
      List<String> uses = certificate.getExtendedKeyUsage();
      return breach(
          uses != null && !uses.containsAll(wanted),
          "CERT_PURPOSE",
          name + " is limited to other uses than those of " + words + ": " + uses + ".",
          "Give one without extended key usage, or with that of " + words + ".");
    } catch (CertificateParsingException e) {
      return Optional.of(
          Finding.error(
              "CERT_UNREADABLE",
              name + " has an extended key usage that cannot be read.",
              "Issue the certificate again."));
    }
  }

  /**
   * {@code CERT_PURPOSE}: Netscape's certificate type, if it has one, names this use; openssl heeds
   * it in certificates of servers and clients.
   *
   * @param bit 0 for TLS clients, 1 for servers
   * @param words for people, as {@code TLS servers}
   */
  public static Optional<Finding> netscape(
      X509Certificate certificate, int bit, String words, String name) {
    byte[] type = certificate.getExtensionValue(MiscObjectIdentifiers.netscapeCertType.getId());
    return breach(
        type != null && !bit(type, bit),
        "CERT_PURPOSE",
        name
            + " is limited by its Netscape certificate type to other uses than those of "
            + words
            + ".",
        "Issue it again without that extension, or with that use.");
  }

  private static boolean bit(byte[] extension, int bit) {
    try {
      byte[] bits =
          ASN1BitString.getInstance(JcaX509ExtensionUtils.parseExtensionValue(extension))
              .getBytes();
      return bits.length > 0 && (bits[0] & 0x80 >> bit) != 0;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /**
   * {@code CERT_NOT_YET_VALID} and {@code CERT_EXPIRED}: it is valid now. One that was just made on
   * another node, whose clock may be ahead, and begins within a minute is worth a warning.
   */
  public static Optional<Finding> valid(X509Certificate certificate, Instant now, String name) {
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (now.isBefore(begin)) {
      String message = name + " begins at " + begin + "; it is " + now + " here.";
      String remedy = "Wait until then, or set this host's clock right.";
      return Optional.of(
          now.plus(MOST_SKEW).isBefore(begin)
              ? Finding.error("CERT_NOT_YET_VALID", message, remedy)
              : Finding.warning("CERT_NOT_YET_VALID", message, remedy));
    }
    return breach(
        now.isAfter(end),
        "CERT_EXPIRED",
        name + " ended at " + end + "; it is " + now + " here.",
        "Give one that is valid.");
  }

  /** {@code CERT_WEAK_SIGNATURE}: it is signed with neither SHA-1 nor MD5. */
  public static Optional<Finding> signed(X509Certificate certificate, String name) {
    return breach(
        Signatures.weak(certificate.getSigAlgName(), certificate.getSigAlgParams()),
        "CERT_WEAK_SIGNATURE",
        name
            + " should be signed with SHA-256 or better, and is with "
            + certificate.getSigAlgName()
            + (certificate.getSigAlgName().equals("RSASSA-PSS") ? " and SHA-1 or MD5." : "."),
        "Issue the certificate again with SHA-256.");
  }

  /** {@code KEY_TOO_SMALL} and {@code KEY_ALGORITHM}: RSA from 2048 bits, EC P-256 or P-384. */
  public static Optional<Finding> key(X509Certificate certificate, String name) {
    String kind = KeySpec.describe(certificate.getPublicKey());
    if (certificate.getPublicKey() instanceof RSAPublicKey rsa) {
      return breach(
          rsa.getModulus().bitLength() < FEWEST_RSA_BITS,
          "KEY_TOO_SMALL",
          name
              + " should have an RSA key of at least "
              + FEWEST_RSA_BITS
              + " bits, and has "
              + kind
              + ".",
          "Make a new key, such as rsa-3072.");
    }
    return breach(
        !CURVES.contains(kind),
        "KEY_ALGORITHM",
        name + " should have an RSA, EC P-256 or EC P-384 key, and has " + kind + ".",
        "Make a new key of one of these kinds.");
  }

  /**
   * What to do about certificates that cannot be read.
   *
   * @param usual where they are damaged, or something else
   */
  public static String remedy(UnreadableCertificateException e, String usual) {
    return e.reason() == UnreadableCertificateException.Reason.UNSUPPORTED
        ? "Convert it where the message says how; else leave that CA out, or give one with an RSA, EC"
            + " P-256 or EC P-384 key."
        : usual;
  }

  private static Optional<Finding> breach(
      boolean holds, String code, String message, String remedy) {
    return holds ? Optional.of(Finding.error(code, message, remedy)) : Optional.empty();
  }
}
