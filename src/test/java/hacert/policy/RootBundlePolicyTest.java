package hacert.policy;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.result.Severity;
import hacert.x509.Certificates;
import hacert.x509.KeyForm;
import hacert.x509.KeySpec;
import hacert.x509.Openssl;
import hacert.x509.PemKeyWriter;
import hacert.x509.RootAuthority;
import hacert.x509.Subject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v1CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RootBundlePolicyTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Clock NOW = Clock.systemUTC();
  private static final String PASSWORD = "Abc-1234$€";
  private static final String CA = "basicConstraints=critical,CA:TRUE";
  private static RootAuthority root;
  private static byte[] certificate;
  private static byte[] key;

  @TempDir Path dir;

  @BeforeAll
  static void makeRoot() {
    root =
        RootAuthority.make(
            KeySpec.EC_P256,
            new Subject("", "", "", "", "", "Root", ""),
            Period.ofDays(10),
            NOW,
            RANDOM);
    certificate = Certificates.pem(root.certificate());
    key = PemKeyWriter.write(root.key(), KeyForm.PKCS8_AES256, PASSWORD.toCharArray(), RANDOM);
  }

  private static List<String> codes(byte[] certificate, byte[] key, String password, Clock clock) {
    List<Finding> findings =
        RootBundlePolicy.check(certificate, key, password.toCharArray(), false, clock);
    assertThat(findings)
        .allSatisfy(
            f -> {
              assertThat(f.severity()).isEqualTo(Severity.ERROR);
              assertThat(f.message()).isNotBlank();
              assertThat(f.remedy()).isNotBlank();
              assertThat(f.toString()).doesNotContain(PASSWORD);
            });
    return findings.stream().map(Finding::code).toList();
  }

  private static byte[] join(byte[] one, byte[] two) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(one);
    both.writeBytes(two);
    return both.toByteArray();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void refuses_a_key_that_does_not_open_or_is_none() {
    assertThat(codes(certificate, key, "Abc-1234$", NOW)).containsExactly("KEY_PASSWORD_WRONG");
    assertThat(codes(certificate, key, "", NOW)).containsExactly("KEY_PASSWORD_WRONG");
    assertThat(codes(certificate, text("x"), PASSWORD, NOW)).containsExactly("KEY_UNREADABLE");
    assertThat(codes(text("x"), text("x"), PASSWORD, NOW))
        .containsExactly("CERT_UNREADABLE", "KEY_UNREADABLE");
    assertThat(codes(certificate, certificate, PASSWORD, NOW)).containsExactly("KEY_UNREADABLE");
    assertThat(codes(key, key, PASSWORD, NOW)).containsExactly("CERT_HOLDS_KEY", "CERT_UNREADABLE");
  }

  @Test
  void refuses_a_key_that_does_not_match_its_certificate() {
    byte[] other =
        PemKeyWriter.write(
            KeySpec.EC_P256.generate(RANDOM).getPrivate(),
            KeyForm.TRADITIONAL_AES256,
            PASSWORD.toCharArray(),
            RANDOM);
    assertThat(codes(certificate, other, PASSWORD, NOW)).containsExactly("KEY_MISMATCH");
  }

  @Test
  void refuses_certificates_that_are_no_chain_and_a_key_beside_them() {
    assertThat(codes(join(certificate, certificate), key, PASSWORD, NOW))
        .containsExactly("CERT_NOT_SINGLE");
    assertThat(codes(join(certificate, key), key, PASSWORD, NOW)).containsExactly("CERT_HOLDS_KEY");
    assertThat(codes(new byte[0], key, PASSWORD, NOW)).containsExactly("CERT_UNREADABLE");
  }

  @Test
  void refuses_a_certificate_outside_its_validity() {
    assertThat(codes(certificate, key, PASSWORD, Clock.offset(NOW, Duration.ofDays(11))))
        .containsExactly("CERT_EXPIRED");
    assertThat(codes(certificate, key, PASSWORD, Clock.offset(NOW, Duration.ofHours(-2))))
        .containsExactly("CERT_NOT_YET_VALID");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "rsa:2048, -sha256, \"" + CA + "\", 1, ",
        "rsa:2048, -sha256, \"" + CA + ";keyUsage=keyCertSign\", 1, ",
        "rsa:2048, -sha256, \"" + CA + ";keyUsage=digitalSignature\", 1, CERT_NOT_CA",
        "rsa:2048, -sha256, \"basicConstraints=CA:FALSE\", 1, CERT_NOT_CA",
        "rsa:2048, -sha1, \"" + CA + "\", 1, CERT_WEAK_SIGNATURE",
        "rsa:2048, -md5, \"" + CA + "\", 1, CERT_WEAK_SIGNATURE",
        "rsa:1024, -sha256, \"" + CA + "\", 1, KEY_TOO_SMALL",
        "rsa:2048, -sha256, \"" + CA + "\", 0, CERT_SERIAL",
        "rsa:2048, -sha256, \"" + CA + "\", -5, CERT_SERIAL",
        "ec:P-521, -sha256, \"" + CA + "\", 1, KEY_ALGORITHM",
        "ec:P-384, -sha256, \"" + CA + "\", 1, ",
      })
  void judges_certificates_of_openssl(
      String newKey, String digest, String extensions, String serial, String expected)
      throws IOException {
    Path config = dir.resolve("openssl.cnf");
    Files.writeString(
        config,
        "[req]\ndistinguished_name=dn\n[dn]\n[ext]\n" + extensions.replace(';', '\n') + "\n");
    Path crt = dir.resolve("crt");
    Path pem = dir.resolve("pem");
    String kind = newKey.startsWith("ec:") ? "ec" : newKey;
    String curve = newKey.startsWith("ec:") ? newKey.substring(3) : "";
    List<String> arguments =
        new java.util.ArrayList<>(
            List.of(
                "req",
                "-x509",
                "-config",
                config.toString(),
                "-extensions",
                "ext",
                "-newkey",
                kind,
                digest,
                "-set_serial",
                serial,
                "-subj",
                "/CN=Root",
                "-passout",
                "stdin",
                "-keyout",
                pem.toString(),
                "-out",
                crt.toString()));
    if (!curve.isEmpty()) {
      arguments.addAll(List.of("-pkeyopt", "ec_paramgen_curve:" + curve));
    }
    Openssl.ok(Openssl.line(PASSWORD), arguments.toArray(String[]::new));
    Clock later = Clock.offset(NOW, Duration.ofSeconds(5));
    assertThat(codes(Files.readAllBytes(crt), Files.readAllBytes(pem), PASSWORD, later))
        .containsExactlyElementsOf(expected == null ? List.of() : List.of(expected));
  }

  @Test
  void refuses_a_certificate_of_version_1() throws Exception {
    KeyPair pair = KeySpec.EC_P256.generate(RANDOM);
    X500Name name = new X500Name("CN=old");
    Date begin = Date.from(NOW.instant().minusSeconds(60));
    Date end = Date.from(NOW.instant().plusSeconds(600));
    var builder =
        new JcaX509v1CertificateBuilder(name, BigInteger.ONE, begin, end, name, pair.getPublic());
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
    byte[] old =
        Certificates.pem(new JcaX509CertificateConverter().getCertificate(builder.build(signer)));
    byte[] itsKey =
        PemKeyWriter.write(
            pair.getPrivate(), KeyForm.TRADITIONAL_DES3, PASSWORD.toCharArray(), RANDOM);
    assertThat(codes(old, itsKey, PASSWORD, NOW)).containsExactly("CERT_VERSION");
  }

  private static byte[] issue(KeyPair signer, String issuer, KeyPair subject) throws Exception {
    Date begin = Date.from(NOW.instant().minusSeconds(60));
    Date end = Date.from(NOW.instant().plusSeconds(600));
    var builder =
        new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.ONE,
                begin,
                end,
                new X500Name("CN=ca"),
                subject.getPublic())
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    var content = new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate());
    return Certificates.pem(
        new JcaX509CertificateConverter().getCertificate(builder.build(content)));
  }

  @Test
  void refuses_a_root_that_its_own_key_did_not_sign_and_one_that_is_no_root() throws Exception {
    KeyPair own = KeySpec.EC_P256.generate(RANDOM);
    KeyPair other = KeySpec.EC_P256.generate(RANDOM);
    char[] password = PASSWORD.toCharArray();
    byte[] pem = PemKeyWriter.write(own.getPrivate(), KeyForm.TRADITIONAL_AES128, password, RANDOM);
    assertThat(codes(issue(other, "CN=ca", own), pem, PASSWORD, NOW))
        .containsExactly("CERT_SIGNATURE");
    assertThat(codes(issue(other, "CN=root", own), pem, PASSWORD, NOW))
        .containsExactly("CERT_NOT_ROOT");
    assertThat(RootBundlePolicy.check(issue(other, "CN=root", own), pem, password, true, NOW))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.code()).isEqualTo("CERT_NOT_ROOT");
              assertThat(f.severity()).isEqualTo(Severity.WARNING);
            });
  }

  /** As where another host's clock is ahead of this one's. */
  @Test
  void only_warns_of_a_sub_ca_that_begins_within_a_minute() throws Exception {
    KeyPair signer = new KeyPair(root.certificate().getPublicKey(), root.key());
    byte[] sub = issue(signer, "CN=Root", KeySpec.EC_P256.generate(RANDOM));
    List<X509Certificate> chain = Certificates.read(join(sub, certificate));
    Instant begin = chain.get(0).getNotBefore().toInstant();
    assertThat(checkAt(chain, begin.minusSeconds(30)))
        .singleElement()
        .matches(f -> f.code().equals("CERT_NOT_YET_VALID"))
        .matches(f -> f.severity() == Severity.WARNING);
    assertThat(checkAt(chain, begin.minusSeconds(61)))
        .singleElement()
        .matches(f -> f.code().equals("CERT_NOT_YET_VALID"))
        .matches(f -> f.severity() == Severity.ERROR);
  }

  private static List<Finding> checkAt(List<X509Certificate> chain, Instant now) {
    return RootBundlePolicy.check(chain, false, Clock.fixed(now, ZoneOffset.UTC));
  }

  @Test
  void refuses_a_key_that_is_not_encrypted() throws IOException {
    Path encrypted = Files.write(dir.resolve("encrypted"), key);
    byte[] plain =
        Openssl.ok(Openssl.line(PASSWORD), "pkey", "-in", encrypted.toString(), "-passin", "stdin");
    assertThat(codes(certificate, plain, PASSWORD, NOW)).containsExactly("KEY_NOT_ENCRYPTED");
    assertThat(codes(certificate, plain, "", NOW)).containsExactly("KEY_NOT_ENCRYPTED");
  }

  @Test
  void accepts_what_we_make() {
    assertThat(codes(certificate, key, PASSWORD, NOW)).isEmpty();
  }
}
