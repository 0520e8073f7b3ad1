package hacert.rotation;

import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.target.Options;
import hacert.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What makes a rotation due: force, keys that others know, a state that this program never proved,
 * another given bundle, nodes or certificates that do not belong together, or too little validity
 * left.
 */
final class Due {
  /** By default a certificate is replaced in the last third of its validity. */
  private static final int DEFAULT_SHARE = 3;

  private Due() {}

  static List<Plan.Reason> reasons(Target target, Question q) {
    List<Plan.Reason> due = new ArrayList<>();
    List<Discovery> all = List.copyOf(q.found().values());
    if (q.settings().force()) {
      due.add(new Plan.Reason("FORCED", "hacert_force is set"));
    }
    if (q.settings().compromised()) {
      due.add(
          new Plan.Reason(
              "COMPROMISED", "hacert_compromised is set: the keys in use are known to others"));
    }
    if (all.stream().anyMatch(d -> !underHacert(d))) {
      due.add(
          new Plan.Reason(
              "NOT_UNDER_HACERT", "no rotation of this program has ended well here yet"));
    }
    if (q.given().isPresent()
        && all.stream().anyMatch(d -> !target.installed(q.given().get(), d.facts()))) {
      due.add(
          new Plan.Reason(
              "NEW_BUNDLE",
              q.given().get().digest().isEmpty()
                  ? "which CA the given bundle holds cannot be told; stage says why"
                  : "the given bundle is not the installed one"));
    }
    String differing = target.differing(all.stream().map(Discovery::facts).toList());
    if (!differing.isEmpty()) {
      due.add(new Plan.Reason("NODES_DIFFER", "the nodes do not have the same " + differing));
    }
    for (Discovery d : all) {
      d.findings().stream()
          .filter(f -> makesDue(f, q.settings()))
          .forEach(f -> due.add(new Plan.Reason(f.code(), f.on(d.node()).message())));
      for (CertificateSummary c : target.fallingDue(d.facts())) {
        if (!given(target, q, d, c) && !q.now().isBefore(dueAt(c, q.settings()))) {
          due.add(new Plan.Reason("EXPIRING", expiring(d, c, q.now())));
        }
      }
    }
    return due;
  }

  /** What a node says of its files, and a rotation would mend. */
  private static boolean makesDue(Finding f, Settings settings) {
    return switch (f.code()) {
      case "BUNDLE_INCONSISTENT", "CRL_DIFFERS" -> true;
      case "TRUST_OVERLAP" -> settings.options().trust() == Options.Trust.FINISH;
      default -> false;
    };
  }

  /** Installing a given bundle again makes nothing younger that is part of it. */
  private static boolean given(Target target, Question q, Discovery d, CertificateSummary c) {
    return q.given()
        .filter(given -> target.installed(given, d.facts()))
        .filter(
            given ->
                target.installsAsGiven()
                    || given.parts().values().stream().anyMatch(part -> part.contains(c.sha256())))
        .isPresent();
  }

  /** The given bundle is installed and falls due itself: no rotation with it can help. */
  static List<Finding> givenExpiring(Target target, Question q) {
    return q.found().values().stream()
        .flatMap(d -> d.installed().stream().filter(c -> given(target, q, d, c)))
        .filter(c -> !q.now().isBefore(dueAt(c, q.settings())))
        .limit(1)
        .map(
            c ->
                Finding.warning(
                    "BUNDLE_EXPIRING",
                    "the given bundle is installed, and is itself valid until "
                        + c.notAfter()
                        + " only",
                    "Give a newer one as hacert_bundle."))
        .toList();
  }

  /** When the first of the installed certificates falls due; null if there is none. */
  static Instant next(Target target, Question q) {
    return q.found().values().stream()
        .flatMap(d -> target.fallingDue(d.facts()).stream())
        .map(c -> dueAt(c, q.settings()))
        .filter(Objects::nonNull)
        .min(Instant::compareTo)
        .orElse(null);
  }

  private static boolean underHacert(Discovery d) {
    return d.generations().stream().anyMatch(g -> g.origin() != Generation.Origin.FOUND);
  }

  /** A certificate that is due from its first day on would be replaced by every run. */
  static List<Finding> renewedTooSoon(Question q) {
    return q.found().values().stream()
        .flatMap(d -> d.installed().stream())
        .filter(c -> !shorterThanValidity(c, q.settings()))
        .limit(1)
        .map(
            c ->
                Finding.warning(
                    "RENEW_BEFORE_TOO_LONG",
                    String.format(
                        "hacert_renew_before is %d days, and %s is valid for %d days in all; a third"
                            + " of that is used for it instead",
                        q.settings().renewBeforeDays(), c.source(), validity(c).toDays()),
                    "Set hacert_renew_before to less than the validity."))
        .toList();
  }

  private static Instant dueAt(CertificateSummary c, Settings settings) {
    boolean asked = settings.renewBeforeDays() > 0 && shorterThanValidity(c, settings);
    Duration before =
        asked ? Duration.ofDays(settings.renewBeforeDays()) : validity(c).dividedBy(DEFAULT_SHARE);
    return c.notAfter().minus(before).truncatedTo(ChronoUnit.SECONDS);
  }

  private static boolean shorterThanValidity(CertificateSummary c, Settings settings) {
    return Duration.ofDays(settings.renewBeforeDays()).compareTo(validity(c)) < 0;
  }

  private static Duration validity(CertificateSummary c) {
    return Duration.between(c.notBefore(), c.notAfter());
  }

  private static String expiring(Discovery d, CertificateSummary c, Instant now) {
    long days = Duration.between(now, c.notAfter()).toDays();
    boolean expired = !now.isBefore(c.notAfter());
    String left = expired ? "expired " + -days + " days ago" : "has " + days + " days left";
    return String.format("%s: %s %s (valid until %s)", d.node(), c.source(), left, c.notAfter());
  }
}
