package hacert.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RootAuthorityTest {
  private static final Subject SUBJECT =
      new Subject("CN", "广东", "#1 \\#, \"x\"+y", "Example", "HA", "HA Root", "ops@example.org");
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-22T10:11:12.345Z"), ZoneOffset.UTC);
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path dir;

  private static RootAuthority make(KeySpec spec, Period validity) {
    return RootAuthority.make(spec, SUBJECT, validity, CLOCK, RANDOM);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P0D", "P-1D", "P36501D", "P2147483647Y", "P-1Y", "P2147483647D"})
  void refuses_a_validity_out_of_bounds(String validity) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> make(KeySpec.EC_P256, Period.parse(validity)))
        .withMessageContaining("1 to 36500 days");
  }

  @Test
  void refuses_a_subject_with_findings() {
    Subject bad = new Subject("CHN", "", "", "", "", "x", "");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                RootAuthority.make(
                    KeySpec.EC_P256, bad, RootAuthority.DEFAULT_VALIDITY, CLOCK, RANDOM))
        .withMessageContaining("two letters");
  }

  @ParameterizedTest
  @EnumSource(KeySpec.class)
  void openssl_takes_it_for_a_root(KeySpec spec) throws Exception {
    RootAuthority root = make(spec, RootAuthority.DEFAULT_VALIDITY);
    Path file = Files.write(dir.resolve("root.crt"), Certificates.pem(root.certificate()));
    byte[] none = new byte[0];
    assertThat(
            Openssl.run(
                    none,
                    "verify",
                    "-x509_strict",
                    "-check_ss_sig",
                    "-attime",
                    String.valueOf(CLOCK.instant().getEpochSecond()),
                    "-CAfile",
                    file.toString(),
                    file.toString())
                .text())
        .endsWith(": OK\n");
    String text = new String(Openssl.ok(none, "x509", "-in", file.toString(), "-noout", "-text"));
    assertThat(text)
        .contains("Version: 3 (0x2)")
        .contains("X509v3 Basic Constraints: critical\n                CA:TRUE\n")
        .contains("X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n")
        .contains("X509v3 Subject Key Identifier")
        .contains("X509v3 Authority Key Identifier")
        .contains("Not Before: Nov 22 09:11:12 2026 GMT")
        .contains("Not After : Nov 19 10:11:12 2036 GMT");
    String subject =
        new String(
            Openssl.ok(
                none,
                "x509",
                "-in",
                file.toString(),
                "-noout",
                "-subject",
                "-nameopt",
                "sep_multiline,utf8"),
            java.nio.charset.StandardCharsets.UTF_8);
    assertThat(subject.lines().skip(1).map(String::strip))
        .containsExactly(
            "C=CN",
            "ST=广东",
            "L=#1 \\#, \"x\"+y",
            "O=Example",
            "OU=HA",
            "CN=HA Root",
            "emailAddress=ops@example.org");
    assertThat(Subject.of(root.certificate())).isEqualTo(SUBJECT);
    assertThat(Certificates.matches(root.key(), root.certificate())).isTrue();
    assertThat(Certificates.issuedBy(root.certificate(), root.certificate())).isTrue();
    assertThat(Certificates.mayIssue(root.certificate())).isTrue();
  }

  @Test
  void has_a_serial_of_twenty_octets_that_never_comes_twice() {
    RootAuthority one = make(KeySpec.EC_P256, Period.ofDays(1));
    RootAuthority two = make(KeySpec.EC_P256, Period.ofDays(1));
    assertThat(one.certificate().getSerialNumber().toByteArray()).hasSize(20);
    assertThat(one.certificate().getSerialNumber()).isPositive();
    assertThat(one.certificate().getSerialNumber())
        .isNotEqualTo(two.certificate().getSerialNumber());
  }

  @Test
  void does_not_print_its_key() {
    assertThat(make(KeySpec.EC_P256, Period.ofDays(1)).toString())
        .startsWith("RootAuthority[")
        .doesNotContainIgnoringCase("key");
  }
}
