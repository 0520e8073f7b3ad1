package hacert.x509;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether a chain holds by RFC 5280, 6.1: what no other rule names, as constraints on names and
 * critical extensions that nobody knows. A certificate that has not begun is no breach: a rule of
 * its own judges that, which bears with the clocks of other hosts.
 */
public final class CertificatePaths {
  private CertificatePaths() {}

  /**
   * Why the chain of a server or client does not hold.
   *
   * @param chain from the certificate up to the one that is trusted
   * @return for people; empty if it holds
   */
  public static Optional<String> ofLeaf(List<X509Certificate> chain, Instant now) {
    return breach(chain, true, now);
  }

  /** The same of a CA, whose own name is none of a host. */
  public static Optional<String> ofCa(List<X509Certificate> chain, Instant now) {
    return breach(chain, false, now);
  }

  private static Optional<String> breach(List<X509Certificate> chain, boolean leaf, Instant now) {
    X509Certificate top = chain.get(chain.size() - 1);
    List<X509Certificate> below = chain.subList(0, chain.size() - 1);
    // The anchor of a path is not looked at itself.
    Optional<String> breach = RootConstraints.breach(top, below, leaf);
    if (breach.isPresent() || below.isEmpty()) {
      return breach;
    }
    try {
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(top, null)));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(begun(below, now)));
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(below), parameters);
      return Optional.empty();
    } catch (CertPathValidatorException e) {
      // Java has its own list of what is weak. The lowest certificate's algorithms are the rules'.
      boolean weak = e.getReason() == BasicReason.ALGORITHM_CONSTRAINED && e.getIndex() == 0;
      return weak ? Optional.empty() : Optional.of(String.valueOf(e.getMessage()));
    } catch (GeneralSecurityException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Now, or the first moment at which all of these have begun. */
  private static Instant begun(List<X509Certificate> certificates, Instant now) {
    return Stream.concat(
            Stream.of(now), certificates.stream().map(c -> c.getNotBefore().toInstant()))
        .max(Instant::compareTo)
        .orElseThrow();
  }
}
