package hacert.oms;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.CertificateSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlarmsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");

  private static String after(int firstDays, int secondDays) {
    return Alarms.after(List.of(certificate(firstDays), certificate(secondDays)), NOW).message();
  }

  private static CertificateSummary certificate(int days) {
    return new CertificateSummary(
        "f",
        "CN=a",
        "CN=a",
        "1",
        NOW.minusSeconds(1),
        NOW.plus(Duration.ofDays(days)),
        "00",
        "RSA 2048",
        false,
        List.of());
  }

  @Test
  void says_that_both_certificate_alarms_stay_for_an_expired_certificate() {
    assertThat(after(3000, -1))
        .isEqualTo(
            "alarms 12010, 12011 clear within minutes"
                + "; 12054 (certificate invalid) stays: a certificate is not valid"
                + "; 12055 (about to expire) stays: a certificate ends in less than 30 days");
  }

  @Test
  void says_that_12055_alone_stays_within_thirty_days() {
    assertThat(after(30, 3000))
        .contains("12054 (certificate invalid) clear", "12055 (about to expire) stays");
    assertThat(after(31, 3000)).contains("12055 (about to expire) clear").doesNotContain("stays");
  }

  @Test
  void names_the_alarms_of_the_mixed_window_before_and_after_it() {
    assertThat(Alarms.expected().message()).contains("12010", "12011");
    assertThat(Alarms.expected().remedy()).contains("silenced");
    assertThat(after(3000, 3000)).contains("12010", "12011");
  }

  @Test
  void fits_into_one_line_of_the_report() {
    assertThat(after(3000, 3000)).hasSizeLessThan(98);
  }
}
