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

  private Alarms() {}

  /** Said before the nodes are mixed. */
  static Finding expected() {
    return Finding.info(
        "ALARMS_EXPECTED",
        "from the first restart until both nodes agree, alarm 12010 (HA heartbeat lost, after 7 s of"
            + " silence) and alarm 12011 (HA file synchronisation) are to be expected on both"
            + " nodes: have them silenced for that time");
  }

  /** Said after it: which alarms have no cause any more. */
  static Finding after(Collection<CertificateSummary> installed, Instant now) {
    boolean valid =
        installed.stream()
            .allMatch(c -> !now.isBefore(c.notBefore()) && now.isBefore(c.notAfter()));
    boolean lasting =
        installed.stream().allMatch(c -> now.plus(ABOUT_TO_EXPIRE).isBefore(c.notAfter()));
    return Finding.info(
        "ALARMS_AFTER",
        "alarm 12054 (HA certificate invalid) "
            + (valid ? "has no cause any more and clears" : "stays: a certificate is not valid")
            + "; alarm 12055 (HA certificate about to expire) "
            + (lasting
                ? "has no cause any more and clears"
                : "stays: a certificate ends in less than " + ABOUT_TO_EXPIRE.toDays() + " days")
            + "; alarms 12010 and 12011 of the mixed window clear too: one that is still there"
            + " after some minutes has another cause");
  }
}
