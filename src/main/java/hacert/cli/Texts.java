package hacert.cli;

import hacert.result.CertificateSummary;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** How things read on a terminal. */
final class Texts {
  private Texts() {}

  /** Without what could command the terminal: names in certificates are others' words. */
  static String safe(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?");
  }

  static void field(PrintWriter out, String name, String value) {
    out.printf("  %-9s %s%n", name, safe(value));
  }

  static void certificate(PrintWriter out, CertificateSummary certificate, Instant now) {
    field(out, "subject", certificate.subject());
    field(
        out,
        "issuer",
        certificate.issuer().equals(certificate.subject())
            ? "the same name (a root)"
            : certificate.issuer());
    field(out, "serial", certificate.serial());
    field(
        out,
        "valid",
        certificate.notBefore()
            + " to "
            + certificate.notAfter()
            + ", "
            + left(certificate.notBefore(), certificate.notAfter(), now));
    field(out, "key", certificate.key() + (certificate.ca() ? ", of a CA" : ""));
    if (!certificate.names().isEmpty()) {
      field(out, "names", String.join(", ", certificate.names()));
    }
    field(out, "sha-256", certificate.sha256());
  }

  private static String left(Instant begin, Instant end, Instant now) {
    if (now.isAfter(end)) {
      return "EXPIRED " + span(end, now) + " ago";
    }
    return now.isBefore(begin)
        ? "NOT YET VALID, begins in " + span(now, begin)
        : span(now, end) + " left";
  }

  private static String span(Instant from, Instant to) {
    long days = ChronoUnit.DAYS.between(from, to);
    if (days >= 2) {
      return days + " days";
    }
    long hours = Duration.between(from, to).toHours();
    return hours >= 2 ? hours + " hours" : Duration.between(from, to).toMinutes() + " minutes";
  }
}
