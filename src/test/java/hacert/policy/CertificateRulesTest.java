package hacert.policy;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.result.Severity;
import hacert.x509.KeySpec;
import hacert.x509.RootAuthority;
import hacert.x509.Subject;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CertificateRulesTest {
  /** The vendor's script lets one begin at once, by a clock that may be a minute ahead. */
  @Test
  void one_that_begins_within_the_skew_that_clocks_may_have_is_warned_of() throws Exception {
    X509Certificate certificate = certificate();
    Instant begin = certificate.getNotBefore().toInstant();
    assertThat(severity(certificate, begin)).isEmpty();
    assertThat(severity(certificate, begin.minusSeconds(60))).contains(Severity.WARNING);
    assertThat(severity(certificate, begin.minusSeconds(61))).contains(Severity.ERROR);
  }

  private static Optional<Severity> severity(X509Certificate certificate, Instant now) {
    return CertificateRules.valid(certificate, now, "root-ca.crt").map(Finding::severity);
  }

  private static X509Certificate certificate() throws Exception {
    return RootAuthority.make(
            KeySpec.EC_P256,
            new Subject("", "", "", "", "", "root", ""),
            Period.ofDays(1),
            Clock.systemUTC(),
            new SecureRandom())
        .certificate();
  }
}
