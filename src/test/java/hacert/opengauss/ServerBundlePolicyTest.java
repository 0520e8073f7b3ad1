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
import hacert.result.Severity;
import hacert.target.Bundle;
import hacert.x509.Certificates;
import hacert.x509.EnterpriseCa;
import hacert.x509.KeyForm;
import hacert.x509.KeySpec;
import hacert.x509.Openssl;
import hacert.x509.PemKeyWriter;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerBundlePolicyTest {
  private static final String SERVER = "extendedKeyUsage=serverAuth;subjectAltName=DNS:server";
  private static final String CLIENT = "extendedKeyUsage=clientAuth";
  private static final Duration DAY = Duration.ofDays(1);
  private static CertificateAuthority ca;
  private static Bundle bundle;
  private static EnterpriseCa shop;

  @BeforeAll
  static void make(@TempDir Path dir) throws Exception {
    ca = Samples.authority();
    bundle = Samples.made(ca);
    shop = EnterpriseCa.make(dir, "ec:P-256");
    issue("server", "ec:P-256", "sub", SERVER);
    issue("client", "ec:P-256", "sub", CLIENT);
    shop.join("ca.pem", "sub.crt", "root.crt");
  }

  /** With an end before that of its CA, which would be a finding. */
  private static void issue(
      String name, String keys, String issuer, String extensions, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of(more));
    words.addAll(List.of("-days", "2000"));
    shop.issue(name, keys, issuer, extensions, words.toArray(String[]::new));
  }

  private static List<String> codes(Bundle checked, Expectation expectation) {
    List<Finding> findings = ServerBundlePolicy.check(checked, expectation);
    assertThat(findings)
        .allSatisfy(
            f -> {
              assertThat(f.message()).isNotBlank();
              assertThat(f.remedy()).isNotBlank();
              assertThat(f.toString()).doesNotContain(PASSWORD);
            });
    return findings.stream()
        .map(f -> (f.severity() == Severity.WARNING ? "warning " : "") + f.code())
        .toList();
  }

  private static List<String> codes(Bundle checked) {
    return codes(checked, Samples.expectation(CLOCK.instant()));
  }

  private static List<String> codesAt(Instant now) {
    return codes(bundle, Samples.expectation(now));
  }

  /** Names are left out: those of openssl's certificates are others. */
  private static List<String> shopCodes(String server, String client, String cacert)
      throws Exception {
    return codes(
        Samples.enterprise(shop, server, client, cacert),
        new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of()));
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] file(String name) {
    return bundle.files().get(name);
  }

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

  @Test
  void refuses_another_ca_and_none() throws Exception {
    assertThat(codes(with(bundle, "cacert.pem", Samples.authority().pem())))
        .containsExactly("CERT_NOT_ISSUED", "CERT_NOT_ISSUED");
    assertThat(codes(with(bundle, "cacert.pem", file("server.crt")))).contains("CERT_NOT_ISSUED");
    assertThat(shopCodes("server", "client", "sub.crt"))
        .containsExactly("CERT_NOT_ROOT", "CERT_NOT_ROOT");
    assertThat(shopCodes("server", "client", "root.crt"))
        .containsExactly("CERT_NOT_ISSUED", "CERT_NOT_ISSUED");
  }

  @Test
  void takes_a_chain_leaf_first_and_no_other_order() throws Exception {
    shop.join("chained.crt", "server.crt", "sub.crt");
    shop.join("turned.crt", "sub.crt", "server.crt");
    shop.join("strange.crt", "server.crt", "root.crt");
    Bundle chained = Samples.enterprise(shop, "server", "client", "ca.pem");
    Expectation anywhere =
        new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of());
    assertThat(codes(with(chained, "server.crt", shop.bytes("chained.crt")), anywhere)).isEmpty();
    assertThat(codes(with(chained, "server.crt", shop.bytes("strange.crt")), anywhere))
        .containsExactly("CERT_NOT_SINGLE");
    assertThat(codes(with(chained, "server.crt", shop.bytes("turned.crt")), anywhere))
        .contains("CERT_NOT_SINGLE", "KEY_MISMATCH");
    assertThat(
            codes(
                with(
                    with(
                        with(chained, "cacert.pem", shop.bytes("root.crt")),
                        "server.crt",
                        shop.bytes("chained.crt")),
                    "client.crt",
                    join(shop.bytes("client.crt"), shop.bytes("sub.crt"))),
                anywhere))
        .isEmpty();
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

  @Test
  void refuses_what_its_ca_may_not_issue() throws Exception {
    shop.issue(
        "narrow",
        "ec:P-256",
        "root",
        "basicConstraints=critical,CA:TRUE;nameConstraints=critical,DER:"
            + "30:12:A0:10:30:0E:82:0C:73:68:6F:70:2E:65:78:61:6D:70:6C:65");
    issue("outside", "ec:P-256", "narrow", SERVER);
    shop.join("narrowed.pem", "ca.pem", "narrow.crt");
    assertThat(shopCodes("outside", "client", "narrowed.pem")).containsExactly("CERT_PATH_INVALID");
  }

  @Test
  void refuses_a_ca_that_may_not_issue_on_the_way() throws Exception {
    shop.issue("lower", "ec:P-256", "sub", "basicConstraints=critical,CA:TRUE");
    issue("deep", "ec:P-256", "lower", SERVER);
    shop.join("deep.pem", "ca.pem", "lower.crt");
    assertThat(shopCodes("deep", "client", "deep.pem")).containsExactly("CERT_PATH_LENGTH");
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
  void warns_of_a_certificate_that_outlives_its_ca() throws Exception {
    shop.issue("brief", "ec:P-256", "root", "basicConstraints=critical,CA:TRUE", "-days", "9");
    issue("long", "ec:P-256", "brief", SERVER);
    shop.join("brief.pem", "ca.pem", "brief.crt");
    assertThat(shopCodes("long", "client", "brief.pem"))
        .containsExactly("warning CERT_OUTLIVES_CA");
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
  void only_warns_of_a_ca_that_is_kept_for_old_clients() throws Exception {
    CertificateAuthority old =
        CertificateAuthority.make(KeySpec.EC_P256, Samples.subject("Old"), 2, CLOCK, RANDOM);
    Bundle wide = with(bundle, "cacert.pem", Trust.withOld(ca.pem(), old.pem(), CLOCK));
    assertThat(codes(wide)).isEmpty();
    assertThat(codes(wide, Samples.expectation(CLOCK.instant().plus(DAY.multipliedBy(3)))))
        .containsExactly("warning CERT_EXPIRED");
    assertThat(codes(with(bundle, "cacert.pem", join(ca.pem(), file("server.crt")))))
        .containsExactly("warning CERT_NOT_CA", "warning CERT_PURPOSE");
  }

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

  @Test
  void finds_everything_at_once() throws Exception {
    Bundle bad = with(bundle, "server.crt", "x".getBytes(StandardCharsets.US_ASCII));
    bad = with(bad, "client.key.rand", new byte[24]);
    bad = with(bad, "sslcrl-file.crl", new byte[5]);
    assertThat(codes(bad)).containsExactly("CERT_UNREADABLE", "KEY_RAND_DAMAGED", "CRL_UNREADABLE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-aes256", "-aes128", "-des3"})
  void takes_keys_as_openssl_encrypts_them(String cipher) throws Exception {
    Bundle traditional = Samples.enterprise(shop, "server", "client", "ca.pem");
    shop.opensslWith(
        PASSWORD, "ec", "-in", "server.key", cipher, "-passout", "stdin", "-out", "dek.key");
    assertThat(new String(shop.bytes("dek.key"))).contains("DEK-Info");
    assertThat(
            codes(
                with(traditional, "server.key", shop.bytes("dek.key")),
                new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of())))
        .isEmpty();
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
