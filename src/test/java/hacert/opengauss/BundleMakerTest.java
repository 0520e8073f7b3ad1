package hacert.opengauss;

import static hacert.opengauss.Samples.PASSWORD;
import static hacert.opengauss.Samples.RANDOM;
import static hacert.opengauss.Samples.codes;
import static hacert.opengauss.Samples.order;
import static hacert.opengauss.Samples.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.HostException;
import hacert.opengauss.BundleMaker.Made;
import hacert.opengauss.BundleMaker.Order;
import hacert.opengauss.BundleMaker.Revocation;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.x509.Certificates;
import hacert.x509.EnterpriseCa;
import hacert.x509.KeySpec;
import hacert.x509.Openssl;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BundleMakerTest {
  private static final byte[] NONE = {};

  @TempDir Path dir;

  private static String code(Order order, String password) throws Exception {
    CertificateAuthority ca = Samples.authority();
    return catchThrowableOfType(
            HostException.class, () -> BundleMaker.make(ca, order, secret(password), RANDOM))
        .code();
  }

  @Test
  void refuses_what_the_server_could_not_use() throws Exception {
    Order good = order(KeySpec.EC_P256, Optional.empty());
    assertThat(code(good, "Abcdefgh@1234567")).isEqualTo("PASSWORD_TOO_LONG");
    assertThat(code(good, "")).isEqualTo("PASSWORD_TOO_SHORT");
    Order nobody = new Order(good.key(), 1, good.subject(), List.of(), "omm", Optional.empty());
    assertThat(code(nobody, PASSWORD)).isEqualTo("NAME_INVALID");
    Order odd =
        new Order(
            good.key(), 1, good.subject(), List.of("db1", "no host"), "omm", Optional.empty());
    assertThat(code(odd, PASSWORD)).isEqualTo("NAME_INVALID");
    Order never = new Order(good.key(), 0, good.subject(), List.of("a"), "omm", Optional.empty());
    assertThat(code(never, PASSWORD)).isEqualTo("SETTING_INVALID");
    Order unlimited = order(KeySpec.EC_P256, Optional.of(new Revocation(Map.of(), 0)));
    assertThat(code(unlimited, PASSWORD)).isEqualTo("SETTING_INVALID");
  }

  @ParameterizedTest
  @EnumSource(KeySpec.class)
  void makes_what_openssl_opens_verifies_and_our_policy_takes(KeySpec spec) throws Exception {
    CertificateAuthority ca = Samples.authority();
    Order order =
        order(spec, Optional.of(new Revocation(Map.of(BigInteger.TEN, Instant.now()), 30)));
    Made made = BundleMaker.make(ca, order, secret(PASSWORD), RANDOM);
    assertThat(made.findings()).isEmpty();
    Bundle bundle = made.bundle();
    assertThat(bundle.files().keySet())
        .containsExactlyInAnyOrderElementsOf(
            ServerBundle.ALL.stream().filter(n -> !n.equals("openssl.cnf")).toList());
    assertThat(ServerBundlePolicy.check(bundle, Samples.expectation(Instant.now()))).isEmpty();
    Samples.write(bundle, dir);
    for (String side : List.of("server", "client")) {
      X509Certificate leaf = Samples.first(bundle, side + ".crt");
      assertThat(opened(side + ".key")).isEqualTo(leaf.getPublicKey().getEncoded());
      assertThat(
              Openssl.run(
                      NONE,
                      "verify",
                      "-x509_strict",
                      "-crl_check_all",
                      "-CRLfile",
                      path("sslcrl-file.crl"),
                      "-purpose",
                      "ssl" + side,
                      "-CAfile",
                      path("cacert.pem"),
                      path(side + ".crt"))
                  .text())
          .endsWith(": OK\n");
      assertThat(Openssl.run(NONE, "asn1parse", "-in", path(side + ".key")).text())
          .contains("PBES2", "aes-256-cbc", "hmacWithSHA256", "INTEGER           :0800");
    }
    assertThat(opened("client.key.pk8"))
        .isEqualTo(Samples.first(bundle, "client.crt").getPublicKey().getEncoded());
    assertThat(Openssl.run(NONE, "crl", "-in", path("sslcrl-file.crl"), "-noout", "-text").text())
        .contains("Serial Number: 0A\n");
  }

  private byte[] opened(String key) throws Exception {
    return Openssl.ok(
        Openssl.line(PASSWORD),
        "pkey",
        "-inform",
        key.endsWith(".pk8") ? "DER" : "PEM",
        "-in",
        path(key),
        "-passin",
        "stdin",
        "-pubout",
        "-outform",
        "DER");
  }

  private String path(String name) {
    return dir.resolve(name).toString();
  }

  @Test
  void names_the_nodes_and_the_database_user() throws Exception {
    Bundle bundle = Samples.made(Samples.authority());
    assertThat(Certificates.summary("", Samples.first(bundle, "server.crt")).subject())
        .isEqualTo("CN=db1,O=Example");
    assertThat(Certificates.summary("", Samples.first(bundle, "server.crt")).names())
        .containsExactly(
            "DNS:db1", "DNS:db2.example.org", "IP:192.0.2.1", "IP:2001:db8:0:0:0:0:0:1");
    assertThat(Certificates.summary("", Samples.first(bundle, "client.crt")).subject())
        .isEqualTo("CN=omm,O=Example");
    Order named =
        new Order(
            KeySpec.EC_P256, 9, Samples.subject("vip"), List.of("db1"), "app", Optional.empty());
    Bundle other = Samples.made(Samples.authority(), named);
    assertThat(Certificates.summary("", Samples.first(other, "server.crt")).subject())
        .isEqualTo("CN=vip,O=Example");
  }

  @Test
  void has_keys_and_password_files_of_their_own_for_each_side() throws Exception {
    Map<String, byte[]> files = Samples.made(Samples.authority()).files();
    assertThat(files.get("server.key.rand")).isNotEqualTo(files.get("client.key.rand"));
    assertThat(Samples.first(new Bundle(files), "server.crt").getPublicKey())
        .isNotEqualTo(Samples.first(new Bundle(files), "client.crt").getPublicKey());
  }

  @Test
  void shows_the_issuers_below_the_root(@TempDir Path pki) throws Exception {
    EnterpriseCa shop = EnterpriseCa.make(pki, "ec:P-256");
    CertificateAuthority sub =
        CertificateAuthority.open(
                shop.join("both.pem", "root.crt", "sub.crt").bytes("both.pem"),
                shop.bytes("sub.key"),
                secret(PASSWORD),
                Samples.CLOCK,
                RANDOM)
            .authority()
            .orElseThrow();
    Bundle bundle = Samples.made(sub);
    assertThat(Certificates.read(bundle.files().get("server.crt"))).hasSize(2);
    assertThat(Certificates.read(bundle.files().get("cacert.pem"))).hasSize(2);
    assertThat(ServerBundlePolicy.check(bundle, Samples.expectation(Instant.now()))).isEmpty();
    Samples.write(bundle, dir);
    assertThat(
            Openssl.run(
                    NONE,
                    "verify",
                    "-CAfile",
                    shop.path("root.crt").toString(),
                    "-untrusted",
                    path("server.crt"),
                    path("server.crt"))
                .text())
        .endsWith(": OK\n");
  }

  @Test
  void warns_where_java_cannot_open_the_key_and_others_can() throws Exception {
    String password = "Gäuss@12€";
    Made made =
        BundleMaker.make(
            Samples.authority(),
            order(KeySpec.EC_P256, Optional.empty()),
            secret(password),
            RANDOM);
    assertThat(codes(made.findings())).containsExactly("PASSWORD_NOT_FOR_JDBC");
    assertThat(made.findings().toString()).doesNotContain(password);
    Samples.write(made.bundle(), dir);
    assertThat(
            Openssl.run(
                    (password + "\n").getBytes(StandardCharsets.UTF_8),
                    "pkey",
                    "-in",
                    path("server.key"),
                    "-passin",
                    "stdin",
                    "-noout")
                .code())
        .isZero();
  }

  @Test
  void hands_on_that_a_certificate_was_shortened() throws Exception {
    CertificateAuthority ca =
        CertificateAuthority.make(
            KeySpec.EC_P256, Samples.subject("Root"), 10, Samples.CLOCK, RANDOM);
    List<Finding> findings =
        BundleMaker.make(ca, order(KeySpec.EC_P256, Optional.empty()), secret(PASSWORD), RANDOM)
            .findings();
    assertThat(codes(findings)).containsExactly("CERT_SHORTENED", "CERT_SHORTENED");
    assertThat(findings.get(0).message()).contains("db1");
    assertThat(findings.get(1).message()).contains("omm");
  }
}
