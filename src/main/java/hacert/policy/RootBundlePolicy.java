package hacert.policy;

import hacert.result.Finding;
import hacert.x509.Certificates;
import hacert.x509.KeySpec;
import hacert.x509.PemKeys;
import hacert.x509.UnreadableCertificateException;
import hacert.x509.UnreadableKeyException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether a root CA can be installed: one X.509 v3 certificate that may issue others, and its
 * encrypted key. All that is wrong is found in one go, each as an error but for the one warning:
 *
 * <ul>
 *   <li>{@code CERT_UNREADABLE}, {@code CERT_NOT_SINGLE}, {@code CERT_HOLDS_KEY}: the file
 *   <li>{@code CERT_VERSION}, {@code CERT_SERIAL}, {@code CERT_NOT_CA}, {@code CERT_EXPIRED},
 *       {@code CERT_NOT_YET_VALID}, {@code CERT_WEAK_SIGNATURE}, {@code CERT_SIGNATURE}, {@code
 *       CERT_NOT_ROOT} (warning): the certificate
 *   <li>{@code KEY_ALGORITHM}, {@code KEY_TOO_SMALL}: the certificate's key
 *   <li>{@code KEY_UNREADABLE}, {@code KEY_PASSWORD_WRONG}, {@code KEY_NOT_ENCRYPTED}, {@code
 *       KEY_MISMATCH}: the key file
 * </ul>
 */
public final class RootBundlePolicy {
  private static final int FEWEST_RSA_BITS = 2048;
  private static final Set<String> CURVES = Set.of("EC P-256", "EC P-384");

  private RootBundlePolicy() {}

  /**
   * Checks a bundle.
   *
   * @param certificatePem content of {@code root-ca.crt}
   * @param keyPem content of {@code root-ca.pem}
   * @param password of the key
   * @param clock tells now
   * @return empty when it may be installed
   */
  public static List<Finding> check(
      byte[] certificatePem, byte[] keyPem, char[] password, Clock clock) {
    List<Finding> findings = new ArrayList<>();
    if (PemKeys.present(certificatePem)) {
      findings.add(
          Finding.error(
              "CERT_HOLDS_KEY",
              "The certificate file holds a private key too; it would be copied to where"
                  + " certificates are.",
              "Put certificate and key into files of their own; if others could read the file,"
                  + " make a new key."));
    }
    List<X509Certificate> certificates = certificates(certificatePem, findings);
    if (certificates.size() > 1) {
      findings.add(
          Finding.error(
              "CERT_NOT_SINGLE",
              "Expected one certificate, got "
                  + certificates.size()
                  + "; what the vendor's scripts do with the others is not known.",
              "Give the issuing CA's certificate alone."));
    }
    certificates.stream().limit(1).forEach(one -> certificate(one, clock.instant(), findings));
    key(keyPem, password, certificates, findings);
    return List.copyOf(findings);
  }

  private static List<X509Certificate> certificates(byte[] pem, List<Finding> findings) {
    try {
      return Certificates.read(pem);
    } catch (UnreadableCertificateException e) {
      findings.add(
          Finding.error(
              "CERT_UNREADABLE",
              "The certificate cannot be read: " + e.getMessage() + ".",
              "Give an X.509 certificate in PEM form, copied completely."));
      return List.of();
    }
  }

  private static void certificate(
      X509Certificate certificate, Instant now, List<Finding> findings) {
    if (certificate.getVersion() != 3) {
      findings.add(
          Finding.error(
              "CERT_VERSION",
              "Expected an X.509 certificate of version 3, got version "
                  + certificate.getVersion()
                  + ".",
              "Issue it as version 3, with basic constraints CA:TRUE."));
    } else if (!Certificates.mayIssue(certificate)) {
      findings.add(
          Finding.error(
              "CERT_NOT_CA",
              "The certificate must not issue others: expected CA:TRUE, and keyCertSign if it has"
                  + " a key usage; got "
                  + (certificate.getBasicConstraints() < 0 ? "no CA:TRUE." : "no keyCertSign."),
              "Give the certificate of a CA, not that of a server."));
    }
    if (certificate.getSerialNumber().signum() <= 0) {
      findings.add(
          Finding.error(
              "CERT_SERIAL",
              "Expected a positive serial number (RFC 5280), got "
                  + certificate.getSerialNumber()
                  + ".",
              "Issue the certificate again with a random serial number."));
    }
    validity(certificate, now, findings);
    signature(certificate, findings);
    root(certificate, findings);
    publicKey(certificate, findings);
  }

