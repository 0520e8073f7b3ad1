package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.Made;
import hacert.target.NodeFacts;
import hacert.target.RestartNeed;
import hacert.target.Taken;
import hacert.x509.RevocationLists;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the CAs that clients know, and of their CRLs, when a new bundle comes. */
class TrustChangeTest {
  @TempDir private Path base;
  private GaussHost host;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
  }

  /** Installs a bundle whose CRL names a serial number, and loses the CA that issued it. */
  private byte[] revokedByACaThatIsGone() throws Exception {
    host.options.put("revoke", List.of("0a1b"));
    try (Made made = host.make(GaussHost.PASSWORD)) {
      host.install(made.bundle());
    }
    host.options.remove("revoke");
    host.configuration("ssl = on", "port = 15400", "ssl_crl_file = 'sslcrl-file.crl'");
    Files.move(host.authority(), base.resolve("lost"));
    return Files.readAllBytes(host.data().resolve(ServerBundle.CRL));
  }

  /** Nobody here can make it anew: it would be a reason for a rotation in every run. */
  @Test
  void a_list_that_is_kept_of_a_ca_before_falls_due_for_nobody() throws Exception {
    revokedByACaThatIsGone();
    try (Made made = host.make(null)) {
      List<X509CRL> lists = RevocationLists.read(made.bundle().files().get(ServerBundle.CRL));
      assertThat(lists).hasSize(2);
      host.install(made.bundle());
      NodeFacts facts = facts();
      OpenGaussTarget target = new OpenGaussTarget();
      assertThat(facts.installed())
          .filteredOn(c -> c.source().endsWith(ServerBundle.CRL))
          .hasSize(2);
      assertThat(target.fallingDue(facts))
          .filteredOn(c -> c.source().endsWith(ServerBundle.CRL))
          .extracting(CertificateSummary::sha256)
          .containsExactly(RevocationLists.summary("", lists.get(0)).sha256());
      assertThat(Samples.codes(facts.findings())).doesNotContain("CRL_EXPIRES_SOON");
      host.clock = Clock.offset(host.clock, Duration.ofDays(1080));
      assertThat(facts().findings())
          .filteredOn(f -> f.code().equals("CRL_EXPIRES_SOON"))
          .singleElement()
          .satisfies(f -> assertThat(f.message()).contains("clients of that CA"));
    }
  }

  private NodeFacts facts() throws Exception {
    return new LocalFacts(host.node(), new Ports(host.node()), host.options()).read(false);
  }

  private List<Finding> checked(Bundle bundle) throws Exception {
    return ServerBundlePolicy.check(
        bundle, new Expectation(List.of(), host.clock.instant(), Optional.empty(), true, Map.of()));
  }

  /** Without a list of every CA the server would ask for none, and take the revoked one again. */
  @Test
  void keeps_what_is_revoked_by_a_ca_that_stays_trusted() throws Exception {
    revokedByACaThatIsGone();
    try (Made made = host.make(null)) {
      assertThat(InstalledBundle.certificates(made.bundle(), ServerBundle.CA)).hasSize(2);
      assertThat(RevocationLists.read(made.bundle().files().get(ServerBundle.CRL)))
          .hasSize(2)
          .extracting(list -> list.getRevokedCertificates() == null)
          .containsExactly(true, false);
      assertThat(checked(made.bundle())).isEmpty();
      RestartNeed need =
          new RestartReasons(host.node(), host.options(), false).of(made.bundle()::at, Map.of());
      assertThat(need.scope()).isEqualTo(RestartNeed.Scope.NONE);
      host.install(made.bundle());
    }
    // The next one too, as long as the old CA is trusted.
    try (Made made = host.make(null)) {
      assertThat(RevocationLists.read(made.bundle().files().get(ServerBundle.CRL))).hasSize(2);
    }
    host.options.put("trust", "finish");
    try (Made made = host.make(null)) {
      assertThat(RevocationLists.read(made.bundle().files().get(ServerBundle.CRL)))
          .singleElement()
          .matches(list -> list.getRevokedCertificates() == null);
    }
  }

  /** hacert_revoke is the whole list of the CA that issues. */
  @Test
  void takes_the_crl_away_where_nothing_is_revoked_any_more_by_the_same_ca() throws Exception {
    host.options.put("revoke", List.of("0a1b"));
    try (Made made = host.make(GaussHost.PASSWORD)) {
      host.install(made.bundle());
    }
    host.options.remove("revoke");
    try (Made made = host.make(null)) {
      assertThat(made.bundle().files()).doesNotContainKey(ServerBundle.CRL);
    }
  }

  @Test
  void takes_no_given_bundle_that_ends_a_revocation_unasked() throws Exception {
    byte[] before = revokedByACaThatIsGone();
    GaussHost other = new GaussHost(base.resolve("other"));
    other.options.put("revoke", List.of("0c"));
    try (Made foreign = other.make(GaussHost.PASSWORD);
        InstalledBundle installed =
            new InstalledBundle(host.data(), host.om(), Samples.CLOCK.instant())) {
      Bundle without = Samples.without(foreign.bundle(), ServerBundle.CRL);
      Taken refused =
          new NewBundle(host.node(), host.options(), installed).take(without, Optional.empty());
      assertThat(Samples.codes(refused.findings())).containsExactly("CRL_DROPPED");
      assertThat(Finding.stops(refused.findings())).isTrue();
      Taken taken =
          new NewBundle(host.node(), host.options(), installed)
              .take(foreign.bundle(), Optional.empty());
      assertThat(taken.findings()).isEmpty();
      assertThat(new String(taken.bundle().files().get(ServerBundle.CRL), "US-ASCII"))
          .endsWith(new String(before, "US-ASCII"));
      assertThat(checked(taken.bundle())).isEmpty();
      host.options.putAll(Map.of("trust", "replace", "accept_ca_change", true));
      Taken replaced =
          new NewBundle(host.node(), host.options(), installed).take(without, Optional.empty());
      assertThat(Samples.codes(replaced.findings())).containsExactly("CA_CHANGE");
      assertThat(replaced.bundle().files()).doesNotContainKey(ServerBundle.CRL);
    }
  }

  /** The same CA, whose list its owner has forgotten to give. */
  @Test
  void takes_no_given_bundle_of_the_same_ca_that_ends_a_revocation() throws Exception {
    host.options.put("revoke", List.of("0a1b"));
    try (Made made = host.make(GaussHost.PASSWORD)) {
      host.install(made.bundle());
    }
    host.options.remove("revoke");
    try (Made made = host.make(null);
        InstalledBundle installed =
            new InstalledBundle(host.data(), host.om(), Samples.CLOCK.instant())) {
      Taken refused =
          new NewBundle(host.node(), host.options(), installed)
              .take(made.bundle(), Optional.empty());
      assertThat(Samples.codes(refused.findings())).containsExactly("CRL_DROPPED");
    }
  }

  /** Also where that other CA lies on no node that anybody asks. */
  @Test
  void warns_where_a_new_ca_is_made_although_clients_know_another() throws Exception {
    try (Made made = host.make(GaussHost.PASSWORD)) {
      assertThat(Samples.codes(made.findings())).doesNotContain("CA_NEW", "REVOKED_BY_OLD_CA");
      host.install(made.bundle());
    }
    try (Made made = host.make(null)) {
      assertThat(Samples.codes(made.findings())).doesNotContain("CA_NEW");
    }
    Files.move(host.authority(), base.resolve("lost"));
    host.options.put("revoke", List.of("0a1b"));
    try (Made made = host.make(null)) {
      assertThat(Samples.codes(made.findings())).contains("CA_NEW", "REVOKED_BY_OLD_CA");
      assertThat(Finding.stops(made.findings())).isFalse();
    }
  }
}
