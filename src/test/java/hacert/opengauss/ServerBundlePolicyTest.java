package hacert.opengauss;

import static hacert.opengauss.Samples.CLOCK;
import static hacert.opengauss.Samples.NAMES;
import static hacert.opengauss.Samples.PASSWORD;
import static hacert.opengauss.Samples.RANDOM;
import static hacert.opengauss.Samples.order;
import static hacert.opengauss.Samples.secret;
import static hacert.opengauss.Samples.with;
import static hacert.opengauss.Samples.without;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.opengauss.BundleMaker.Revocation;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.x509.Certificates;
import hacert.x509.KeyForm;
import hacert.x509.KeySpec;
import hacert.x509.Openssl;
import hacert.x509.PemKeyWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerBundlePolicyTest extends ServerBundleChecks {
  @Test
  void refuses_a_bundle_without_one_of_the_nine_files() {
    for (String name : ServerBundle.REQUIRED) {
      assertThat(codes(without(bundle, name))).containsExactly("FILE_MISSING");
    }
    assertThat(codes(new Bundle(Map.of()))).hasSize(9).containsOnly("FILE_MISSING");
  }

  @Test
  void refuses_files_that_are_empty_huge_or_no_part_of_a_bundle() {
    for (String name : ServerBundle.ALL) {
      assertThat(codes(with(bundle, name, new byte[0]))).containsExactly("FILE_EMPTY");
      assertThat(codes(with(bundle, name, new byte[(1 << 20) + 1])))
          .containsExactly("FILE_TOO_LARGE");
    }
    assertThat(codes(with(bundle, "root-ca.crt", new byte[1]))).containsExactly("PACKAGE_EXTRA");
  }

  @Test
  void refuses_garbage_in_any_file_that_it_understands() {
    for (String name : ServerBundle.ALL) {
      if (!name.equals(ServerBundle.OPENSSL_CONFIGURATION)) {
        List<String> codes = codes(with(bundle, name, new byte[77]));
        assertThat(codes).as(name).isNotEmpty().noneMatch(c -> c.startsWith("warning"));
      }
    }
    assertThat(codes(with(bundle, ServerBundle.OPENSSL_CONFIGURATION, new byte[77]))).isEmpty();
  }

  @Test
  void refuses_every_file_that_is_cut_off() {
    for (String name : bundle.files().keySet()) {
      byte[] half = Arrays.copyOf(file(name), file(name).length / 2);
      assertThat(codes(with(bundle, name, half))).as(name).isNotEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"server.key, server.crt", "client.key, client.crt"})
  void refuses_a_key_that_does_not_match_its_certificate(String key, String certificate) {
    byte[] other =
        PemKeyWriter.write(
            KeySpec.EC_P256.generate(RANDOM).getPrivate(),
            KeyForm.TRADITIONAL_AES256,
            PASSWORD.toCharArray(),
            RANDOM);
    List<Finding> findings =
        ServerBundlePolicy.check(with(bundle, key, other), Samples.expectation(CLOCK.instant()));
    assertThat(findings).singleElement().matches(f -> f.code().equals("KEY_MISMATCH"));
    assertThat(findings.get(0).message()).startsWith(key).contains(certificate);
  }

  @Test
  void refuses_sides_that_were_swapped() throws Exception {
    Bundle swapped = bundle;
    for (String extension : List.of(".crt", ".key", ".key.cipher", ".key.rand")) {
      swapped = with(swapped, "server" + extension, file("client" + extension));
      swapped = with(swapped, "client" + extension, file("server" + extension));
    }
    assertThat(codes(swapped))
        .containsExactly(
            "CERT_PURPOSE",
            "warning CERT_NAMES",
            "warning CERT_COMMON_NAME",
            "CERT_PURPOSE",
            "KEY_MISMATCH");
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "client"})
  void refuses_password_files_that_do_not_open_the_key(String side) {
    KeyPassword other = KeyPassword.encrypt(secret("Other@123"), RANDOM);
    Bundle both =
        with(with(bundle, side + ".key.cipher", other.cipher()), side + ".key.rand", other.rand());
    assertThat(codes(both)).contains("KEY_PASSWORD_WRONG").hasSize(side.equals("server") ? 1 : 2);
    assertThat(codes(with(bundle, side + ".key.cipher", new byte[56])))
        .containsExactly("KEY_CIPHER_DAMAGED");
    assertThat(codes(with(bundle, side + ".key.rand", new byte[23])))
        .containsExactly("KEY_RAND_LENGTH");
  }

  @Test
  void refuses_another_password_than_the_given_one() {
    for (String password : List.of("Other@123", PASSWORD)) {
      Expectation expectation =
          new Expectation(NAMES, CLOCK.instant(), Optional.of(secret(password)), true, Map.of());
      assertThat(codes(bundle, expectation).toString())
          .isEqualTo(
              password.equals(PASSWORD) ? "[]" : "[KEY_PASSWORD_DIFFERS, KEY_PASSWORD_DIFFERS]");
    }
  }

  @Test
  void tries_the_given_password_where_the_two_files_are_damaged() {
    Bundle damaged =
        with(with(bundle, "server.key.rand", new byte[24]), "server.key", file("client.key"));
    Expectation expectation =
        new Expectation(NAMES, CLOCK.instant(), Optional.of(secret(PASSWORD)), true, Map.of());
    assertThat(codes(damaged, expectation)).containsExactly("KEY_RAND_DAMAGED", "KEY_MISMATCH");
  }

  @Test
  void refuses_a_key_that_is_not_encrypted() throws Exception {
    Bundle plain =
        with(
            Samples.enterprise(shop, "server", "client", "ca.pem"),
            "server.key",
            shop.bytes("server.key"));
    assertThat(
            codes(
                plain,
                new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of())))
        .containsExactly("KEY_NOT_ENCRYPTED");
  }

  @Test
  void refuses_a_key_among_certificates_and_several_keys() {
    assertThat(codes(with(bundle, "server.crt", join(file("server.crt"), file("server.key")))))
        .containsExactly("CERT_HOLDS_KEY");
    assertThat(codes(with(bundle, "cacert.pem", join(file("cacert.pem"), file("client.key")))))
        .containsExactly("CERT_HOLDS_KEY");
    assertThat(codes(with(bundle, "server.key", join(file("server.key"), file("client.key")))))
        .containsExactly("KEY_UNREADABLE");
  }

  @Test
  void refuses_a_jdbc_key_that_is_another_ones_or_no_der() throws Exception {
    Bundle other = Samples.made(ca);
    assertThat(codes(with(bundle, "client.key.pk8", other.files().get("client.key.pk8"))))
        .containsExactly("KEY_MISMATCH");
    assertThat(codes(with(bundle, "client.key.pk8", file("client.key"))))
        .containsExactly("KEY_UNREADABLE");
    assertThat(codes(with(bundle, "client.key.pk8", file("client.crt"))))
        .containsExactly("KEY_UNREADABLE");
    shop.openssl("pkcs8 -topk8 -nocrypt -outform der -in client.key -out plain.der".split(" "));
    Bundle plain =
        with(
            Samples.enterprise(shop, "server", "client", "ca.pem"),
            "client.key.pk8",
            shop.bytes("plain.der"));
    assertThat(
            codes(
                plain,
                new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of())))
        .containsExactly("warning KEY_NOT_ENCRYPTED");
  }

  @ParameterizedTest
  @CsvSource({
    "ec:P-256, sub, -sha256, keyUsage=keyCertSign;serverAuth, CERT_PURPOSE",
    "ec:P-256, sub, -sha256, clientAuth, CERT_PURPOSE",
    "ec:P-256, sub, -sha1, serverAuth, CERT_WEAK_SIGNATURE",
    "ec:P-256, sub, -sha256, basicConstraints=CA:TRUE;serverAuth, warning CERT_IS_CA",
    "ec:P-521, sub, -sha256, serverAuth, KEY_ALGORITHM",
    "rsa:1024, sub, -sha256, serverAuth, KEY_TOO_SMALL",
    "rsa:2048, sub, -sha256, serverAuth, ''",
    "ec:P-384, sub, -sha384, serverAuth, ''",
    "ec:P-256, root, -sha256, serverAuth, ''"
  })
  void judges_a_servers_certificate(
      String keys, String issuer, String digest, String extensions, String code) throws Exception {
    String use = extensions.replaceAll("(^|;)(\\w+)$", "$1extendedKeyUsage=$2");
    issue("odd", keys, issuer, use + ";subjectAltName=DNS:odd", digest);
    String codes = String.join(" ", shopCodes("odd", "client", "ca.pem"));
    assertThat(codes).isEqualTo(code);
  }

  /** What openssl says of a certificate for a use, under the roots of {@code ca.pem}. */
  private static boolean openssl(String certificate, String use) throws Exception {
    return Openssl.run(
                new byte[0],
                "verify",
                "-purpose",
                use,
                "-CAfile",
                shop.path("ca.pem").toString(),
                shop.path(certificate).toString())
            .code()
        == 0;
  }

  /** That it is for any use is for none, as openssl sees it. */
  @ParameterizedTest
  @CsvSource({
    "serverAuth, true",
    "'serverAuth,anyExtendedKeyUsage', true",
    "anyExtendedKeyUsage, false",
    "clientAuth, false"
  })
  void takes_the_uses_of_a_server_that_openssl_takes(String uses, boolean good) throws Exception {
    issue("use", "ec:P-256", "sub", "subjectAltName=DNS:use;extendedKeyUsage=" + uses);
    assertThat(openssl("use.crt", "sslserver")).isEqualTo(good);
    assertThat(shopCodes("use", "client", "ca.pem"))
        .isEqualTo(good ? List.of() : List.of("CERT_PURPOSE"));
  }

  @Test
  void refuses_a_clients_certificate_for_any_use() throws Exception {
    issue("anyone", "ec:P-256", "sub", "extendedKeyUsage=anyExtendedKeyUsage");
    assertThat(openssl("anyone.crt", "sslclient")).isFalse();
    assertThat(shopCodes("server", "anyone", "ca.pem")).containsExactly("CERT_PURPOSE");
  }

  @Test
  void refuses_version_1() throws Exception {
    shop.openssl("req", "-new", "-key", "server.key", "-subj", "/CN=old", "-out", "csr");
    shop.openssl(
        "x509 -req -in csr -CA sub.crt -CAkey sub.key -set_serial 9 -days 99 -out one.crt"
            .split(" "));
    Bundle old =
        with(
            Samples.enterprise(shop, "server", "client", "ca.pem"),
            "server.crt",
            shop.bytes("one.crt"));
    assertThat(codes(old)).contains("CERT_VERSION");
  }

  @Test
  void refuses_what_has_ended_or_not_begun_and_warns_of_what_ends_soon() {
    Instant now = CLOCK.instant();
    assertThat(codesAt(now.minus(DAY)))
        .contains("CERT_NOT_YET_VALID")
        .noneMatch(c -> c.startsWith("warning"));
    assertThat(codesAt(now.plus(DAY.multipliedBy(334)))).isEmpty();
    assertThat(codesAt(now.plus(DAY.multipliedBy(336))))
        .containsExactly("warning CERT_EXPIRES_SOON", "warning CERT_EXPIRES_SOON");
    assertThat(codesAt(now.plus(DAY.multipliedBy(366))))
        .containsExactly("CERT_EXPIRED", "CERT_EXPIRED");
  }

  /** As where the clock of the node that made it is ahead of this one's. */
  @Test
  void only_warns_of_what_begins_within_a_minute() throws Exception {
    Clock ahead = Clock.offset(CLOCK, Duration.ofMinutes(2));
    byte[] key = ca.encryptedKey(secret(PASSWORD));
    Bundle fresh =
        Samples.made(
            CertificateAuthority.open(ca.pem(), key, secret(PASSWORD), ahead, RANDOM)
                .authority()
                .orElseThrow());
    Instant begin = Samples.first(fresh, "server.crt").getNotBefore().toInstant();
    assertThat(codes(fresh, Samples.expectation(begin.minusSeconds(30))))
        .containsExactly("warning CERT_NOT_YET_VALID", "warning CERT_NOT_YET_VALID");
    assertThat(codes(fresh, Samples.expectation(begin.minusSeconds(61))))
        .containsOnly("CERT_NOT_YET_VALID");
  }

  @Test
  void does_not_call_a_short_validity_short_at_its_beginning() throws Exception {
    Bundle week =
        Samples.made(
            ca,
            new BundleMaker.Order(
                KeySpec.EC_P256, 7, Samples.subject(""), NAMES, "omm", Optional.empty()));
    assertThat(codes(week)).isEmpty();
    assertThat(codes(week, Samples.expectation(CLOCK.instant().plus(DAY.multipliedBy(5)))))
        .containsOnly("warning CERT_EXPIRES_SOON");
  }

  @Test
  void warns_of_names_that_clients_compare() {
    for (String other : List.of("db3", "192.0.2.9", "2001:db8::2")) {
      Expectation more =
          new Expectation(
              List.of("DB1", other, "2001:0db8:0::1"),
              CLOCK.instant(),
              Optional.empty(),
              true,
              Map.of());
      List<Finding> findings = ServerBundlePolicy.check(bundle, more);
      assertThat(findings).singleElement().matches(f -> f.code().equals("CERT_NAMES"));
      assertThat(findings.get(0).message()).contains("name " + other + ";");
    }
    assertThat(
            codes(
                bundle,
                new Expectation(
                    List.of("192.0.2.1"), CLOCK.instant(), Optional.empty(), true, Map.of())))
        .containsExactly("warning CERT_COMMON_NAME");
  }

  @Test
  void takes_ec_keys_only_where_the_server_does() throws Exception {
    Expectation old = new Expectation(NAMES, CLOCK.instant(), Optional.empty(), false, Map.of());
    assertThat(codes(bundle, old)).containsExactly("KEY_ALGORITHM", "KEY_ALGORITHM");
    assertThat(codes(Samples.made(ca, order(KeySpec.RSA_2048, Optional.empty())), old)).isEmpty();
  }

  @Test
  void warns_of_keys_that_others_can_read() {
    Expectation given =
        new Expectation(
            NAMES,
            CLOCK.instant(),
            Optional.empty(),
            true,
            Map.of(
                "server.key", PosixFilePermissions.fromString("rw-r-----"),
                "client.key.rand", PosixFilePermissions.fromString("rw----r--"),
                "client.key", PosixFilePermissions.fromString("rw-------"),
                "server.crt", PosixFilePermissions.fromString("rw-r--r--")));
    List<Finding> findings = ServerBundlePolicy.check(bundle, given);
    assertThat(findings).singleElement().matches(f -> f.code().equals("FILE_MODE"));
    assertThat(findings.get(0).message()).contains("use client.key.rand, server.key where");
  }

  @Test
  void finds_everything_at_once() throws Exception {
    Bundle bad = with(bundle, "server.crt", "x".getBytes(StandardCharsets.US_ASCII));
    bad = with(bad, "client.key.rand", new byte[24]);
    bad = with(bad, "sslcrl-file.crl", new byte[5]);
    assertThat(codes(bad)).containsExactly("CERT_UNREADABLE", "KEY_RAND_DAMAGED", "CRL_UNREADABLE");
  }

  @Test
  void takes_what_was_made_and_what_openssl_made() throws Exception {
    assertThat(codes(bundle)).isEmpty();
    assertThat(
            codes(
                Samples.made(
                    ca, order(KeySpec.RSA_2048, Optional.of(new Revocation(Map.of(), 30))))))
        .isEmpty();
    assertThat(shopCodes("server", "client", "ca.pem")).isEmpty();
    assertThat(Certificates.read(file("server.crt"))).hasSize(1);
  }
}
