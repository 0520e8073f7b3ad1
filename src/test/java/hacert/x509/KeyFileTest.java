package hacert.x509;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class KeyFileTest {
  private static final byte[] NONE = {};

  private static byte[] openssl(byte[] in, String line) throws Exception {
    return Openssl.ok(in, line.split(" "));
  }

  private static byte[] plain() throws Exception {
    return openssl(NONE, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
  }

  @Test
  void what_holds_no_key_is_none() throws Exception {
    byte[] key = plain();
    byte[] publicKey = openssl(key, "pkey -pubout");
    assertThat(KeyFile.look(publicKey)).isEmpty();
    assertThat(KeyFile.look(openssl(key, "pkey -pubout -outform DER"))).isEmpty();
    for (String text : new String[] {"", "0", "server.key", "P", "<xml/>"}) {
      assertThat(KeyFile.look(text.getBytes(US_ASCII))).isEmpty();
    }
    byte[] noise = new byte[500];
    new SecureRandom().nextBytes(noise);
    noise[0] = 0x30;
    assertThat(KeyFile.look(noise)).isEmpty();
  }

  @Test
  void tells_whether_a_key_is_encrypted_in_pem_and_der() throws Exception {
    byte[] key = plain();
    assertThat(KeyFile.look(key).orElseThrow().encrypted()).isFalse();
    assertThat(KeyFile.look(openssl(key, "pkcs8 -topk8 -nocrypt -outform DER")).orElseThrow())
        .isEqualTo(new PemKeys.Description(false, "PRIVATE KEY, DER, not encrypted"));
    PrivateKey read = PemKeys.read(key, new char[0]);
    byte[] der = DerKeys.write(read, "secret".toCharArray(), new SecureRandom());
    assertThat(KeyFile.look(der).orElseThrow())
        .isEqualTo(new PemKeys.Description(true, "ENCRYPTED PRIVATE KEY, DER"));
  }

  @Test
  void sees_the_older_forms_of_der_and_keystores() throws Exception {
    byte[] ec = plain();
    byte[] rsa = openssl(NONE, "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    assertThat(KeyFile.look(openssl(ec, "ec -outform DER")).orElseThrow().text())
        .startsWith("EC PRIVATE KEY, DER");
    assertThat(KeyFile.look(openssl(rsa, "rsa -traditional -outform DER")).orElseThrow().text())
        .startsWith("RSA PRIVATE KEY, DER");
    byte[] pkcs12 = openssl(ec, "pkcs12 -export -nocerts -passout pass:secret");
    assertThat(KeyFile.look(pkcs12).orElseThrow().text()).startsWith("PKCS#12 file");
    for (String type : new String[] {"JKS", "JCEKS"}) {
      KeyStore store = KeyStore.getInstance(type);
      store.load(null, null);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      store.store(bytes, "secret".toCharArray());
      assertThat(KeyFile.look(bytes.toByteArray()).orElseThrow().text())
          .startsWith("Java keystore");
    }
  }

  @Test
  void a_key_among_text_two_keys_and_a_damaged_one_are_seen() throws Exception {
    byte[] key = plain();
    String two = new String(key, US_ASCII) + new String(plain(), US_ASCII);
    assertThat(KeyFile.look(("text\n" + new String(key, US_ASCII)).getBytes(US_ASCII))).isPresent();
    String cut = two.substring(0, 90);
    for (String text : new String[] {two, cut}) {
      assertThat(KeyFile.look(text.getBytes(US_ASCII)).orElseThrow().text())
          .isEqualTo("private key in an unknown form");
    }
  }

  @Test
  void a_packed_archive_may_hold_any_key() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(plain());
    }
    assertThat(KeyFile.look(bytes.toByteArray()).orElseThrow().text()).contains("may hold keys");
  }
}