  private static void validity(X509Certificate certificate, Instant now, List<Finding> findings) {
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (now.isBefore(begin)) {
      findings.add(
          Finding.error(
              "CERT_NOT_YET_VALID",
              "The certificate begins at " + begin + "; it is " + now + " here.",
              "Wait until then, or set this host's clock right."));
    }
    if (now.isAfter(end)) {
      findings.add(
          Finding.error(
              "CERT_EXPIRED",
              "The certificate ended at " + end + "; it is " + now + " here.",
              "Give one that is valid."));
    }
  }

  private static void signature(X509Certificate certificate, List<Finding> findings) {
    String name = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
    if (name.startsWith("SHA1") || name.startsWith("MD")) {
      findings.add(
          Finding.error(
              "CERT_WEAK_SIGNATURE",
              "Expected a certificate signed with SHA-256 or better, got "
                  + certificate.getSigAlgName()
                  + ".",
              "Issue the certificate again with SHA-256."));
    }
  }

  private static void root(X509Certificate certificate, List<Finding> findings) {
    if (!certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
      findings.add(
          Finding.warning(
              "CERT_NOT_ROOT",
              "The certificate is not self-signed; who verifies up to a root, as openssl does"
                  + " unless told otherwise, does not accept what it issues.",
              "Prefer a self-signed root, or make sure that the system takes partial chains."));
    } else if (!Certificates.issuedBy(certificate, certificate)) {
      findings.add(
          Finding.error(
              "CERT_SIGNATURE",
              "The certificate names itself as issuer, but its own key did not sign it: it is"
                  + " damaged, or another key's.",
              "Copy the certificate again from where it was issued."));
    }
  }

  private static void publicKey(X509Certificate certificate, List<Finding> findings) {
    String kind = KeySpec.describe(certificate.getPublicKey());
    if (certificate.getPublicKey() instanceof RSAPublicKey rsa) {
      if (rsa.getModulus().bitLength() < FEWEST_RSA_BITS) {
        findings.add(
            Finding.error(
                "KEY_TOO_SMALL",
                "Expected an RSA key of at least " + FEWEST_RSA_BITS + " bits, got " + kind + ".",
                "Make a new key, such as rsa-3072."));
      }
    } else if (!CURVES.contains(kind)) {
      findings.add(
          Finding.error(
              "KEY_ALGORITHM",
              "Expected an RSA, EC P-256 or EC P-384 key, got " + kind + ".",
              "Make a new key of one of these kinds."));
    }
  }

  private static void key(
      byte[] pem, char[] password, List<X509Certificate> certificates, List<Finding> findings) {
    try {
      if (!PemKeys.describe(pem).encrypted()) {
        findings.add(
            Finding.error(
                "KEY_NOT_ENCRYPTED",
                "The private key is not encrypted: whoever reads the file has the key.",
                "Encrypt it with openssl pkcs8 -topk8 -v2 aes-256-cbc; if others could read it,"
                    + " make a new key."));
      }
      PrivateKey key = PemKeys.read(pem, password);
      if (!certificates.isEmpty() && !Certificates.matches(key, certificates.get(0))) {
        findings.add(
            Finding.error(
                "KEY_MISMATCH",
                "The private key is not that of the certificate with serial "
                    + certificates.get(0).getSerialNumber().toString(16)
                    + ".",
                "Give the key that the certificate was issued for."));
      }
    } catch (UnreadableKeyException e) {
      findings.add(unreadable(e));
    }
  }

  private static Finding unreadable(UnreadableKeyException e) {
    return switch (e.reason()) {
      case WRONG_PASSWORD, PASSWORD_MISSING ->
          Finding.error(
              "KEY_PASSWORD_WRONG",
              "The private key does not open: " + e.getMessage() + ".",
              "Give the password that the key was encrypted with.");
      default ->
          Finding.error(
              "KEY_UNREADABLE",
              "The private key cannot be read: " + e.getMessage() + ".",
              "Give one RSA or EC private key in PEM form, copied completely.");
    };
  }
}
