package hacert.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.x509.UnreadableCertificateException.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IssuerTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Instant NOW = Instant.parse("2026-11-22T10:11:12Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final byte[] NONE = {};

  @TempDir Path dir;

  private static Issuer root(KeySpec spec) {
    RootAuthority root =
        RootAuthority.make(spec, subject("Root"), Period.ofDays(100), CLOCK, RANDOM);
    return new Issuer(root.certificate(), root.key());
  }

  private static Subject subject(String commonName) {
    return new Subject("", "", "", "Example", "", commonName, "");
  }

  private static Leaf server(String... names) {
    return new Leaf(subject("db1"), List.of(names), Leaf.Use.SERVER);
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(dir.resolve(name), content);
  }

  private static String openssl(String... words) throws IOException {
    return Openssl.run(NONE, words).text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "-a",
        "a-",
        "a..b",
        "a/b",
        "*",
        "a.*",
        "ä.example",
        "1.2.3.400",
        "1.2.3",
        "a,b",
        "fe80::1%eth0",
        "10.0.0.0/8",
        "1::2::3",
        "1:2:3:4:5:6:7:8:9",
        ":::",
        "a\nb"
      })
  void refuses_names_that_no_node_can_have(String name) {
    Leaf leaf = server("db1", name);
    assertThat(leaf.check()).singleElement().matches(f -> f.code().equals("NAME_INVALID"));
    assertThatIllegalArgumentException().isThrownBy(leaf::toNames);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "db1",
        "DB_1.example.org",
        "a.b-c.d",
        "*.example.org",
        "192.0.2.1",
        "2001:db8::1",
        "1a.2b",
        "xn--bcher-kva.example"
      })
  void takes_names_that_nodes_have(String name) {
    assertThat(server(name).check()).isEmpty();
  }

  @Test
  void refuses_to_issue_beyond_its_own_end_or_in_the_past() {
    Issuer root = root(KeySpec.EC_P256);
    KeyPair pair = KeySpec.EC_P256.generate(RANDOM);
    Instant last = root.certificate().getNotAfter().toInstant();
    for (Instant end : List.of(last.plusSeconds(1), NOW)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> root.issue(server("a"), pair.getPublic(), end, CLOCK, RANDOM));
    }
    assertThat(root.issue(server("a"), pair.getPublic(), last, CLOCK, RANDOM).getNotAfter())
        .isEqualTo(root.certificate().getNotAfter());
  }

  @ParameterizedTest
  @EnumSource(KeySpec.class)
  void openssl_reads_what_it_issues_as_it_was_meant(KeySpec spec) throws Exception {
    Issuer root = root(spec);
    X509Certificate leaf =
        root.issue(
            server("db1", "db1.example.org", "192.0.2.1", "2001:db8::1", "db1"),
            spec.generate(RANDOM).getPublic(),
            NOW.plus(Duration.ofDays(30)),
            CLOCK,
            RANDOM);
    Path ca = file("ca.pem", Certificates.pem(root.certificate()));
    Path pem = file("leaf.pem", Certificates.pem(leaf));
    assertThat(verify(ca, pem, "sslserver")).endsWith(": OK\n");
    assertThat(verify(ca, pem, "sslserver", "-verify_hostname", "db1.example.org")).contains("OK");
    assertThat(verify(ca, pem, "sslserver", "-verify_ip", "2001:db8::1")).contains("OK");
    assertThat(verify(ca, pem, "sslclient")).doesNotContain("OK");
    String text = openssl("x509", "-in", pem.toString(), "-noout", "-text");
    assertThat(text)
        .contains("Version: 3 (0x2)")
        .contains("X509v3 Basic Constraints: critical\n                CA:FALSE\n")
        .contains(
            "X509v3 Key Usage: critical\n                Digital Signature"
                + (spec.toString().startsWith("rsa") ? ", Key Encipherment\n" : "\n"))
        .contains("X509v3 Extended Key Usage: \n                TLS Web Server Authentication\n")
        .contains(
            "DNS:db1, DNS:db1.example.org, IP Address:192.0.2.1,"
                + " IP Address:2001:DB8:0:0:0:0:0:1\n")
        .contains("X509v3 Subject Key Identifier", "X509v3 Authority Key Identifier")
        .doesNotContain("DirName:")
        .contains("Not Before: Nov 22 09:11:12 2026 GMT")
        .contains("Not After : Dec 22 10:11:12 2026 GMT");
    assertThat(leaf.getSerialNumber().toByteArray()).hasSize(20);
  }

  private static String verify(Path ca, Path leaf, String purpose, String... more)
      throws IOException {
    var words =
        new java.util.ArrayList<>(
            List.of("verify", "-x509_strict", "-purpose", purpose, "-CAfile", ca.toString()));
    words.addAll(List.of("-attime", String.valueOf(NOW.getEpochSecond())));
    words.addAll(List.of(more));
    words.add(leaf.toString());
    return openssl(words.toArray(String[]::new));
  }

  @Test
  void issues_for_clients_without_names() throws Exception {
    Issuer root = root(KeySpec.EC_P256);
    X509Certificate leaf =
        root.issue(
            new Leaf(subject("omm"), List.of(), Leaf.Use.CLIENT),
            KeySpec.RSA_2048.generate(RANDOM).getPublic(),
            NOW.plusSeconds(60),
            CLOCK,
            RANDOM);
    Path ca = file("ca.pem", Certificates.pem(root.certificate()));
    Path pem = file("leaf.pem", Certificates.pem(leaf));
    assertThat(verify(ca, pem, "sslclient")).endsWith(": OK\n");
    assertThat(verify(ca, pem, "sslserver")).doesNotContain("OK");
    assertThat(leaf.getSubjectAlternativeNames()).isNull();
  }

  @Test
  void issues_below_a_ca_that_openssl_made() throws Exception {
    EnterpriseCa shop = EnterpriseCa.make(dir, "ec:P-384");
    Issuer sub =
        new Issuer(
            Certificates.read(shop.bytes("sub.crt")).get(0),
            PemKeys.read(shop.bytes("sub.key"), new char[0]));
    Clock clock = Clock.systemUTC();
    X509Certificate leaf =
        sub.issue(
            server("db1"),
            KeySpec.EC_P256.generate(RANDOM).getPublic(),
            clock.instant().plusSeconds(3600),
            clock,
            RANDOM);
    file("leaf.crt", Certificates.pem(leaf));
    assertThat(
            openssl(
                "verify",
                "-CAfile",
                shop.path("root.crt").toString(),
                "-untrusted",
                shop.path("sub.crt").toString(),
                dir.resolve("leaf.crt").toString()))
        .endsWith(": OK\n");
  }

  @ParameterizedTest
  @EnumSource(KeySpec.class)
  void openssl_reads_the_list_of_revoked_certificates(KeySpec spec) throws Exception {
    Issuer root = root(spec);
    X509CRL list =
        root.revoke(
            Map.of(new BigInteger("abcdef", 16), NOW.minusSeconds(60)),
            NOW.plus(Duration.ofDays(7)),
            CLOCK,
            RANDOM);
    Path ca = file("ca.pem", Certificates.pem(root.certificate()));
    Path pem = file("list.crl", RevocationLists.pem(list));
    String text =
        openssl("crl", "-in", pem.toString(), "-CAfile", ca.toString(), "-noout", "-text");
    assertThat(text)
        .contains("Version 2 (0x1)", "Last Update: Nov 22 09:11:12", "Next Update: Nov 29 10:11:12")
        .contains(
            "Serial Number: ABCDEF\n", "X509v3 CRL Number", "X509v3 Authority Key Identifier");
    assertThat(
            Openssl.run(
                    NONE,
                    "crl",
                    "-verify",
                    "-in",
                    pem.toString(),
                    "-CAfile",
                    ca.toString(),
                    "-noout")
                .code())
        .isZero();
    assertThat(RevocationLists.read(RevocationLists.pem(list))).containsExactly(list);
    assertThat(RevocationLists.issuedBy(list, root.certificate())).isTrue();
    assertThat(RevocationLists.issuedBy(list, root(KeySpec.EC_P256).certificate())).isFalse();
  }

  @Test
  void reads_lists_that_openssl_made_and_refuses_what_are_none() throws Exception {
    Issuer root = root(KeySpec.EC_P256);
    byte[] pem = RevocationLists.pem(root.revoke(Map.of(), NOW.plusSeconds(60), CLOCK, RANDOM));
    byte[] der = Openssl.ok(NONE, "crl", "-in", file("a.crl", pem).toString(), "-outform", "der");
    assertThat(reason(der)).isEqualTo(Reason.NOT_A_CERTIFICATE);
    assertThat(reason("nothing".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(Reason.NOT_A_CERTIFICATE);
    assertThat(reason(Certificates.pem(root.certificate()))).isEqualTo(Reason.NOT_A_CERTIFICATE);
    assertThat(reason(java.util.Arrays.copyOf(pem, pem.length / 2))).isEqualTo(Reason.TRUNCATED);
    assertThat(reason(Pem.write("X509 CRL", Map.of(), java.util.Arrays.copyOf(der, 90))))
        .isEqualTo(Reason.TRUNCATED);
    assertThat(reason(Pem.write("X509 CRL", Map.of(), root.certificate().getEncoded())))
        .isEqualTo(Reason.DAMAGED);
    assertThat(reason(new byte[2 << 20])).isEqualTo(Reason.TOO_LARGE);
    String many = new String(pem, StandardCharsets.US_ASCII).repeat(101);
    assertThat(reason(many.getBytes(StandardCharsets.US_ASCII))).isEqualTo(Reason.TOO_LARGE);
  }

  private static Reason reason(byte[] pem) {
    return catchThrowableOfType(
            UnreadableCertificateException.class, () -> RevocationLists.read(pem))
        .reason();
  }

  @Test
  void does_not_print_its_key() {
    assertThat(root(KeySpec.EC_P256).toString()).isEqualTo("Issuer[CN=Root, O=Example]");
  }
}
