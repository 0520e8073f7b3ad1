package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.CertificateSummary;
import hacert.target.Bundle;
import hacert.x509.EnterpriseCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a bundle as it lies installed. */
class InstalledBundleTest {
  @TempDir private Path base;
  private GaussHost host;
  private EnterpriseCa shop;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    shop = EnterpriseCa.make(base.resolve("shop"), "ec:P-256");
    shop.issue("leaf", "ec:P-256", "sub", "extendedKeyUsage=serverAuth,clientAuth", "-sha256");
  }

  private InstalledBundle installed(String server, String ca) throws Exception {
    Bundle bundle = Samples.enterprise(shop, "leaf", "leaf", ca);
    host.install(Samples.with(bundle, ServerBundle.SERVER_CERTIFICATE, shop.bytes(server)));
    return new InstalledBundle(host.data(), host.om(), Samples.CLOCK.instant());
  }

  @Test
  void issuers_may_stand_behind_the_certificate_and_the_root_in_cacert_pem() throws Exception {
    shop.join("chain.crt", "leaf.crt", "sub.crt");
    try (InstalledBundle installed = installed("chain.crt", "root.crt")) {
      assertThat(installed.findings()).isEmpty();
      assertThat(installed.trustedBeside()).isEmpty();
    }
    shop.join("both.crt", "sub.crt", "root.crt");
    try (InstalledBundle installed = installed("leaf.crt", "both.crt")) {
      assertThat(installed.findings()).isEmpty();
    }
  }

  @Test
  void a_certificate_whose_root_nobody_trusts_does_not_belong_to_the_rest() throws Exception {
    shop.join("chain.crt", "leaf.crt", "sub.crt");
    EnterpriseCa other = EnterpriseCa.make(base.resolve("other"), "ec:P-256");
    try (InstalledBundle installed = installed("chain.crt", "root.crt")) {
      installed.bundle().files().put(ServerBundle.CA, other.bytes("root.crt"));
      assertThat(Samples.codes(installed.findings())).containsExactly("BUNDLE_INCONSISTENT");
    }
    try (InstalledBundle installed = installed("leaf.crt", "root.crt")) {
      assertThat(Samples.codes(installed.findings())).containsExactly("BUNDLE_INCONSISTENT");
    }
  }

  private void link(String name) throws Exception {
    Path place = host.data().resolve(name);
    Files.createSymbolicLink(place, Files.move(place, base.resolve(name)));
  }

  @Test
  void links_are_followed_where_the_server_follows_them() throws Exception {
    installed("leaf.crt", "root.crt").close();
    link(ServerBundle.CA);
    link(ServerBundle.SERVER_CERTIFICATE);
    link(ServerBundle.SERVER_KEY + ServerBundle.RAND);
    try (InstalledBundle installed =
        new InstalledBundle(host.data(), host.om(), Samples.CLOCK.instant())) {
      assertThat(installed.server()).isPresent();
      assertThat(installed.certificates(ServerBundle.CA)).hasSize(1);
      assertThat(installed.file(ServerBundle.SERVER_KEY + ServerBundle.RAND)).isEmpty();
    }
  }

  @Test
  void a_crl_that_the_settings_do_not_name_is_not_in_force() throws Exception {
    installed("leaf.crt", "root.crt").close();
    byte[] crl = Samples.authority().crl(Map.of(), 9);
    host.install(ServerBundle.CRL, crl);
    try (InstalledBundle installed = InstalledBundle.of(host.node())) {
      assertThat(installed.listInForce()).isEmpty();
      assertThat(installed.file(ServerBundle.CRL)).as("it lies there").contains(crl);
      assertThat(installed.listsBeside()).isEmpty();
      assertThat(installed.summaries()).noneMatch(c -> c.source().endsWith(ServerBundle.CRL));
    }
    host.settings("include = 'more.conf'");
    try (InstalledBundle installed = InstalledBundle.of(host.node())) {
      assertThat(installed.listInForce()).as("that file may name it").contains(crl);
    }
    host.configuration("ssl_crl_file = 'sslcrl-file.crl'");
    try (InstalledBundle installed = InstalledBundle.of(host.node())) {
      assertThat(installed.listInForce()).contains(crl);
      assertThat(installed.listsBeside()).hasSize(1);
      assertThat(installed.summaries()).anyMatch(c -> c.source().endsWith(ServerBundle.CRL));
    }
  }

  @Test
  void an_issuer_behind_the_certificate_falls_due_like_any_other() throws Exception {
    shop.join("chain.crt", "leaf.crt", "sub.crt");
    try (InstalledBundle installed = installed("chain.crt", "root.crt")) {
      List<CertificateSummary> all = installed.summaries();
      assertThat(all)
          .filteredOn(c -> c.source().endsWith(ServerBundle.SERVER_CERTIFICATE))
          .extracting(CertificateSummary::subject)
          .containsExactly("CN=leaf,O=Shop", "CN=sub,O=Shop");
      assertThat(all)
          .filteredOn(c -> c.source().endsWith(ServerBundle.CA))
          .extracting(CertificateSummary::subject)
          .containsExactly("CN=root,O=Shop");
    }
  }
}
