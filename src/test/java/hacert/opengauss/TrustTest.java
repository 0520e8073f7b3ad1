package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.HostException;
import hacert.target.Bundle;
import hacert.x509.Certificates;
import hacert.x509.EnterpriseCa;
import hacert.x509.KeySpec;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustTest {
  private static final Clock CLOCK = Samples.CLOCK;

  private static CertificateAuthority authority(String name, int days) throws Exception {
    return CertificateAuthority.make(
        KeySpec.EC_P256, Samples.subject(name), days, CLOCK, Samples.RANDOM);
  }

  private static List<X509Certificate> read(byte[] pem) throws Exception {
    return Certificates.read(pem);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private interface Call {
    void run() throws HostException;
  }

  private static String code(Call call) {
    return catchThrowableOfType(HostException.class, call::run).code();
  }

  @Test
  void refuses_what_cannot_be_read() throws Exception {
    byte[] good = Samples.authority().pem();
    assertThat(code(() -> Trust.withOld(good, new byte[3], CLOCK))).isEqualTo("CERT_UNREADABLE");
    assertThat(code(() -> Trust.withOld(new byte[0], good, CLOCK))).isEqualTo("CERT_UNREADABLE");
    Bundle bundle = Samples.made(Samples.authority());
    for (String name : List.of("cacert.pem", "server.crt", "client.crt")) {
      assertThat(code(() -> Trust.finish(Samples.with(bundle, name, new byte[1]), Samples.CLOCK)))
          .isEqualTo("CERT_UNREADABLE");
      assertThat(code(() -> Trust.finish(Samples.without(bundle, name), Samples.CLOCK)))
          .isEqualTo("CERT_UNREADABLE");
    }
    assertThat(code(() -> Trust.finish(Samples.with(bundle, "cacert.pem", good), Samples.CLOCK)))
        .isEqualTo("CERT_NOT_ISSUED");
  }

  @Test
  void puts_the_new_ca_first_and_the_old_ones_once_behind_it() throws Exception {
    byte[] a = authority("A", 10).pem();
    byte[] b = authority("B", 10).pem();
    byte[] c = authority("C", 10).pem();
    assertThat(read(Trust.withOld(a, join(b, c, b, a), CLOCK))).isEqualTo(read(join(a, b, c)));
    assertThat(Trust.withOld(a, a, CLOCK)).isEqualTo(a);
  }

  @Test
  void keeps_two_cas_of_one_name_apart() throws Exception {
    byte[] old = authority("A", 10).pem();
    byte[] renewed = authority("A", 10).pem();
    assertThat(read(Trust.withOld(renewed, old, CLOCK))).isEqualTo(read(join(renewed, old)));
  }

  @Test
  void drops_old_cas_that_have_ended_so_that_it_does_not_grow() throws Exception {
    byte[] kept = authority("0", 1).pem();
    for (int i = 1; i <= 30; i++) {
      Clock later = Clock.offset(CLOCK, Duration.ofHours(20L * i));
      byte[] next =
          CertificateAuthority.make(
                  KeySpec.EC_P256, Samples.subject("" + i), 1, later, Samples.RANDOM)
              .pem();
      kept = Trust.withOld(next, kept, later);
      assertThat(read(kept)).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void refuses_to_grow_without_bound() throws Exception {
    byte[] kept = authority("0", 9).pem();
    for (int i = 1; i < 20; i++) {
      kept = Trust.withOld(authority("" + i, 9).pem(), kept, CLOCK);
    }
    byte[] full = kept;
    byte[] next = authority("next", 9).pem();
    assertThat(code(() -> Trust.withOld(next, full, CLOCK))).isEqualTo("TRUST_TOO_WIDE");
  }

  @Test
  void the_end_leaves_only_the_cas_in_use(@TempDir Path dir) throws Exception {
    EnterpriseCa shop = EnterpriseCa.make(dir, "ec:P-256");
    shop.issue("server", "ec:P-256", "sub", "extendedKeyUsage=serverAuth");
    shop.issue("client", "ec:P-256", "root", "extendedKeyUsage=clientAuth");
    shop.issue("old", "ec:P-256", "", "basicConstraints=critical,CA:TRUE");
    shop.join("wide.pem", "old.crt", "root.crt", "sub.crt", "root.crt");
    Bundle wide = Samples.enterprise(shop, "server", "client", "wide.pem");
    Bundle finished = Trust.finish(wide, Samples.CLOCK);
    assertThat(read(finished.files().get("cacert.pem")))
        .isEqualTo(read(join(shop.bytes("root.crt"), shop.bytes("sub.crt"))));
    assertThat(finished.files().keySet()).isEqualTo(wide.files().keySet());
    wide.close();
    assertThat(finished.files().get("server.key")).startsWith('-', '-');
  }
}
