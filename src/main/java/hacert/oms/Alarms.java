package hacert.oms;

import hacert.result.CertificateSummary;
import hacert.result.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

/** What the vendor's monitoring says of a rotation, so that nobody is called for it at night. */
final class Alarms {
  /** Alarm 12055 is raised for a certificate that ends sooner than this. */
  private static final Duration ABOUT_TO_EXPIRE = Duration.ofDays(30);

  private static final String INVALID = "12054 (certificate invalid)";
  private static final String EXPIRING = "12055 (about to expire)";

  private Alarms() {}

  /** Said before the nodes are mixed. A warning, for a person has to act on it in time. */
  static Finding expected() {
    return Finding.warning(
        "ALARMS_EXPECTED",
        "alarms 12010 (HA heartbeat), 12011 (file sync) in the mixed window",
        "Have them silenced on both nodes until the rotation has ended.");
  }

  /** Said after it: which alarms have no cause any more. The report shows it, so it is short. */
  static Finding after(Collection<CertificateSummary> installed, Instant now) {
    boolean valid =
        installed.stream()
            .allMatch(c -> !now.isBefore(c.notBefore()) && now.isBefore(c.notAfter()));
    boolean lasting =
        installed.stream().allMatch(c -> now.plus(ABOUT_TO_EXPIRE).isBefore(c.notAfter()));
    return Finding.info(
        "ALARMS_AFTER",
        "alarms 12010, 12011"
            + (valid ? ", " + INVALID : "")
            + (lasting ? ", " + EXPIRING : "")
            + " clear within minutes"
            + (valid ? "" : "; " + INVALID + " stays: a certificate is not valid")
            + (lasting
                ? ""
                : "; "
                    + EXPIRING
                    + " stays: a certificate ends in less than "
                    + ABOUT_TO_EXPIRE.toDays()
                    + " days"));
  }
}
