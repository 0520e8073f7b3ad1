package hacert.opengauss;

import static hacert.opengauss.Samples.CLOCK;
import static hacert.opengauss.Samples.NAMES;
import static hacert.opengauss.Samples.PASSWORD;
import static hacert.opengauss.Samples.RANDOM;
import static hacert.opengauss.Samples.order;
import static hacert.opengauss.Samples.secret;
import static hacert.opengauss.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.host.HostException;
import hacert.opengauss.BundleMaker.Revocation;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.x509.Certificates;
import hacert.x509.KeySpec;
import hacert.x509.Openssl;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lists of revoked certificates in {@code sslcrl-file.crl}. */
class ServerBundleCrlTest extends ServerBundleChecks {
  @Test
  void refuses_a_crl_that_would_lock_clients_out() throws Exception {
    byte[] crl = ca.crl(Map.of(), 30);
    Bundle listed = with(bundle, "sslcrl-file.crl", crl);
    assertThat(codes(listed)).isEmpty();
    Instant now = CLOCK.instant();
    assertThat(codes(listed, Samples.expectation(now.plus(DAY.multipliedBy(21)))))
        .containsExactly("warning CRL_EXPIRES_SOON");
    assertThat(codes(listed, Samples.expectation(now.plus(DAY.multipliedBy(31)))))
        .containsExactly("CRL_EXPIRED");
    assertThat(codes(listed, Samples.expectation(now.minus(DAY)))).contains("CRL_NOT_YET_VALID");
    CertificateAuthority other = Samples.authority();
    assertThat(codes(with(bundle, "sslcrl-file.crl", other.crl(Map.of(), 30))))
        .containsExactly("CRL_ISSUER", "CRL_MISSING");
    assertThat(codes(with(bundle, "sslcrl-file.crl", file("cacert.pem"))))
        .containsExactly("CRL_UNREADABLE");
    Bundle wide = with(listed, "cacert.pem", join(ca.pem(), other.pem()));
    assertThat(codes(wide)).containsExactly("CRL_MISSING");
    assertThat(codes(with(wide, "sslcrl-file.crl", join(crl, other.crl(Map.of(), 9))))).isEmpty();
  }

  /** openssl does as the server: with {@code -crl_check} alone it asks for the leaf's list only. */
  @Test
  void asks_for_no_crl_of_a_ca_that_issued_only_other_cas(@TempDir Path dir) throws Exception {
    shop.join("both.pem", "root.crt", "sub.crt");
    CertificateAuthority sub =
        CertificateAuthority.open(
                shop.bytes("both.pem"), shop.bytes("sub.key"), secret(PASSWORD), CLOCK, RANDOM)
            .authority()
            .orElseThrow();
    Bundle made =
        Samples.made(
            sub,
            order(
                KeySpec.EC_P256,
                Optional.of(new Revocation(Map.of(BigInteger.TEN, CLOCK.instant()), 30))));
    assertThat(codes(made)).containsExactly("warning CRL_MISSING");
    Samples.write(made, dir);
    assertThat(
            Openssl.run(
                    new byte[0],
                    "verify",
                    "-crl_check",
                    "-CAfile",
                    dir.resolve("cacert.pem").toString(),
                    "-CRLfile",
                    dir.resolve("sslcrl-file.crl").toString(),
                    dir.resolve("client.crt").toString())
                .text())
        .contains("client.crt: OK");
    Expectation rootsClient =
        new Expectation(
            NAMES,
            CLOCK.instant(),
            Optional.empty(),
            true,
            Map.of(),
            Certificates.read(
                shop.issue("direct", "ec:P-256", "root", CLIENT).bytes("direct.crt")));
    assertThat(codes(made, rootsClient)).containsExactly("CRL_MISSING");
  }

