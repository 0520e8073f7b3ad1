package hacert.opengauss;

import hacert.policy.Signatures;
import hacert.result.Finding;
import hacert.result.Severity;
import hacert.x509.Certificates;
import hacert.x509.RevocationLists;
import hacert.x509.RevocationScope;
import hacert.x509.UnreadableCertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rules for {@code sslcrl-file.crl}. With it the server asks for a current list of the CA that
 * issued a client's certificate; where it is missing or has ended, it refuses the client. For those
 * of the CAs above it does not ask: it sets {@code X509_V_FLAG_CRL_CHECK} alone.
 */
final class CrlRules {
  private static final String NAME = ServerBundle.CRL;

  private final Map<Side, X509Certificate> leafs;
  private final Expectation expectation;
  private final Instant now;
  private final List<Finding> findings = new ArrayList<>();

  private CrlRules(Map<Side, X509Certificate> leafs, Expectation expectation) {
    this.leafs = leafs;
    this.expectation = expectation;
    this.now = expectation.now();
  }

  /**
   * @param cas of {@code cacert.pem}
   * @param used the issuers of the bundle's certificates
   * @param leafs the bundle's certificates
   */
  static List<Finding> check(
      byte[] pem,
      List<X509Certificate> cas,
      Collection<X509Certificate> used,
      Map<Side, X509Certificate> leafs,
      Expectation expectation) {
    CrlRules rules = new CrlRules(leafs, expectation);
    List<X509Certificate> all = Stream.concat(cas.stream(), used.stream()).distinct().toList();
    try {
      List<X509CRL> lists = RevocationLists.read(pem);
      rules.issuers(lists, all);
      all.forEach(ca -> rules.current(lists, ca, rules.aboveOnly(ca, all, leafs.values())));
      leafs.forEach((side, leaf) -> rules.revoked(side.certificate(), leaf, lists, all));
      used.stream()
          .filter(ca -> !Certificates.selfSigned(ca))
          .forEach(ca -> rules.revoked(ChainRules.called(ca), ca, lists, all));
    } catch (UnreadableCertificateException e) {
      rules.error(
          "CRL_UNREADABLE",
          NAME + " cannot be read: " + e.getMessage() + ".",
          "Give X.509 CRLs in PEM form, copied completely, or leave the file out.");
    }
    return rules.findings;
  }

  private void issuers(List<X509CRL> lists, List<X509Certificate> cas) {
    for (X509CRL list : lists) {
      String issuer = list.getIssuerX500Principal().getName();
      if (cas.stream().noneMatch(ca -> RevocationLists.issuedBy(list, ca))) {
        boolean named =
            cas.stream()
                .anyMatch(ca -> ca.getSubjectX500Principal().equals(list.getIssuerX500Principal()));
        error(
            "CRL_ISSUER",
            named
                ? "The CRL of "
                    + issuer
                    + " in "
                    + NAME
                    + " is not signed by that CA's key, or names another one as its issuer's."
                : "The CRL of "
                    + issuer
                    + " in "
                    + NAME
                    + " is of no CA in "
                    + ServerBundle.CA
                    + ".",
            "Give the CRLs of the CAs in " + ServerBundle.CA + ".");
      } else if (cas.stream()
          .filter(ca -> RevocationLists.issuedBy(list, ca))
          .noneMatch(RevocationLists::maySign)) {
        error(
            "CRL_ISSUER",
            "The CA "
                + issuer
                + " must not sign CRLs: its key usage has no cRLSign. The server would refuse every"
                + " client that it issued.",
            "Leave " + NAME + " out, or have the CA issued again with cRLSign.");
      }
      if (Signatures.weak(list.getSigAlgName(), list.getSigAlgParams())) {
        error(
            "CERT_WEAK_SIGNATURE",
            "The CRL of "
                + issuer
                + " should be signed with SHA-256 or better, and is with "
                + list.getSigAlgName()
                + ".",
            "Have the CRL issued again with SHA-256.");
      }
    }
  }

  private static List<X509CRL> of(X509Certificate ca, List<X509CRL> lists) {
    return lists.stream().filter(list -> RevocationLists.issuedBy(list, ca)).toList();
  }

  private static List<X509CRL> covering(X509Certificate certificate, List<X509CRL> lists) {
    return lists.stream().filter(list -> RevocationScope.of(list).covers(certificate)).toList();
  }

  /** As openssl chooses: one that is valid now before others, then the newest. */
  private Optional<X509CRL> best(List<X509CRL> lists) {
    return lists.stream()
        .max(Comparator.comparing(this::validNow).thenComparing(X509CRL::getThisUpdate));
  }

  private boolean validNow(X509CRL list) {
    return !now.isBefore(list.getThisUpdate().toInstant())
        && (list.getNextUpdate() == null || !now.isAfter(list.getNextUpdate().toInstant()));
  }

  /**
   * Whether a CA is seen to have issued other CAs and no certificate of a server or client. One
   * that issued nothing here has clients elsewhere, or it would not be trusted.
   */
  private boolean aboveOnly(
      X509Certificate ca, List<X509Certificate> cas, Collection<X509Certificate> leafs) {
    return cas.stream().anyMatch(c -> !c.equals(ca) && Certificates.issuedBy(c, ca))
        && Stream.concat(leafs.stream(), expectation.clients().stream())
            .noneMatch(leaf -> Certificates.issuedBy(leaf, ca));
  }

  private void current(List<X509CRL> lists, X509Certificate ca, boolean aboveOnly) {
    int before = findings.size();
    current(lists, ca);
    if (aboveOnly) {
      findings.subList(before, findings.size()).replaceAll(CrlRules::harmless);
    }
  }

