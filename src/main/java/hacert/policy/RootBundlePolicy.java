package hacert.policy;

import hacert.result.Finding;
import hacert.x509.CertificatePaths;
import hacert.x509.Certificates;
import hacert.x509.PemKeys;
import hacert.x509.UnreadableCertificateException;
import hacert.x509.UnreadableKeyException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether a CA can be installed: an X.509 v3 certificate that may issue others, its issuers up to
 * the root after it, and its encrypted key. All that is wrong is found in one go:
 *
 * <ul>
 *   <li>{@code CERT_UNREADABLE}, {@code CERT_NOT_SINGLE}, {@code CERT_HOLDS_KEY}: the file
 *   <li>{@code CERT_VERSION}, {@code CERT_SERIAL}, {@code CERT_NOT_CA}, {@code CERT_PURPOSE},
 *       {@code CERT_EXPIRED}, {@code CERT_NOT_YET_VALID}, {@code CERT_WEAK_SIGNATURE}, {@code
 *       CERT_SIGNATURE}, {@code CERT_NOT_ROOT}, {@code CERT_PATH_LENGTH}, {@code
 *       CERT_PATH_INVALID}: a certificate
 *   <li>{@code KEY_ALGORITHM}, {@code KEY_TOO_SMALL}: a certificate's key
 *   <li>{@code KEY_UNREADABLE}, {@code KEY_PASSWORD_WRONG}, {@code KEY_NOT_ENCRYPTED}, {@code
 *       KEY_MISMATCH}: the key file
 * </ul>
 *
 * <p>Both nodes verify each other with this file as their trust. openssl, unless told to take
 * partial chains, verifies up to a self-signed certificate: a sub-CA needs its root in the file.
 */
public final class RootBundlePolicy {
  /** serverAuth and clientAuth (RFC 5280, 4.2.1.12). */
  private static final Set<String> TLS_USES = Set.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");

  private RootBundlePolicy() {}

  /**
   * Checks a bundle.
   *
   * @param certificatePem content of {@code root-ca.crt}
   * @param keyPem content of {@code root-ca.pem}
   * @param password of the key
   * @param partialChain whether the system verifies up to a sub-CA
   * @param clock tells now
   * @return empty when it may be installed
   */
  public static List<Finding> check(
      byte[] certificatePem, byte[] keyPem, char[] password, boolean partialChain, Clock clock) {
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
    findings.addAll(check(certificates, partialChain, clock));
    key(keyPem, password, certificates, findings);
    return List.copyOf(findings);
  }