  /** An issuer that stands behind the certificate is asked for its list like any other. */
  @Test
  void wants_the_crl_of_an_issuer_that_is_not_in_cacert_pem() throws Exception {
    CertificateAuthority root =
        CertificateAuthority.open(
                shop.bytes("root.crt"), shop.bytes("root.key"), secret(PASSWORD), CLOCK, RANDOM)
            .authority()
            .orElseThrow();
    shop.join("server-chain.crt", "server.crt", "sub.crt");
    shop.join("client-chain.crt", "client.crt", "sub.crt");
    Bundle given = Samples.enterprise(shop, "server", "client", "root.crt");
    given = with(given, "server.crt", shop.bytes("server-chain.crt"));
    given = with(given, "client.crt", shop.bytes("client-chain.crt"));
    Expectation anywhere =
        new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of());
    assertThat(codes(with(given, "sslcrl-file.crl", root.crl(Map.of(), 30)), anywhere))
        .containsExactly("CRL_MISSING");
  }

  @Test
  void of_several_lists_of_a_ca_the_newest_counts() throws Exception {
    CertificateAuthority before =
        CertificateAuthority.open(
                ca.pem(),
                ca.encryptedKey(secret(PASSWORD)),
                secret(PASSWORD),
                Clock.offset(CLOCK, Duration.ofMinutes(-30)),
                RANDOM)
            .authority()
            .orElseThrow();
    byte[] older = before.crl(Map.of(serial("client.crt"), CLOCK.instant()), 1);
    byte[] newer = ca.crl(Map.of(), 30);
    assertThat(codes(with(bundle, "sslcrl-file.crl", join(newer, older)))).isEmpty();
    assertThat(codes(with(bundle, "sslcrl-file.crl", older))).containsExactly("CERT_REVOKED");
  }

  /** openssl heeds no list of a CA without cRLSign, and refuses whom it issued. */
  @Test
  void takes_and_makes_no_crl_of_a_ca_that_must_not_sign_one() throws Exception {
    String all = "basicConstraints=critical,CA:TRUE;keyUsage=critical,keyCertSign";
    shop.issue("quiet", "ec:P-256", "", all + ",cRLSign", "-sha256");
    CertificateAuthority signing = opened("quiet.crt", "quiet.key");
    byte[] crl = signing.crl(Map.of(), 30);
    issue("itsserver", "ec:P-256", "quiet", SERVER);
    issue("itsclient", "ec:P-256", "quiet", CLIENT);
    Bundle given =
        with(
            Samples.enterprise(shop, "itsserver", "itsclient", "quiet.crt"),
            "sslcrl-file.crl",
            crl);
    assertThat(codes(given, anywhereNow())).isEmpty();
    assertThat(openssl(crl)).isTrue();
    shop.certify("quiet", "", all, "-sha256");
    assertThat(openssl(crl)).isFalse();
    assertThat(codes(with(given, "cacert.pem", shop.bytes("quiet.crt")), anywhereNow()))
        .containsExactly("CRL_ISSUER");
    CertificateAuthority forbidden = opened("quiet.crt", "quiet.key");
    assertThatThrownBy(() -> forbidden.crl(Map.of(), 30))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.code()).isEqualTo("CRL_ISSUER"));
  }

  /** Asked for anew once another certificate is made, which is not valid before. */
  private static Expectation anywhereNow() {
    return new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of());
  }

  private static CertificateAuthority opened(String certificate, String key) throws Exception {
    return CertificateAuthority.open(
            shop.bytes(certificate), shop.bytes(key), secret(PASSWORD), CLOCK, RANDOM)
        .authority()
        .orElseThrow();
  }

  private static boolean openssl(byte[] crl) throws Exception {
    Files.write(shop.path("quiet.crl"), crl);
    return Openssl.run(
                new byte[0],
                "verify",
                "-crl_check",
                "-CAfile",
                shop.path("quiet.crt").toString(),
                "-CRLfile",
                shop.path("quiet.crl").toString(),
                shop.path("itsclient.crt").toString())
            .code()
        == 0;
  }

  private static BigInteger serial(String name) throws Exception {
    return Samples.first(bundle, name).getSerialNumber();
  }

  @ParameterizedTest
  @ValueSource(strings = {"server.crt", "client.crt"})
  void refuses_a_certificate_that_is_revoked(String name) throws Exception {
    byte[] crl = ca.crl(Map.of(serial(name), CLOCK.instant()), 30);
    List<Finding> findings =
        ServerBundlePolicy.check(
            with(bundle, "sslcrl-file.crl", crl), Samples.expectation(CLOCK.instant()));
    assertThat(findings).singleElement().matches(f -> f.code().equals("CERT_REVOKED"));
    assertThat(findings.get(0).message()).startsWith(name);
  }
}
