package hacert.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of the real openssl. */
class KeyringTest {
  private static final String PASSWORD = "It's$`\\\"1x ü€";
  private static EnterpriseCa rsa;
  private static EnterpriseCa ec;

  @BeforeAll
  static void make(@TempDir Path dir) throws IOException {
    rsa = EnterpriseCa.make(dir.resolve("rsa"), "rsa:2048");
    ec = EnterpriseCa.make(dir.resolve("ec"), "ec:P-256");
  }

  private static EnterpriseCa of(String kind) {
    return kind.equals("ec") ? ec : rsa;
  }

  private static Keyring read(byte[] file, String password) throws Exception {
    Keyring ring = new Keyring();
    ring.add(file, password.toCharArray());
    return ring;
  }

  private static Throwable refusal(byte[] file, String password) {
    Throwable thrown = catchThrowable(() -> read(file, password));
    assertThat(thrown)
        .isInstanceOfAny(UnreadableCertificateException.class, UnreadableKeyException.class);
    assertThat(thrown.getMessage()).isNotBlank().doesNotContain(PASSWORD);
    return thrown;
  }

  private static UnreadableKeyException.Reason reason(byte[] file, String password) {
    assertThat(refusal(file, password)).isInstanceOf(UnreadableKeyException.class);
    return ((UnreadableKeyException) refusal(file, password)).reason();
  }

  private static void fits(EnterpriseCa ca, Keyring ring) throws Exception {
    List<X509Certificate> sub = Certificates.read(ca.bytes("sub.crt"));
    assertThat(ring.keys()).singleElement().matches(k -> Certificates.matches(k, sub.get(0)));
  }

