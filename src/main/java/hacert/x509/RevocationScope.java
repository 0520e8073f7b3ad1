package hacert.x509;

import java.io.IOException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/**
 * For which certificates a CRL is, by its own extensions (RFC 5280, 5.2.5), as openssl judges it
 * without its extended CRL support: {@code get_crl_score} and {@code crl_crldp_check} of its
 * x509_vfy.c. That takes a delta CRL for a whole one.
 */
public final class RevocationScope {
  /** Critical ones that openssl heeds: distribution point, authority key, delta CRL. */
  private static final Set<String> KNOWN = Set.of("2.5.29.28", "2.5.29.35", "2.5.29.27");

  private static final String CERTIFICATE_ISSUER = "2.5.29.29";

  private final Optional<IssuingDistributionPoint> point;
  private final boolean damaged;
  private final X500Name issuer;

  private RevocationScope(
      Optional<IssuingDistributionPoint> point, boolean damaged, X500Name issuer) {
    this.point = point;
    this.damaged = damaged;
    this.issuer = issuer;
  }

  /** That of a list. */
  public static RevocationScope of(X509CRL list) {
    X500Name issuer = X500Name.getInstance(list.getIssuerX500Principal().getEncoded());
    byte[] extension = list.getExtensionValue(Extension.issuingDistributionPoint.getId());
    try {
      return new RevocationScope(
          extension == null
              ? Optional.empty()
              : Optional.of(IssuingDistributionPoint.getInstance(parsed(extension))),
          false,
          issuer);
    } catch (IOException | RuntimeException e) {
      return new RevocationScope(Optional.empty(), true, issuer);
    }
  }

  /** The critical extensions of a list, or of what it names, that openssl does not know. */
  public static Set<String> unknown(X509CRL list) {
    Set<String> unknown = new HashSet<>();
    Optional.ofNullable(list.getCriticalExtensionOIDs()).ifPresent(unknown::addAll);
    unknown.removeAll(KNOWN);
    Stream.ofNullable(list.getRevokedCertificates())
        .flatMap(Set::stream)
        .map(X509CRLEntry::getCriticalExtensionOIDs)
        .flatMap(Stream::ofNullable)
        .flatMap(Set::stream)
        .filter(oid -> !oid.equals(CERTIFICATE_ISSUER))
        .forEach(unknown::add);
    return unknown;
  }

  /** Why a list is for no certificate of a client at all; empty if it may be for some. */
  public Optional<String> noClient() {
    return unusable(false);
  }

  /** Why it is for no certificate of this kind. */
  private Optional<String> unusable(boolean ofCas) {
    if (damaged) {
      return Optional.of("its issuing distribution point cannot be read");
    }
    if (point.filter(IssuingDistributionPoint::onlyContainsAttributeCerts).isPresent()) {
      return Optional.of("it is for attribute certificates only");
    }
    if (!ofCas && point.filter(IssuingDistributionPoint::onlyContainsCACerts).isPresent()) {
      return Optional.of("it is for certificates of CAs only");
    }
    if (ofCas && point.filter(IssuingDistributionPoint::onlyContainsUserCerts).isPresent()) {
      return Optional.of("it is for certificates of no CA");
    }
    if (point.filter(IssuingDistributionPoint::isIndirectCRL).isPresent()) {
      return Optional.of("it is an indirect CRL");
    }
    return point
        .filter(p -> p.getOnlySomeReasons() != null)
        .map(p -> "it is for some reasons only");
  }

  /** The name of the distribution point that it is for alone; empty where it is for all. */
  public Optional<String> part() {
    return name().map(n -> String.valueOf(n.getName()).replaceAll("\\s+", " ").trim());
  }

  private Optional<DistributionPointName> name() {
    return point.map(IssuingDistributionPoint::getDistributionPoint);
  }

  /** Whether it is for this certificate, if the list's CA issued it. */
  public boolean covers(X509Certificate certificate) {
    if (unusable(certificate.getBasicConstraints() >= 0).isPresent()) {
      return false;
    }
    return name().isEmpty()
        || points(certificate).stream().anyMatch(p -> ours(p) && same(p.getDistributionPoint()));
  }

  private static List<DistributionPoint> points(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(Extension.cRLDistributionPoints.getId());
    try {
      return extension == null
          ? List.of()
          : List.of(CRLDistPoint.getInstance(parsed(extension)).getDistributionPoints());
    } catch (IOException | RuntimeException e) {
      return List.of();
    }
  }

  /** Whether a point's list comes from the CA itself, and for every reason. */
  private boolean ours(DistributionPoint candidate) {
    GeneralNames other = candidate.getCRLIssuer();
    return candidate.getReasons() == null
        && (other == null
            || Stream.of(other.getNames())
                .filter(name -> name.getTagNo() == GeneralName.directoryName)
                .anyMatch(name -> X500Name.getInstance(name.getName()).equals(issuer)));
  }

  private boolean same(DistributionPointName other) {
    DistributionPointName own = name().orElseThrow();
    if (other == null || other.getType() != own.getType()) {
      return other == null;
    }
    if (own.getType() != DistributionPointName.FULL_NAME) {
      return own.getName().equals(other.getName());
    }
    List<GeneralName> names = List.of(GeneralNames.getInstance(own.getName()).getNames());
    return Stream.of(GeneralNames.getInstance(other.getName()).getNames())
        .anyMatch(names::contains);
  }

  private static ASN1Primitive parsed(byte[] extension) throws IOException {
    return JcaX509ExtensionUtils.parseExtensionValue(extension);
  }
}
