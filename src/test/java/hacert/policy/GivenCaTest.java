package hacert.policy;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.x509.Certificates;
import hacert.x509.EnterpriseCa;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles as an enterprise hands them over. */
class GivenCaTest {
  private static final String PASSWORD = "Abc-1234$";
  private static final String CA = "basicConstraints=critical,CA:TRUE";
  private static EnterpriseCa pki;

  @BeforeAll
  static void make(@TempDir Path dir) throws IOException {
    pki = EnterpriseCa.make(dir, "ec:P-256");
    pki.issue("other", "ec:P-256", "", CA)
        .opensslWith(
            PASSWORD, "pkcs8 -topk8 -in sub.key -out locked.key -passout stdin".split(" "));
  }

  private static Map<String, byte[]> files(String... names) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    for (String name : names) {
      files.put(name, pki.bytes(name));
    }
    return files;
  }

  private static GivenCa read(String... names) throws IOException {
    return GivenCa.read(files(names), PASSWORD.toCharArray(), Clock.systemUTC());
  }

  /** Codes of the files, then of the CA in them. */
  private static List<String> codes(GivenCa given) {
    List<Finding> all = new ArrayList<>(given.findings());
    all.addAll(RootBundlePolicy.check(given.chain(), false, Clock.systemUTC()));
    assertThat(all).allMatch(f -> !f.message().isBlank() && !f.toString().contains(PASSWORD));
    return all.stream().map(Finding::code).toList();
  }

  private static List<String> chain(GivenCa given) {
    return given.chain().stream()
        .map(c -> c.getSubjectX500Principal().getName().replaceAll(",.*", ""))
        .toList();
  }

  @Test
  void refuses_a_bundle_without_the_one_key_or_without_its_certificate() throws Exception {
    assertThat(codes(read("sub.crt", "root.crt"))).containsExactly("KEY_MISSING");
    assertThat(codes(read("sub.crt", "sub.key", "other.key")))
        .contains("KEY_SEVERAL")
        .doesNotContain("KEY_MISMATCH");
    assertThat(codes(read("root.crt", "locked.key"))).containsExactly("KEY_MISMATCH");
    assertThat(codes(read("locked.key"))).containsExactly("CERT_UNREADABLE");
    assertThat(codes(GivenCa.read(Map.of(), PASSWORD.toCharArray(), Clock.systemUTC())))
        .containsExactly("KEY_MISSING", "CERT_UNREADABLE");
  }

  @Test
  void names_the_file_that_cannot_be_read_or_opened() throws Exception {
    Map<String, byte[]> files = files("sub.crt", "locked.key");
    files.put("note.pem", "hello".getBytes(StandardCharsets.UTF_8));
    GivenCa given = GivenCa.read(files, "another-1A".toCharArray(), Clock.systemUTC());
    assertThat(codes(given)).containsExactly("KEY_PASSWORD_WRONG", "CERT_UNREADABLE");
    assertThat(given.findings().get(0).message()).startsWith("locked.key ");
    assertThat(given.findings().get(1).message()).startsWith("note.pem ");
    assertThat(given.key()).isEmpty();
  }

  @Test
  void takes_a_key_without_a_password_and_warns() throws Exception {
    GivenCa given = read("sub.crt", "root.crt", "sub.key");
    assertThat(codes(given)).containsExactly("KEY_NOT_ENCRYPTED");
    assertThat(Finding.stops(given.findings())).isFalse();
  }

  @Test
  void finds_the_ca_by_its_key_and_puts_its_issuers_after_it() throws Exception {
    GivenCa given = read("other.crt", "root.crt", "sub.crt", "locked.key");
    assertThat(chain(given)).containsExactly("CN=sub", "CN=root");
    assertThat(codes(given)).containsExactly("CERT_LEFT_OUT");
    assertThat(given.key()).isPresent();
    assertThat(chain(read("root.crt", "root.key", "sub.crt"))).containsExactly("CN=root");
  }

  @Test
  void refuses_a_sub_ca_that_comes_without_its_root() throws Exception {
    GivenCa given = read("sub.crt", "locked.key");
    assertThat(codes(given)).containsExactly("CERT_NOT_ROOT");
    assertThat(RootBundlePolicy.check(given.chain(), true, Clock.systemUTC()))
        .singleElement()
        .matches(f -> f.code().equals("CERT_NOT_ROOT") && !Finding.stops(List.of(f)));
  }

  @Test
  void judges_the_issuers_too() throws Exception {
    pki.issue("tight", "ec:P-256", "", "basicConstraints=critical,CA:TRUE,pathlen:0")
        .issue("below", "ec:P-256", "tight", CA);
    assertThat(codes(read("below.crt", "tight.crt", "below.key"))).contains("CERT_PATH_LENGTH");
    pki.issue("mail", "ec:P-256", "root", CA + ";extendedKeyUsage=emailProtection");
    assertThat(codes(read("mail.crt", "root.crt", "mail.key"))).contains("CERT_PURPOSE");
    // openssl heeds that of any use in no CA either.
    pki.issue("any", "ec:P-256", "root", CA + ";extendedKeyUsage=anyExtendedKeyUsage");
    assertThat(codes(read("any.crt", "root.crt", "any.key"))).contains("CERT_PURPOSE");
    pki.issue("small", "rsa:1024", "", CA).issue("onsmall", "ec:P-256", "small", CA);
    assertThat(codes(read("onsmall.crt", "small.crt", "onsmall.key"))).contains("KEY_TOO_SMALL");
    pki.issue("weak", "ec:P-256", "root", CA, "-sha1").issue("onweak", "ec:P-256", "weak", CA);
    assertThat(codes(read("onweak.crt", "weak.crt", "root.crt", "onweak.key")))
        .contains("CERT_WEAK_SIGNATURE");
    pki.issue("oldroot", "ec:P-256", "", CA, "-sha1").issue("onold", "ec:P-256", "oldroot", CA);
    assertThat(codes(read("onold.crt", "oldroot.crt", "onold.key")))
        .doesNotContain("CERT_WEAK_SIGNATURE");
    pki.issue("leaf", "ec:P-256", "root", "basicConstraints=CA:FALSE");
    assertThat(codes(read("leaf.crt", "root.crt", "leaf.key"))).contains("CERT_NOT_CA");
  }

  /** The way that the remedy tells leads to a container that is taken. */
  @Test
  void says_how_to_encrypt_a_container_in_rc4_again() throws Exception {
    String[] rc4 =
        ("pkcs12 -export -legacy -keypbe PBE-SHA1-RC4-128 -inkey sub.key -in sub.crt -certfile"
                + " root.crt -passout stdin -out old.p12")
            .split(" ");
    pki.opensslWith(PASSWORD, rc4);
    assertThat(read("old.p12").findings())
        .filteredOn(f -> f.code().equals("KEY_UNREADABLE"))
        .singleElement()
        .matches(f -> f.remedy().contains("openssl pkcs12 -legacy -in OLD -out all.pem"))
        .matches(f -> f.remedy().contains("openssl pkcs12 -export -in all.pem -out NEW"));
    String pass = "pass:" + PASSWORD;
    pki.openssl(
        ("pkcs12 -legacy -in old.p12 -out all.pem -passin " + pass + " -passout " + pass)
            .split(" "));
    pki.openssl(
        ("pkcs12 -export -in all.pem -out new.p12 -passin " + pass + " -passout " + pass)
            .split(" "));
    assertThat(codes(read("new.p12"))).isEmpty();
  }

  @Test
  void refuses_a_chain_that_does_not_hold() throws Exception {
    pki.issue("odd", "ec:P-256", "root", CA + ";1.2.3.4=critical,ASN1:UTF8String:x");
    assertThat(codes(read("odd.crt", "root.crt", "odd.key")))
        .containsExactly("KEY_NOT_ENCRYPTED", "CERT_PATH_INVALID");
  }

  @Test
  void looks_for_the_digest_of_a_pss_signature() throws Exception {
    String[] pss = {"-sigopt", "rsa_padding_mode:pss", "-sha256"};
    pki.issue("wide", "rsa:2048", "", CA).issue("psub", "ec:P-256", "wide", CA, pss);
    assertThat(codes(read("psub.crt", "wide.crt", "psub.key")))
        .containsExactly("KEY_NOT_ENCRYPTED");
    pss[2] = "-sha1";
    pki.certify("psub", "wide", CA, pss);
    assertThat(codes(read("psub.crt", "wide.crt", "psub.key")))
        .containsExactly("KEY_NOT_ENCRYPTED", "CERT_WEAK_SIGNATURE");
  }

  /**
   * Until it ends, the root's own certificate is preferred; then that which another root gave it.
   */
  @Test
  void prefers_a_way_that_is_valid_to_a_root_that_has_ended() throws Exception {
    pki.issue("crossed", "ec:P-256", "", CA, "-days", "9")
        .issue("undercross", "ec:P-256", "crossed", CA);
    X509Certificate own = Certificates.read(pki.bytes("crossed.crt")).get(0);
    X509Certificate under = Certificates.read(pki.bytes("undercross.crt")).get(0);
    pki.certify("crossed", "root", CA);
    X509Certificate crossed = Certificates.read(pki.bytes("crossed.crt")).get(0);
    X509Certificate root = Certificates.read(pki.bytes("root.crt")).get(0);
    List<X509Certificate> all = List.of(own, crossed, root);
    Instant now = Instant.now();
    assertThat(Certificates.chain(under, all, now)).containsExactly(under, own);
    assertThat(Certificates.chain(under, all, now.plus(Duration.ofDays(10))))
        .containsExactly(under, crossed, root);
  }

  @Test
  void takes_the_valid_and_the_self_signed_one_of_several_certificates_of_one_key()
      throws Exception {
    pki.issue("twice", "ec:P-256", "", CA);
    byte[] own = pki.bytes("twice.crt");
    pki.certify("twice", "root", CA);
    Map<String, byte[]> files = files("twice.crt", "twice.key", "root.crt");
    files.put("own.crt", own);
    GivenCa given = GivenCa.read(files, PASSWORD.toCharArray(), Clock.systemUTC());
    X509Certificate wanted = Certificates.read(own).get(0);
    assertThat(given.chain()).containsExactly(wanted);
  }

  @Test
  void tells_the_ca_without_a_password_where_only_one_can_be_it() throws Exception {
    GivenCa given =
        GivenCa.read(files("root.crt", "sub.crt", "locked.key"), new char[0], Clock.systemUTC());
    assertThat(codes(given)).isEmpty();
    assertThat(chain(given)).containsExactly("CN=sub", "CN=root");
    assertThat(given.key()).isEmpty();
  }
}