  private static Finding harmless(Finding finding) {
    return new Finding(
        Severity.WARNING,
        finding.code(),
        finding.message()
            + " But here it issued other CAs only, and the server asks for the list of a client's"
            + " own issuer alone.",
        "Where it issued clients too, do as for any CA: " + finding.remedy());
  }

  private void current(List<X509CRL> lists, X509Certificate ca) {
    String name = ca.getSubjectX500Principal().getName();
    List<X509CRL> own = of(ca, lists);
    if (own.isEmpty()) {
      error(
          "CRL_MISSING",
          NAME
              + " has no CRL of the CA "
              + name
              + ": the server would refuse every client that it issued.",
          "Add the CA's CRL, or leave "
              + NAME
              + " out, or remove the CA from "
              + ServerBundle.CA
              + ": of an overlap, hacert_trust=finish does that.");
      return;
    }
    List<X509CRL> fit = own.stream().filter(l -> unfit(l).isEmpty()).toList();
    if (fit.isEmpty()) {
      scope(name, unfit(best(own).orElseThrow()).orElseThrow());
      return;
    }
    chosen(fit, ca, name).forEach(list -> times(list, name));
  }

  /** The lists that the server uses for the clients of a CA that are known. */
  private Set<X509CRL> chosen(List<X509CRL> fit, X509Certificate ca, String name) {
    List<X509Certificate> clients =
        Stream.concat(Stream.ofNullable(leafs.get(Side.CLIENT)), expectation.clients().stream())
            .filter(client -> Certificates.issuedBy(client, ca))
            .toList();
    Set<X509CRL> chosen = new LinkedHashSet<>();
    for (X509Certificate client : clients) {
      List<X509CRL> its = covering(client, fit);
      best(its).ifPresent(chosen::add);
      if (its.isEmpty()) {
        scope(
            name,
            "it is not for the certificate of "
                + client.getSubjectX500Principal().getName()
                + (parts(fit).isEmpty() ? "" : ", which does not name " + parts(fit)));
        return Set.of();
      }
    }
    if (clients.isEmpty()) {
      List<X509CRL> whole =
          fit.stream().filter(list -> RevocationScope.of(list).part().isEmpty()).toList();
      best(whole.isEmpty() ? fit : whole).ifPresent(chosen::add);
      if (whole.isEmpty()) {
        findings.add(
            Finding.warning(
                "CRL_SCOPE",
                "The CRL of "
                    + name
                    + " is for one distribution point only: "
                    + parts(fit)
                    + ". The server refuses every client of that CA whose certificate does not"
                    + " name it.",
                "See that the clients' certificates name it, or give a CRL without it."));
      }
    }
    return chosen;
  }

  /** The names of the distribution points that lists are for alone. */
  private static String parts(List<X509CRL> lists) {
    return lists.stream()
        .map(list -> RevocationScope.of(list).part())
        .flatMap(Optional::stream)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  /** Why the server uses a list for no client. */
  private static Optional<String> unfit(X509CRL list) {
    Set<String> unknown = RevocationScope.unknown(list);
    return unknown.isEmpty()
        ? RevocationScope.of(list).noClient()
        : Optional.of("it has a critical extension that openssl does not know: " + unknown);
  }

  private void scope(String name, String why) {
    error(
        "CRL_SCOPE",
        "The CRL of "
            + name
            + " cannot serve: "
            + why
            + ". The server would refuse every such client of that CA.",
        "Give the CA's whole CRL, for all its certificates, or leave " + NAME + " out.");
  }

  private void times(X509CRL list, String name) {
    Instant begin = list.getThisUpdate().toInstant();
    if (now.isBefore(begin)) {
      error(
          "CRL_NOT_YET_VALID",
          "The CRL of " + name + " begins at " + begin + "; it is " + now + " here.",
          "Wait until then, or set this host's clock right.");
    }
    if (list.getNextUpdate() != null) {
      end(name, begin, list.getNextUpdate().toInstant());
    }
  }

  private void end(String name, Instant begin, Instant end) {
    if (now.isAfter(end)) {
      error(
          "CRL_EXPIRED",
          "The CRL of "
              + name
              + " ended at "
              + end
              + "; it is "
              + now
              + " here. The server would refuse every client of that CA.",
          "Give the CA's current CRL. Of a CA that is trusted only by an overlap:"
              + " hacert_trust=finish ends that, or replace where the CA changes just now.");
    } else if (Expiry.soon(begin, end, now)) {
      findings.add(
          Finding.warning(
              "CRL_EXPIRES_SOON",
              "The CRL of "
                  + name
                  + " ends already at "
                  + end
                  + "; from then on the server refuses every client of that CA.",
              "Install a newer one before."));
    }
  }

  private void revoked(
      String name, X509Certificate certificate, List<X509CRL> lists, List<X509Certificate> cas) {
    cas.stream()
        .filter(ca -> Certificates.issuedBy(certificate, ca))
        .findFirst()
        .flatMap(ca -> best(covering(certificate, of(ca, lists))))
        .filter(list -> list.isRevoked(certificate))
        .ifPresent(
            list ->
                error(
                    "CERT_REVOKED",
                    name
                        + " with serial "
                        + certificate.getSerialNumber().toString(16)
                        + " is revoked by the CRL of its own CA.",
                    "Have a new certificate issued."));
  }

  private void error(String code, String message, String remedy) {
    findings.add(Finding.error(code, message, remedy));
  }
}
