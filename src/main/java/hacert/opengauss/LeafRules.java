package hacert.opengauss;

import hacert.policy.CertificateRules;
import hacert.result.Finding;
import hacert.x509.CertificatePaths;
import hacert.x509.Certificates;
import hacert.x509.Subject;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Rules for the certificate of one side, its issuers and its names. */
final class LeafRules {
  private static final int DIGITAL_SIGNATURE = 0;

  private final Side side;
  private final List<X509Certificate> shown;
  private final List<X509Certificate> cas;
  private final Expectation expectation;
  private final X509Certificate leaf;
  private final List<X509Certificate> chain;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * @param shown the certificates of this side's file
   * @param cas those of {@code cacert.pem}
   */
  LeafRules(
      Side side, List<X509Certificate> shown, List<X509Certificate> cas, Expectation expectation) {
    this.side = side;
    this.shown = shown;
    this.cas = cas;
    this.expectation = expectation;
    this.leaf = shown.get(0);
    this.chain =
        Certificates.chain(
            leaf, Stream.concat(shown.stream(), cas.stream()).toList(), expectation.now());
  }

  /** From the leaf's issuer up to the root; the leaf itself where it is its own root. */
  List<X509Certificate> issuers() {
    return chain.size() == 1 ? chain : chain.subList(1, chain.size());
  }

  List<Finding> check() {
    for (int i = 1; i < shown.size(); i++) {
      if (!Certificates.issuedBy(shown.get(i - 1), shown.get(i))) {
        error(
            "CERT_NOT_SINGLE",
            side.certificate()
                + " should hold the certificate and then its issuers; number "
                + (i + 1)
                + " of "
                + shown.size()
                + " has not issued the one before it.",
            "Put the certificate first and each issuer behind the one that it issued.");
        break;
      }
    }
    itself();
    if (issued()) {
      List<X509Certificate> issuers = chain.subList(1, chain.size());
      List<Finding> wrong = ChainRules.issuers(issuers, expectation.now());
      findings.addAll(wrong);
      outlives(issuers);
      if (!Finding.stops(findings)) {
        path();
      }
    }
    if (side == Side.SERVER && !expectation.names().isEmpty()) {
      names();
    }
    return findings;
  }

  private void itself() {
    String name = side.certificate();
    CertificateRules.version(leaf, name).ifPresent(findings::add);
    CertificateRules.valid(leaf, expectation.now(), name)
        .ifPresentOrElse(findings::add, this::soon);
    CertificateRules.signed(leaf, name).ifPresent(findings::add);
    CertificateRules.key(leaf, name).ifPresent(findings::add);
    if (!expectation.ecdsa() && leaf.getPublicKey().getAlgorithm().equals("EC")) {
      error(
          "KEY_ALGORITHM",
          name + " has an EC key; servers before version 2.1 take RSA keys only.",
          "Make an RSA key, such as rsa-3072.");
    }
    CertificateRules.uses(leaf, side.uses(), side.words(), name).ifPresent(findings::add);
    CertificateRules.netscape(leaf, side.netscapeBit(), side.words(), name)
        .ifPresent(findings::add);
    boolean[] usage = leaf.getKeyUsage();
    if (usage != null && !usage[DIGITAL_SIGNATURE]) {
      error(
          "CERT_PURPOSE",
          name + " has a key usage without digitalSignature, which TLS needs.",
          "Issue it again with digitalSignature.");
    }
    if (leaf.getBasicConstraints() >= 0) {
      warning(
          "CERT_IS_CA",
          name + " is the certificate of a CA: whoever has its key can issue others.",
          "Issue one with CA:FALSE.");
    }
  }

  private void soon() {
    Instant end = leaf.getNotAfter().toInstant();
    if (Expiry.soon(leaf.getNotBefore().toInstant(), end, expectation.now())) {
      warning(
          "CERT_EXPIRES_SOON",
          side.certificate() + " ends already at " + end + ".",
          "Give one that is valid longer.");
    }
  }

  private boolean issued() {
    X509Certificate top = chain.get(chain.size() - 1);
    if (Certificates.selfSigned(top) ? cas.contains(top) : chain.size() > 1) {
      return true;
    }
    error(
        "CERT_NOT_ISSUED",
        "No CA in "
            + ServerBundle.CA
            + " that may issue others has issued "
            + side.certificate()
            + ", whose issuer is "
            + top.getIssuerX500Principal().getName()
            + ".",
        "Put that CA and its issuers up to the root into " + ServerBundle.CA + ".");
    return false;
  }

  private void outlives(List<X509Certificate> issuers) {
    issuers.stream()
        .min(Comparator.comparing(X509Certificate::getNotAfter))
        .filter(ca -> leaf.getNotAfter().after(ca.getNotAfter()))
        .ifPresent(
            ca ->
                warning(
                    "CERT_OUTLIVES_CA",
                    side.certificate()
                        + " says that it is valid until "
                        + leaf.getNotAfter().toInstant()
                        + ", but "
                        + ChainRules.called(ca)
                        + " ends before, at "
                        + ca.getNotAfter().toInstant()
                        + ".",
                    "Plan for the earlier date, or have it issued by a CA that is valid longer."));
  }

  private void path() {
    if (chain.size() > 1) {
      CertificatePaths.ofLeaf(chain, expectation.now())
          .ifPresent(why -> invalid(chain.get(chain.size() - 1), why));
    }
  }

  private void invalid(X509Certificate root, String why) {
    error(
        "CERT_PATH_INVALID",
        "The chain of "
            + side.certificate()
            + " up to "
            + root.getSubjectX500Principal().getName()
            + " does not hold by RFC 5280: "
            + why
            + ".",
        "Have the certificate issued again, within what its CA may issue.");
  }

  private void names() {
    CertificateNames names = CertificateNames.of(leaf);
    List<String> missing = expectation.names().stream().filter(name -> !names.cover(name)).toList();
    if (!missing.isEmpty()) {
      warning(
          "CERT_NAMES",
          side.certificate()
              + " does not name "
              + String.join(", ", missing)
              + "; clients that verify the host name refuse the server there.",
          "Issue it with all host names and addresses of the nodes as subject alternative names.");
    }
    String commonName = Subject.of(leaf).commonName();
    if (expectation.names().stream().noneMatch(commonName::equalsIgnoreCase)) {
      warning(
          "CERT_COMMON_NAME",
          "The common name of "
              + side.certificate()
              + " is '"
              + commonName
              + "', which is no node of the cluster. gsql with verify-full compares nothing else.",
          "Issue it with the host name of a node as common name.");
    }
  }

  private void error(String code, String message, String remedy) {
    findings.add(Finding.error(code, message, remedy));
  }

  private void warning(String code, String message, String remedy) {
    findings.add(Finding.warning(code, message, remedy));
  }
}