  private static byte[] p12(EnterpriseCa ca, String password, String... more) throws IOException {
    String[] words = {
      "pkcs12",
      "-export",
      "-inkey",
      "sub.key",
      "-in",
      "sub.crt",
      "-certfile",
      "root.crt",
      "-out",
      "it.p12",
      "-passout",
      password.isEmpty() ? "pass:" : "stdin"
    };
    String[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    ca.opensslWith(password, all);
    return ca.bytes("it.p12");
  }

  @Test
  void refuses_a_wrong_password_of_a_container_and_a_missing_one() throws Exception {
    byte[] file = p12(ec, PASSWORD);
    assertThat(reason(file, PASSWORD + "x"))
        .isEqualTo(UnreadableKeyException.Reason.WRONG_PASSWORD);
    assertThat(reason(file, "")).isEqualTo(UnreadableKeyException.Reason.PASSWORD_MISSING);
    byte[] unproven = p12(ec, PASSWORD, "-nomac");
    assertThat(reason(unproven, PASSWORD + "x"))
        .isEqualTo(UnreadableKeyException.Reason.WRONG_PASSWORD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"it.p12", "sub.der", "chain.p7b", "key.der", "sub.crt", "sub.key"})
  void refuses_each_form_cut_off_or_damaged_and_never_fails_otherwise(String name)
      throws Exception {
    p12(ec, PASSWORD);
    ec.openssl("x509", "-in", "sub.crt", "-outform", "der", "-out", "sub.der")
        .openssl(
            "crl2pkcs7", "-nocrl", "-certfile", "sub.crt", "-outform", "der", "-out", "chain.p7b")
        .openssl("pkey", "-in", "sub.key", "-outform", "der", "-out", "key.der");
    byte[] whole = ec.bytes(name);
    Random random = new Random(7);
    for (int i = 0; i < 40; i++) {
      refusal(Arrays.copyOf(whole, random.nextInt(whole.length - 30)), PASSWORD);
      byte[] damaged = whole.clone();
      damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Throwable thrown = catchThrowable(() -> read(damaged, PASSWORD));
      if (thrown != null) {
        assertThat(thrown)
            .isInstanceOfAny(UnreadableCertificateException.class, UnreadableKeyException.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "hello, world", "0", "\u0030\u0080", "\u0030\u0003\u0002\u0001\u0003"})
  void refuses_what_is_of_no_known_form(String text) {
    assertThat(refusal(text.getBytes(StandardCharsets.ISO_8859_1), PASSWORD))
        .isInstanceOf(UnreadableCertificateException.class);
  }

  @Test
  void refuses_values_within_values_without_end() {
    byte[] deep = new byte[100_000];
    for (int i = 0; i < deep.length; i += 2) {
      deep[i] = 0x30;
      deep[i + 1] = (byte) 0x80;
    }
    refusal(deep, PASSWORD);
    byte[] sized = new byte[4000];
    for (int i = 0; i < sized.length; i += 4) {
      sized[i] = 0x30;
      sized[i + 1] = (byte) 0x82;
      sized[i + 2] = (byte) (sized.length - i - 4 >> 8);
      sized[i + 3] = (byte) (sized.length - i - 4);
    }
    refusal(sized, PASSWORD);
  }

  @Test
  void refuses_a_container_whose_password_would_cost_minutes() throws Exception {
    byte[] file = p12(ec, PASSWORD, "-iter", "5000000", "-maciter", "-nomac");
    assertThat(reason(file, PASSWORD)).isEqualTo(UnreadableKeyException.Reason.UNSUPPORTED);
  }

  @ParameterizedTest
  @CsvSource({
    "rsa, ''",
    "ec, ''",
    "rsa, -legacy",
    "ec, -legacy",
    "ec, -nomac",
    "ec, -keypbe NONE -certpbe NONE",
    "ec, -certpbe NONE",
    "rsa, -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES",
    "ec, -legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC2-128",
    "ec, -keypbe PBE-SHA1-2DES -certpbe PBE-SHA1-2DES",
    "rsa, -macalg sha512 -iter 5000",
    "rsa, -macalg sha1 -nomaciter",
  })
  void reads_containers(String kind, String options) throws Exception {
    EnterpriseCa ca = of(kind);
    byte[] file = p12(ca, PASSWORD, options.isEmpty() ? new String[0] : options.split(" "));
    Keyring ring = read(file, PASSWORD);
    fits(ca, ring);
    assertThat(ring.certificates()).hasSize(2);
    assertThat(ring.plainKey()).isEqualTo(options.contains("keypbe NONE"));
  }

  @Test
  void reads_a_container_without_a_password_and_says_so() throws Exception {
    Keyring ring = read(p12(ec, ""), PASSWORD);
    fits(ec, ring);
    assertThat(ring.plainKey()).isTrue();
    assertThat(read(p12(ec, ""), "").keys()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "rsa, rsa -traditional",
    "rsa, pkey",
    "rsa, pkey -outform der",
    "rsa, rsa -traditional -outform der",
    "rsa, rsa -traditional -aes256 -passout stdin",
    "rsa, rsa -traditional -des3 -passout stdin",
    "rsa, pkcs8 -topk8 -v2 aes-256-cbc -passout stdin",
    "rsa, pkcs8 -topk8 -v2 aes-256-cbc -passout stdin -outform der",
    "rsa, pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout stdin -outform der",
    "ec, ec",
    "ec, pkey",
    "ec, pkey -outform der",
    "ec, ec -outform der",
    "ec, ec -aes128 -passout stdin",
    "ec, pkcs8 -topk8 -scrypt -passout stdin",
    "ec, pkcs8 -topk8 -v2 aes-128-cbc -passout stdin -outform der",
  })
  void reads_keys(String kind, String options) throws Exception {
    EnterpriseCa ca = of(kind);
    String[] words = ("%s -in sub.key -out it.key").formatted(options).split(" ");
    ca.opensslWith(options.contains("passout") ? PASSWORD : "", words);
    Keyring ring = read(ca.bytes("it.key"), PASSWORD);
    fits(ca, ring);
    assertThat(ring.plainKey()).isEqualTo(!options.contains("passout"));
    if (options.contains("passout")) {
      assertThat(reason(ca.bytes("it.key"), PASSWORD + "x"))
          .isEqualTo(UnreadableKeyException.Reason.WRONG_PASSWORD);
      assertThat(read(ca.bytes("it.key"), "").lockedKey()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "x509 -in sub.crt -outform der, 1",
    "x509 -in sub.crt -text, 1",
    "crl2pkcs7 -nocrl -certfile sub.crt -certfile root.crt, 2",
    "crl2pkcs7 -nocrl -certfile sub.crt -certfile root.crt -outform der, 2",
  })
  void reads_certificates(String options, int count) throws Exception {
    rsa.openssl((options + " -out it.crt").split(" "));
    Keyring ring = read(rsa.bytes("it.crt"), PASSWORD);
    assertThat(ring.certificates())
        .hasSize(count)
        .contains(Certificates.read(rsa.bytes("sub.crt")).get(0));
    assertThat(ring.keys()).isEmpty();
  }

  @Test
  void reads_certificates_and_key_out_of_one_file_each_once() throws Exception {
    ec.join("all.pem", "sub.crt", "sub.key", "root.crt", "sub.crt");
    byte[] text = ec.bytes("all.pem");
    byte[] marked = new byte[text.length + 3];
    System.arraycopy(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, 0, marked, 0, 3);
    System.arraycopy(text, 0, marked, 3, text.length);
    Keyring ring = read(marked, PASSWORD);
    ring.add(text, PASSWORD.toCharArray());
    fits(ec, ring);
    assertThat(ring.certificates()).hasSize(2);
  }

  @Test
  void reads_ber_with_indefinite_lengths() throws Exception {
    ec.openssl("crl2pkcs7", "-nocrl", "-certfile", "sub.crt", "-outform", "der", "-out", "it.p7b");
    byte[] der = ec.bytes("it.p7b");
    int head = 2 + ((der[1] & 0x80) == 0 ? 0 : der[1] & 0x7f);
    byte[] ber = new byte[der.length - head + 4];
    ber[0] = 0x30;
    ber[1] = (byte) 0x80;
    System.arraycopy(der, head, ber, 2, der.length - head);
    assertThat(read(ber, PASSWORD).certificates()).hasSize(1);
    refusal(Arrays.copyOf(ber, ber.length - 1), PASSWORD);
  }

  @Test
  void passes_over_pem_of_other_kinds() throws Exception {
    ec.openssl("req", "-new", "-key", "sub.key", "-subj", "/CN=x", "-out", "it.csr");
    Keyring ring = read(Files.readAllBytes(ec.path("it.csr")), PASSWORD);
    assertThat(ring.certificates()).isEmpty();
    assertThat(ring.keys()).isEmpty();
  }

  /** Each of its parts costs what one part may; all of them would take minutes. */
  @Test
  void refuses_a_pkcs12_file_whose_parts_cost_too_much_together() throws Exception {
    ec.opensslWith(
        PASSWORD,
        "pkcs12",
        "-export",
        "-in",
        "sub.crt",
        "-inkey",
        "sub.key",
        "-iter",
        "2500000",
        "-nomaciter",
        "-passout",
        "stdin",
        "-out",
        "costly.p12");
    Throwable refused =
        catchThrowable(() -> read(Files.readAllBytes(ec.path("costly.p12")), PASSWORD));
    assertThat(refused).isInstanceOf(UnreadableKeyException.class);
    assertThat(refused).hasMessageContaining("4000000 iterations in all");
  }
}
