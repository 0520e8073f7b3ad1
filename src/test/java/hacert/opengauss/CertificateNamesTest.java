package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.x509.KeySpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateNamesTest {
  private static CertificateNames names(String... names) throws Exception {
    return CertificateNames.of(
        Samples.authority()
            .issueServer(KeySpec.EC_P256, Samples.subject("db9"), List.of(names), 1)
            .certificate());
  }

  @Test
  void a_star_stands_for_one_whole_label() throws Exception {
    CertificateNames names = names("*.example.org");
    assertThat(names.cover("db1.Example.org")).isTrue();
    assertThat(names.cover("a.db1.example.org")).isFalse();
    assertThat(names.cover("example.org")).isFalse();
    assertThat(names.cover(".example.org")).isFalse();
    assertThat(names.cover("db1")).isFalse();
  }

  @Test
  void addresses_are_compared_by_value_and_never_as_names() throws Exception {
    CertificateNames names = names("2001:db8::1", "192.0.2.1", "db1");
    assertThat(names.cover("2001:0DB8:0:0::1")).isTrue();
    assertThat(names.cover("192.0.2.1")).isTrue();
    assertThat(names.cover("192.0.2.2")).isFalse();
    assertThat(names.cover("1::2::3")).isFalse();
    assertThat(names("*.0.2.1.example").cover("192.0.2.1")).isFalse();
  }

  @Test
  void the_common_name_is_no_alternative_name() throws Exception {
    assertThat(names("db1").cover("db9")).isFalse();
    CertificateNames none =
        CertificateNames.of(
            Samples.authority()
                .issueClient(KeySpec.EC_P256, Samples.subject("db9"), 1)
                .certificate());
    assertThat(none.cover("db9")).isFalse();
  }
}
