package hacert.opengauss;

import hacert.policy.CertificateRules;
import hacert.result.Finding;
import hacert.x509.Certificates;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Rules for CAs: openssl on both sides follows a certificate up to a root that it trusts, and
 * refuses it for what is wrong with any CA on the way.
 */
final class ChainRules {
  private static final Set<String> TLS_USES = Set.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");

  private ChainRules() {}

  /**
   * What is wrong with the issuers of a certificate, from its own issuer up to the root.
   *
   * @return also {@code CERT_NOT_ROOT} where the last of them is no root
   */
  static List<Finding> issuers(List<X509Certificate> issuers, Instant now) {
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < issuers.size(); i++) {
      findings.addAll(ca(issuers.get(i), Certificates.pathLength(issuers.subList(0, i)), now));
    }
    if (!issuers.isEmpty() && !Certificates.selfSigned(issuers.get(issuers.size() - 1))) {
      X509Certificate top = issuers.get(issuers.size() - 1);
      findings.add(
          Finding.error(
              "CERT_NOT_ROOT",
              "The given CAs do not lead to a self-signed root: that of "
                  + top.getIssuerX500Principal().getName()
                  + " is missing, and server and clients accept no chain without it.",
              "Give the issuers up to the root too."));
    }
    return findings;
  }

  /**
   * What is wrong with one CA.
   *
   * @param below how many CAs below it count for its path length
   */
  static List<Finding> ca(X509Certificate ca, int below, Instant now) {
    String name = called(ca);
    List<Optional<Finding>> all =
        List.of(
            CertificateRules.version(ca, name).or(() -> CertificateRules.issuing(ca, below, name)),
            CertificateRules.uses(ca, TLS_USES, "TLS servers and clients", name),
            CertificateRules.valid(ca, now, name),
            // Nobody verifies the signature of a root that is trusted.
            Certificates.selfSigned(ca) ? Optional.empty() : CertificateRules.signed(ca, name),
            CertificateRules.key(ca, name));
    return all.stream().flatMap(Optional::stream).toList();
  }

  static String called(X509Certificate ca) {
    return "The CA " + ca.getSubjectX500Principal().getName();
  }
}
