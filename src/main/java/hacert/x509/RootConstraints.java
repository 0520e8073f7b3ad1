package hacert.x509;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/**
 * What a root says of itself and of what may stand below it. RFC 5280 leaves it to the verifier
 * whether that binds him, and Java heeds none of it; openssl heeds critical extensions and name
 * constraints of a root as of any CA ({@code check_chain_extensions} and {@code
 * check_name_constraints} of its x509_vfy.c).
 */
final class RootConstraints {
  /** The extensions that openssl knows ({@code X509_supported_extension} of its v3_purp.c). */
  private static final Set<String> KNOWN =
      Set.of(
          "2.5.29.14",
          "2.5.29.15",
          "2.5.29.17",
          "2.5.29.19",
          "2.5.29.30",
          "2.5.29.31",
          "2.5.29.32",
          "2.5.29.33",
          "2.5.29.35",
          "2.5.29.36",
          "2.5.29.37",
          "2.5.29.54",
          "1.3.6.1.5.5.7.1.7",
          "1.3.6.1.5.5.7.1.8",
          "1.3.6.1.5.5.7.1.14",
          "1.3.6.1.5.5.7.48.1.5",
          "2.16.840.1.113730.1.1");

  private RootConstraints() {}

  /**
   * Why a chain does not hold under its root.
   *
   * @param below the certificates below the root, the lowest first
   * @param leaf whether that one is no CA
   * @return for people; empty if it holds
   */
  static Optional<String> breach(X509Certificate root, List<X509Certificate> below, boolean leaf) {
    Set<String> critical = root.getCriticalExtensionOIDs();
    Set<String> unknown = new HashSet<>(critical == null ? Set.of() : critical);
    unknown.removeAll(KNOWN);
    if (!unknown.isEmpty()) {
      return Optional.of(
          "the root has a critical extension that openssl does not know: " + unknown);
    }
    byte[] constraints = root.getExtensionValue(Extension.nameConstraints.getId());
    if (constraints == null) {
      return Optional.empty();
    }
    try {
      PKIXNameConstraintValidator validator = validator(constraints);
      for (X509Certificate certificate : below) {
        for (GeneralName name : names(certificate, leaf && certificate.equals(below.get(0)))) {
          validator.checkPermitted(name);
          validator.checkExcluded(name);
        }
      }
      return Optional.empty();
    } catch (NameConstraintValidatorException e) {
      return Optional.of("the root allows other names only: " + e.getMessage());
    } catch (IOException | RuntimeException e) {
      return Optional.of("the root's constraints on names cannot be read");
    }
  }

  private static PKIXNameConstraintValidator validator(byte[] extension) throws IOException {
    NameConstraints constraints =
        NameConstraints.getInstance(JcaX509ExtensionUtils.parseExtensionValue(extension));
    PKIXNameConstraintValidator validator = new PKIXNameConstraintValidator();
    if (constraints.getPermittedSubtrees() != null) {
      validator.intersectPermittedSubtree(constraints.getPermittedSubtrees());
    }
    if (constraints.getExcludedSubtrees() != null) {
      for (GeneralSubtree excluded : constraints.getExcludedSubtrees()) {
        validator.addExcludedSubtree(excluded);
      }
    }
    return validator;
  }

  /**
   * Subject, its mail addresses, alternative names; of a leaf without a host name among these the
   * common name too, where it is one with a dot. A CA that names itself as issuer has none.
   */
  private static List<GeneralName> names(X509Certificate certificate, boolean leaf)
      throws IOException {
    List<GeneralName> names = new ArrayList<>();
    if (!leaf
        && certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
      return names;
    }
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    if (subject.getRDNs().length > 0) {
      names.add(new GeneralName(subject));
    }
    values(subject, BCStyle.EmailAddress)
        .forEach(mail -> names.add(new GeneralName(GeneralName.rfc822Name, mail)));
    byte[] alternative = certificate.getExtensionValue(Extension.subjectAlternativeName.getId());
    if (alternative != null) {
      names.addAll(
          List.of(
              GeneralNames.getInstance(JcaX509ExtensionUtils.parseExtensionValue(alternative))
                  .getNames()));
    }
    if (leaf && names.stream().noneMatch(n -> n.getTagNo() == GeneralName.dNSName)) {
      values(subject, BCStyle.CN)
          .filter(name -> name.contains(".") && Leaf.isName(name) && !Leaf.isAddress(name))
          .forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
    }
    return names;
  }

  private static Stream<String> values(X500Name subject, ASN1ObjectIdentifier type) {
    return Stream.of(subject.getRDNs())
        .map(RDN::getTypesAndValues)
        .flatMap(Stream::of)
        .filter(value -> value.getType().equals(type))
        .map(AttributeTypeAndValue::getValue)
        .map(IETFUtils::valueToString);
  }
}
