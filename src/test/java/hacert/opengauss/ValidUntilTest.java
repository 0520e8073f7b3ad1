package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.CertificateSummary;
import hacert.x509.EnterpriseCa;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Until when an older state of a server can be gone back to. */
class ValidUntilTest {
  private static final Instant ENDED = Instant.parse("2020-01-01T00:00:00Z");

  @TempDir private Path base;
  private List<CertificateSummary> all;

  /** Server and client have each a sub-CA of one root, and there is a CRL. */
  @BeforeEach
  void build() throws Exception {
    EnterpriseCa shop = EnterpriseCa.make(base, "ec:P-256");
    shop.issue("sub2", "ec:P-256", "root", "basicConstraints=critical,CA:TRUE", "-sha256");
    shop.issue("server", "ec:P-256", "sub", "extendedKeyUsage=serverAuth", "-sha256");
    shop.issue("client", "ec:P-256", "sub2", "extendedKeyUsage=clientAuth", "-sha256");
    shop.join("cas.crt", "root.crt", "sub.crt", "sub2.crt");
    byte[] chain = shop.join("chain.crt", "sub2.crt", "root.crt").bytes("chain.crt");
    byte[] crl =
        CertificateAuthority.open(
                chain,
                shop.bytes("sub2.key"),
                Samples.secret(Samples.PASSWORD),
                Samples.CLOCK,
                Samples.RANDOM)
            .authority()
            .orElseThrow()
            .crl(Map.of(), 1);
    all =
        new OpenGaussTarget()
            .summaries(
                Samples.with(
                    Samples.enterprise(shop, "server", "client", "cas.crt"), ServerBundle.CRL, crl),
                Samples.CLOCK);
  }

  private Optional<Instant> until(Predicate<CertificateSummary> ended) {
    return new OpenGaussTarget()
        .validUntil(all.stream().map(c -> ended.test(c) ? ended(c) : c).toList());
  }

  private static CertificateSummary ended(CertificateSummary c) {
    return new CertificateSummary(
        c.source(),
        c.subject(),
        c.issuer(),
        c.serial(),
        c.notBefore(),
        ENDED,
        c.sha256(),
        c.key(),
        c.ca(),
        c.names());
  }

  @Test
  void it_is_what_the_server_shows_and_its_cas() {
    for (String subject : List.of("CN=server,O=Shop", "CN=sub,O=Shop", "CN=root,O=Shop")) {
      assertThat(until(c -> c.subject().equals(subject))).as(subject).contains(ENDED);
    }
  }

  @Test
  void it_is_not_what_clients_show_nor_a_crl() {
    assertThat(all).extracting(CertificateSummary::source).contains(ServerBundle.CRL);
    Optional<Instant> sound = until(c -> false);
    assertThat(sound)
        .isEqualTo(
            all.stream()
                .filter(c -> !c.source().equals(ServerBundle.CRL))
                .map(CertificateSummary::notAfter)
                .min(Comparator.naturalOrder()));
    for (String subject : List.of("CN=client,O=Shop", "CN=sub2,O=Shop")) {
      assertThat(until(c -> c.subject().equals(subject))).as(subject).isEqualTo(sound);
    }
  }

  @Test
  void nothing_is_known_without_certificates() {
    assertThat(new OpenGaussTarget().validUntil(List.of())).isEmpty();
  }
}