  /**
   * Checks certificates alone: the CA's, then its issuers.
   *
   * @return empty when they may be installed with their key
   */
  public static List<Finding> check(
      List<X509Certificate> chain, boolean partialChain, Clock clock) {
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < chain.size(); i++) {
      X509Certificate one = chain.get(i);
      if (i > 0 && !follows(chain.get(i - 1), one)) {
        findings.add(
            Finding.error(
                "CERT_NOT_SINGLE",
                "Expected the CA's certificate and then its issuers, got "
                    + chain.size()
                    + " certificates of which number "
                    + (i + 1)
                    + " has not issued the one before it; what the vendor's scripts do with others"
                    + " is not known.",
                "Give the issuing CA's certificate, alone or with its issuers in order."));
        return List.copyOf(findings);
      }
      certificate(one, chain.subList(0, i), clock.instant(), findings);
    }
    if (!chain.isEmpty()) {
      root(chain, partialChain, findings);
    }
    if (!chain.isEmpty() && !Finding.stops(findings)) {
      CertificatePaths.ofCa(chain, clock.instant()).ifPresent(why -> findings.add(invalid(why)));
    }
    return List.copyOf(findings);
  }

  private static Finding invalid(String why) {
    return Finding.error(
        "CERT_PATH_INVALID",
        "The given certificates do not hold as a chain by RFC 5280: " + why + ".",
        "Have the CA issued again, within what the CAs above it may issue.");
  }

  private static List<X509Certificate> certificates(byte[] pem, List<Finding> findings) {
    try {
      return Certificates.read(pem);
    } catch (UnreadableCertificateException e) {
      findings.add(
          Finding.error(
              "CERT_UNREADABLE",
              "The certificate cannot be read: " + e.getMessage() + ".",
              CertificateRules.remedy(
                  e, "Give an X.509 certificate in PEM form, copied completely.")));
      return List.of();
    }
  }

  /** Nothing follows a root, though it has issued itself. */
  private static boolean follows(X509Certificate child, X509Certificate issuer) {
    return !Certificates.selfSigned(child) && Certificates.issuedBy(child, issuer);
  }

  /** What a finding calls a certificate: the CA's own, or one above it. */
  private static String called(X509Certificate certificate, int above) {
    return above == 0
        ? "The certificate"
        : "The issuer " + certificate.getSubjectX500Principal().getName();
  }

  /**
   * @param below the certificates below it in the chain: none for the CA's own
   */
  private static void certificate(
      X509Certificate certificate,
      List<X509Certificate> below,
      Instant now,
      List<Finding> findings) {
    int above = below.size();
    String name = called(certificate, above);
    CertificateRules.version(certificate, name)
        .or(() -> CertificateRules.issuing(certificate, Certificates.pathLength(below), name))
        .ifPresent(findings::add);
    if (above == 0 && certificate.getSerialNumber().signum() <= 0) {
      findings.add(
          Finding.error(
              "CERT_SERIAL",
              "Expected a positive serial number (RFC 5280), got "
                  + certificate.getSerialNumber()
                  + ".",
              "Issue the certificate again with a random serial number."));
    }
    // openssl refuses what a CA issues for a use that the CA itself is not meant for.
    CertificateRules.uses(certificate, TLS_USES, "TLS servers and clients", name)
        .ifPresent(findings::add);
    CertificateRules.valid(certificate, now, name).ifPresent(findings::add);
    // Nobody verifies the signature of a root that is trusted; the CA itself may not be weak.
    if (above == 0 || !Certificates.selfSigned(certificate)) {
      CertificateRules.signed(certificate, name).ifPresent(findings::add);
    }
    CertificateRules.key(certificate, name).ifPresent(findings::add);
  }

  private static void root(
      List<X509Certificate> chain, boolean partialChain, List<Finding> findings) {
    X509Certificate top = chain.get(chain.size() - 1);
    if (Certificates.selfSigned(top)) {
      return;
    }
    if (top.getSubjectX500Principal().equals(top.getIssuerX500Principal())) {
      findings.add(
          Finding.error(
              "CERT_SIGNATURE",
              called(top, chain.size() - 1)
                  + " names itself as issuer, but its own key did not sign it: it is damaged, or"
                  + " another key's.",
              "Copy the certificate again from where it was issued."));
      return;
    }
    String message =
        "The given certificates do not lead to a self-signed root: that of "
            + top.getIssuerX500Principal().getName()
            + " is missing. The nodes verify each other with these certificates, and openssl,"
            + " unless it is told to take partial chains, accepts none that it cannot follow to a"
            + " root: HA would not come up.";
    findings.add(
        partialChain
            ? Finding.warning(
                "CERT_NOT_ROOT",
                message + " The profile says that this version takes partial chains.",
                "Give the issuers too, or be sure of the profile's partial_chain.")
            : Finding.error(
                "CERT_NOT_ROOT",
                message,
                "Give the issuers up to the root beside the CA's certificate. Where the installed"
                    + " version takes partial chains, set partial_chain in hacert_profile_file."));
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
      findings.add(unreadable("The private key", e));
    }
  }

  /** What an unreadable key means, by the name of its file or in words. */
  static Finding unreadable(String name, UnreadableKeyException e) {
    return switch (e.reason()) {
      case WRONG_PASSWORD, PASSWORD_MISSING ->
          Finding.error(
              "KEY_PASSWORD_WRONG",
              name + " does not open: " + e.getMessage() + ".",
              "Give the password that it was encrypted with.");
      case UNSUPPORTED ->
          Finding.error(
              "KEY_UNREADABLE",
              name + " cannot be read: " + e.getMessage() + ".",
              "Give an RSA or EC key, encrypted with AES: a PKCS#12 file is encrypted again by"
                  + " openssl pkcs12 -legacy -in OLD -out all.pem, then openssl pkcs12 -export -in"
                  + " all.pem -out NEW; a key by openssl pkcs8 -topk8 -v2 aes-256-cbc.");
      default ->
          Finding.error(
              "KEY_UNREADABLE",
              name + " cannot be read: " + e.getMessage() + ".",
              "Give one RSA or EC private key, copied completely.");
    };
  }
}
