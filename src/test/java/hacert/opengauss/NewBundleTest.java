package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.host.HostException;
import hacert.result.Finding;
import hacert.target.Authority;
import hacert.target.Bundle;
import hacert.target.BundleSpec;
import hacert.target.Made;
import hacert.target.Secret;
import hacert.target.Taken;
import hacert.x509.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundle of a rotation, made or taken, with what is installed in mind. */
class NewBundleTest {
  @TempDir private Path base;
  private GaussHost host;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
  }

  private static List<String> codes(List<Finding> findings) {
    return findings.stream().map(Finding::code).toList();
  }

  private static X509Certificate first(Bundle bundle, String name) {
    return InstalledBundle.certificates(bundle, name).get(0);
  }

  private void code(String code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(HostException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void makes_nothing_without_a_password_for_the_ca() throws Exception {
    try (InstalledBundle installed = host.installed();
        Secret password = GaussHost.secret(GaussHost.PASSWORD)) {
      NewBundle bundle = new NewBundle(host.node(), host.options(), installed);
      code(
          "CA_PASSWORD_MISSING",
          () ->
              bundle.make(
                  new BundleSpec("ec-p256", 0, Map.of()),
                  Optional.of(password),
                  new Authority(host.authority(), Optional.empty(), Optional.empty())));
    }
    assertThat(host.authority()).doesNotExist();
  }

  @Test
  void refuses_a_kept_ca_that_its_password_does_not_open() throws Exception {
    host.make(GaussHost.PASSWORD).close();
    byte[] kept = Files.readAllBytes(host.authority().resolve("ca.key"));
    try (InstalledBundle installed = host.installed();
        Secret wrong = GaussHost.secret("Another#1password");
        Secret password = GaussHost.secret(GaussHost.PASSWORD)) {
      NewBundle bundle = new NewBundle(host.node(), host.options(), installed);
      code(
          "CA_UNUSABLE",
          () ->
              bundle.make(
                  new BundleSpec("ec-p256", 0, Map.of()),
                  Optional.of(password),
                  new Authority(host.authority(), Optional.of(wrong), Optional.empty())));
    }
    assertThat(Files.readAllBytes(host.authority().resolve("ca.key"))).isEqualTo(kept);
  }

  @Test
  void needs_a_new_password_where_the_present_one_cannot_be_read() {
    code("FILE_MISSING", () -> host.make(null));
  }

  @Test
  void keeps_the_present_password_where_none_is_given() throws Exception {
    try (Made first = host.make(GaussHost.PASSWORD)) {
      host.install(first.bundle());
    }
    try (Made second = host.make(null);
        Secret held = InstalledBundle.password(second.bundle(), "test")) {
      assertThat(held.copy()).isEqualTo(GaussHost.PASSWORD.getBytes("UTF-8"));
    }
  }

  @Test
  void issues_by_the_same_ca_again_and_says_where_its_key_lies() throws Exception {
    X509Certificate ca;
    try (Made first = host.make(GaussHost.PASSWORD)) {
      host.install(first.bundle());
      ca = first(first.bundle(), ServerBundle.CA);
      assertThat(first.authority().files()).containsOnlyKeys("ca.crt", "ca.key");
    }
    try (Made second = host.make(GaussHost.PASSWORD)) {
      assertThat(second.authority().files()).isEmpty();
      assertThat(InstalledBundle.certificates(second.bundle(), ServerBundle.CA))
          .containsExactly(ca);
      assertThat(Certificates.issuedBy(first(second.bundle(), ServerBundle.SERVER_CERTIFICATE), ca))
          .isTrue();
      assertThat(second.findings())
          .filteredOn(f -> f.code().equals("CA_KEY_PLACE"))
          .singleElement()
          .satisfies(f -> assertThat(f.message()).contains(host.authority() + "/ca.key"));
    }
  }

  /** The name of a CA is as long as one may be, and still tells whose it is. */
  @Test
  void makes_a_ca_for_a_node_with_the_longest_of_names() throws Exception {
    String name = "a".repeat(60) + ".net";
    host.rename("db1", name);
    try (Made made = host.make(GaussHost.PASSWORD)) {
      X509Certificate ca = first(made.bundle(), ServerBundle.CA);
      assertThat(ca.getSubjectX500Principal().getName())
          .contains("CN=" + "a".repeat(51) + " openGauss CA");
    }
  }

  @Test
  void names_every_node_in_the_server_certificate() throws Exception {
    try (Made made = host.make(GaussHost.PASSWORD)) {
      X509Certificate server = first(made.bundle(), ServerBundle.SERVER_CERTIFICATE);
      assertThat(server.getSubjectX500Principal().getName()).contains("CN=db1");
      assertThat(server.getSubjectAlternativeNames())
          .extracting(n -> (Object) n.get(1))
          .containsExactlyInAnyOrder("db1", "db2", "192.0.2.11", "192.0.2.12");
      assertThat(
              first(made.bundle(), ServerBundle.CLIENT_CERTIFICATE)
                  .getSubjectX500Principal()
                  .getName())
          .contains("CN=omm");
      assertThat(new OpenGaussTarget().digest(made.bundle())).hasSize(64);
    }
  }

  private static List<Object> names(X509Certificate server) throws Exception {
    return server.getSubjectAlternativeNames().stream().map(n -> (Object) n.get(1)).toList();
  }

  /** Installs a certificate with this common name, which clients may come by. */
  private X509Certificate made(String commonName) throws Exception {
    try (InstalledBundle installed = host.installed();
        Secret ca = GaussHost.secret(GaussHost.CA_PASSWORD);
        Made made =
            new NewBundle(host.node(), host.options(), installed)
                .make(
                    new BundleSpec("ec-p256", 0, Map.of("common_name", commonName)),
                    Optional.of(GaussHost.secret(GaussHost.PASSWORD)),
                    new Authority(host.authority(), Optional.of(ca), Optional.empty()))) {
      host.install(made.bundle());
      return first(made.bundle(), ServerBundle.SERVER_CERTIFICATE);
    }
  }

  /** verify-full of gsql compares the common name, and other clients the alternative names. */
  @Test
  void has_the_common_name_among_the_alternative_names_too() throws Exception {
    assertThat(names(made("db.example.com"))).contains("db1", "192.0.2.12", "db.example.com");
  }

  @Test
  void keeps_the_names_that_clients_come_by() throws Exception {
    made("db.example.com");
    try (Made made = host.make(null)) {
      X509Certificate server = first(made.bundle(), ServerBundle.SERVER_CERTIFICATE);
      assertThat(server.getSubjectX500Principal().getName()).contains("CN=db.example.com");
      assertThat(names(server))
          .containsExactlyInAnyOrder("db1", "db2", "192.0.2.11", "192.0.2.12", "db.example.com");
    }
  }

  /** Old examples of the vendor have such a one, which no client can verify. */
  @Test
  void keeps_no_common_name_that_is_no_host_name() throws Exception {
    made("the server");
    try (Made made = host.make(null)) {
      assertThat(
              first(made.bundle(), ServerBundle.SERVER_CERTIFICATE)
                  .getSubjectX500Principal()
                  .getName())
          .contains("CN=db1");
    }
  }

  /** In its last third a CA issues no more, and the new one is trusted beside it. */
  @Test
  void makes_a_new_ca_before_the_old_one_ends_and_trusts_both() throws Exception {
    X509Certificate old;
    try (Made first = host.make(GaussHost.PASSWORD)) {
      host.install(first.bundle());
      old = first(first.bundle(), ServerBundle.CA);
    }
    host.clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(2500));
    try (Made second = host.make(GaussHost.PASSWORD)) {
      List<X509Certificate> trusted =
          InstalledBundle.certificates(second.bundle(), ServerBundle.CA);
      assertThat(trusted).hasSize(2).contains(old);
      assertThat(InstalledBundle.issuers(second.bundle(), Samples.CLOCK.instant()))
          .doesNotContain(old)
          .hasSize(1);
      host.install(second.bundle());
    }
    host.options.put("trust", "finish");
    try (Made third = host.make(null)) {
      assertThat(InstalledBundle.certificates(third.bundle(), ServerBundle.CA))
          .hasSize(1)
          .doesNotContain(old);
      assertThat(third.bundle().files().get(ServerBundle.SERVER_KEY))
          .isEqualTo(Files.readAllBytes(host.data().resolve(ServerBundle.SERVER_KEY)));
    }
  }

  /** The night when everything has expired: the CA that would issue has, too. */
  @Test
  void makes_a_new_ca_where_the_kept_one_has_expired_and_trusts_it_alone() throws Exception {
    X509Certificate old;
    try (Made first = host.make(GaussHost.PASSWORD)) {
      host.install(first.bundle());
      old = first(first.bundle(), ServerBundle.CA);
    }
    host.clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(3700));
    try (Made second = host.make(null)) {
      assertThat(second.authority().files()).containsOnlyKeys("ca.crt", "ca.key");
      assertThat(InstalledBundle.certificates(second.bundle(), ServerBundle.CA))
          .hasSize(1)
          .doesNotContain(old);
      assertThat(Finding.stops(second.findings())).isFalse();
    }
  }

  @Test
  void gives_no_ca_up_unless_that_is_accepted_and_lists_who_is_connected() throws Exception {
    try (Made first = host.make(GaussHost.PASSWORD)) {
      host.install(first.bundle());
    }
    GaussHost other = new GaussHost(base.resolve("other"));
    host.options.put("trust", "replace");
    try (Made foreign = other.make(GaussHost.PASSWORD);
        InstalledBundle installed = host.installed()) {
      Taken refused =
          new NewBundle(host.node(), host.options(), installed)
              .take(foreign.bundle(), Optional.empty());
      assertThat(refused.findings())
          .filteredOn(f -> f.code().equals("CA_CHANGE"))
          .singleElement()
          .satisfies(f -> assertThat(f.message()).contains("app from 192.0.2.77"));
      assertThat(Finding.stops(refused.findings())).isTrue();
      host.options.put("accept_ca_change", true);
      Taken accepted =
          new NewBundle(host.node(), host.options(), installed)
              .take(foreign.bundle(), Optional.empty());
      assertThat(codes(accepted.findings())).containsExactly("CA_CHANGE");
      assertThat(Finding.stops(accepted.findings())).isFalse();
      assertThat(InstalledBundle.certificates(accepted.bundle(), ServerBundle.CA)).hasSize(1);
    }
  }

  @Test
  void drops_no_trust_unasked_where_the_installed_cas_cannot_be_read() throws Exception {
    try (Made first = host.make(GaussHost.PASSWORD)) {
      host.install(first.bundle());
    }
    byte[] cas = Files.readAllBytes(host.data().resolve(ServerBundle.CA));
    Files.write(host.data().resolve(ServerBundle.CA), Arrays.copyOf(cas, cas.length - 40));
    try (Made refused = host.make(null)) {
      assertThat(refused.findings())
          .filteredOn(f -> f.code().equals("CA_CHANGE"))
          .singleElement()
          .satisfies(f -> assertThat(f.message()).contains("cacert.pem cannot be read"));
      assertThat(Finding.stops(refused.findings())).isTrue();
    }
    Files.delete(host.data().resolve(ServerBundle.CA));
    Files.createDirectory(host.data().resolve(ServerBundle.CA));
    try (Made refused = host.make(null)) {
      assertThat(codes(refused.findings())).contains("CA_CHANGE");
    }
    host.options.put("accept_ca_change", true);
    try (Made accepted = host.make(null)) {
      assertThat(codes(accepted.findings())).contains("CA_CHANGE");
      assertThat(Finding.stops(accepted.findings())).isFalse();
    }
  }

  @Test
  void refuses_a_given_bundle_with_another_password_than_the_one_asked_for() throws Exception {
    try (Made made = host.make(GaussHost.PASSWORD);
        InstalledBundle installed = host.installed();
        Secret other = GaussHost.secret("Other$Pass1")) {
      Taken taken =
          new NewBundle(host.node(), host.options(), installed)
              .take(made.bundle(), Optional.of(other));
      assertThat(codes(taken.findings())).containsExactly("PASSWORD_DIFFERS");
      assertThat(taken.bundle().files()).isEmpty();
    }
  }

  @Test
  void takes_a_finished_package_as_its_files() throws Exception {
    try (Made made = host.make(GaussHost.PASSWORD);
        InstalledBundle installed = host.installed()) {
      byte[] zip = BundlePackage.write(made.bundle());
      Taken taken =
          new NewBundle(host.node(), host.options(), installed)
              .take(new Bundle(Map.of(ServerBundle.PACKAGE, zip)), Optional.empty());
      assertThat(taken.findings()).isEmpty();
      assertThat(new OpenGaussTarget().digest(taken.bundle()))
          .isEqualTo(new OpenGaussTarget().digest(made.bundle()));
    }
  }

  @Test
  void makes_a_crl_of_what_is_revoked_and_refuses_what_is_no_serial() throws Exception {
    host.options.put("revoke", List.of("0A:1b"));
    try (Made made = host.make(GaussHost.PASSWORD)) {
      host.install(made.bundle());
    }
    try (InstalledBundle installed = host.installed()) {
      assertThat(installed.revoked(List.of("a1b", "a1c"))).containsExactly("a1b");
      assertThat(installed.summaries())
          .anyMatch(s -> s.source().endsWith(ServerBundle.CRL) && s.notAfter() != null);
    }
    host.options.put("revoke", List.of("serial 1"));
    code("SETTING_INVALID", () -> host.make(GaussHost.PASSWORD));
  }

  @Test
  void says_what_to_do_where_the_present_password_cannot_be_kept() throws Exception {
    try (Made before = host.make(GaussHost.PASSWORD)) {
      host.install(before.bundle());
    }
    host.install(ServerBundle.SERVER_KEY + ServerBundle.CIPHER, new byte[56]);
    assertThatThrownBy(() -> host.make(null))
        .isInstanceOfSatisfying(
            HostException.class,
            e -> {
              assertThat(e.code()).isEqualTo("KEY_CIPHER_DAMAGED");
              assertThat(e.finding().message()).contains(host.data().toString(), "cannot be kept");
              assertThat(e.finding().remedy()).contains("hacert_password");
            });
  }

  /** As where ssl was only just switched on. */
  @Test
  void makes_a_bundle_where_no_certificate_is_installed_yet() throws Exception {
    try (Made made = host.make(GaussHost.PASSWORD)) {
      assertThat(made.bundle().files().keySet()).containsAll(ServerBundle.REQUIRED);
    }
    assertThatThrownBy(() -> host.make(null)).hasMessageContaining("cannot be kept");
  }

  /** gs_om removes the installed one where the package has none. */
  @Test
  void keeps_the_configuration_of_openssl_that_is_installed_beside_a_given_bundle()
      throws Exception {
    host.install(ServerBundle.OPENSSL_CONFIGURATION, new byte[] {35});
    try (Made made = host.make(GaussHost.PASSWORD);
        InstalledBundle installed = host.installed()) {
      made.bundle().files().remove(ServerBundle.OPENSSL_CONFIGURATION);
      NewBundle bundle = new NewBundle(host.node(), host.options(), installed);
      assertThat(bundle.take(made.bundle(), Optional.empty()).bundle().files())
          .containsEntry(ServerBundle.OPENSSL_CONFIGURATION, new byte[] {35});
      made.bundle().files().put(ServerBundle.OPENSSL_CONFIGURATION, new byte[] {36});
      assertThat(bundle.take(made.bundle(), Optional.empty()).bundle().files())
          .containsEntry(ServerBundle.OPENSSL_CONFIGURATION, new byte[] {36});
    }
  }
}
