package hacert.opengauss;

import static hacert.opengauss.Samples.CLOCK;
import static hacert.opengauss.Samples.RANDOM;
import static hacert.opengauss.Samples.codes;
import static hacert.opengauss.Samples.secret;
import static hacert.opengauss.Samples.subject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.HostException;
import hacert.opengauss.CertificateAuthority.Issued;
import hacert.opengauss.CertificateAuthority.Opened;
import hacert.x509.Certificates;
import hacert.x509.EnterpriseCa;
import hacert.x509.KeySpec;
import hacert.x509.RevocationLists;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateAuthorityTest {
  private static final String PASSWORD = "a CA's long pass phrase";

  @TempDir Path dir;

  private interface Call {
    void run() throws HostException;
  }

  private static String code(Call call) {
    return catchThrowableOfType(HostException.class, call::run).code();
  }

  private static Opened open(byte[] pem, byte[] key, String password) {
    return CertificateAuthority.open(pem, key, secret(password), CLOCK, RANDOM);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 36501, Integer.MAX_VALUE})
  void refuses_impossible_validities(int days) throws Exception {
    CertificateAuthority ca = Samples.authority();
    assertThat(
            code(
                () ->
                    CertificateAuthority.make(KeySpec.EC_P256, subject("x"), days, CLOCK, RANDOM)))
        .isEqualTo("SETTING_INVALID");
    assertThat(code(() -> ca.issueClient(KeySpec.EC_P256, subject("x"), days)))
        .isEqualTo("SETTING_INVALID");
    assertThat(code(() -> ca.crl(Map.of(), days))).isEqualTo("SETTING_INVALID");
  }

  @Test
  void refuses_subjects_and_names_that_cannot_be() throws Exception {
    CertificateAuthority ca = Samples.authority();
    assertThat(
            code(
                () ->
                    CertificateAuthority.make(
                        KeySpec.EC_P256, subject("x".repeat(65)), 1, CLOCK, RANDOM)))
        .isEqualTo("SUBJECT_TOO_LONG");
    assertThat(code(() -> ca.issueServer(KeySpec.EC_P256, subject("x"), List.of("a b"), 1)))
        .isEqualTo("NAME_INVALID");
  }

  @Test
  void refuses_to_open_what_is_damaged_or_does_not_fit() throws Exception {
    CertificateAuthority ca = Samples.authority();
    byte[] key = ca.encryptedKey(secret(PASSWORD));
    CertificateAuthority other = Samples.authority();
    Map<String, Opened> refused =
        Map.of(
            "KEY_PASSWORD_WRONG", open(ca.pem(), key, "another one"),
            "CERT_UNREADABLE", open(new byte[9], key, PASSWORD),
            "KEY_MISMATCH", open(other.pem(), key, PASSWORD),
            "KEY_MISSING", open(ca.pem(), other.pem(), PASSWORD));
    refused.forEach(
        (code, opened) -> {
          assertThat(codes(opened.findings())).contains(code);
          assertThat(opened.authority()).isEmpty();
          assertThat(opened.toString()).doesNotContain(PASSWORD);
        });
    Opened late =
        CertificateAuthority.open(
            ca.pem(), key, secret(PASSWORD), Clock.offset(CLOCK, Duration.ofDays(4000)), RANDOM);
    assertThat(codes(late.findings())).containsExactly("CERT_EXPIRED");
    assertThat(late.authority()).isEmpty();
  }

  @Test
  void refuses_a_sub_ca_without_its_root_and_takes_it_with_it() throws Exception {
    EnterpriseCa shop = EnterpriseCa.make(dir, "ec:P-256");
    shop.opensslWith(PASSWORD, "ec -in sub.key -aes256 -passout stdin -out locked.key".split(" "));
    assertThat(codes(open(shop.bytes("sub.crt"), shop.bytes("locked.key"), PASSWORD).findings()))
        .containsExactly("CERT_NOT_ROOT");
    shop.join("both.pem", "root.crt", "sub.crt");
    Opened opened = open(shop.bytes("both.pem"), shop.bytes("locked.key"), PASSWORD);
    assertThat(opened.findings()).isEmpty();
    assertThat(opened.authority().orElseThrow().pem())
        .isEqualTo(
            Certificates.pem(
                List.of(
                    Certificates.read(shop.bytes("sub.crt")).get(0),
                    Certificates.read(shop.bytes("root.crt")).get(0))));
  }

  @Test
  void opens_what_it_wrote_and_issues_on() throws Exception {
    CertificateAuthority ca = Samples.authority();
    Opened opened = open(ca.pem(), ca.encryptedKey(secret(PASSWORD)), PASSWORD);
    assertThat(opened.findings()).isEmpty();
    Issued issued =
        opened.authority().orElseThrow().issueClient(KeySpec.EC_P256, subject("omm"), 10);
    assertThat(Certificates.issuedBy(issued.certificate(), ca.chain().get(0))).isTrue();
  }

  @Test
  void a_certificate_ends_with_its_ca_at_the_latest_and_says_so() throws Exception {
    CertificateAuthority ca =
        CertificateAuthority.make(KeySpec.EC_P256, subject("Root"), 100, CLOCK, RANDOM);
    Issued whole = ca.issueClient(KeySpec.EC_P256, subject("omm"), 99);
    assertThat(whole.findings()).isEmpty();
    Issued shortened = ca.issueClient(KeySpec.EC_P256, subject("omm"), 101);
    assertThat(codes(shortened.findings())).containsExactly("CERT_SHORTENED");
    assertThat(shortened.certificate().getNotAfter()).isEqualTo(ca.chain().get(0).getNotAfter());
    String crl = new String(ca.crl(Map.of(), 101));
    assertThat(RevocationLists.read(crl.getBytes()).get(0).getNextUpdate())
        .isEqualTo(ca.chain().get(0).getNotAfter());
  }

  @Test
  void says_what_a_password_lacks() {
    assertThat(codes(CertificateAuthority.checkPassword(secret("short"))))
        .containsExactly("PASSWORD_TOO_SHORT");
    assertThat(codes(CertificateAuthority.checkPassword(secret("Gauss@12\n"))))
        .containsExactly("PASSWORD_CHARACTER");
    assertThat(CertificateAuthority.checkPassword(secret(PASSWORD))).isEmpty();
  }

  @Test
  void prints_no_key() throws Exception {
    CertificateAuthority ca = Samples.authority();
    assertThat(ca.toString()).isEqualTo("CertificateAuthority[CN=Root, O=Example]");
    assertThat(ca.issueClient(KeySpec.RSA_2048, subject("omm"), 1).toString())
        .isEqualTo("Issued[CN=omm, O=Example, []]");
  }
}
