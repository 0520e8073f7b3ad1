package hacert.x509;

import hacert.result.Finding;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * Whom a root certificate is made for, in the words of the vendor's {@code gen-cert.sh}. An empty
 * part is left out of the name.
 *
 * @param country C, two letters of ISO 3166
 * @param state ST
 * @param city L
 * @param company O
 * @param organization OU: the vendor's {@code --organize} is the unit within the company
 * @param commonName CN
 * @param email emailAddress
 */
public record Subject(
    String country,
    String state,
    String city,
    String company,
    String organization,
    String commonName,
    String email) {

  /** Upper bound of a common name, in characters. */
  public static final int LONGEST_NAME = 64;

  /** Absent parts become empty. */
  public Subject {
    country = country == null ? "" : country;
    state = state == null ? "" : state;
    city = city == null ? "" : city;
    company = company == null ? "" : company;
    organization = organization == null ? "" : organization;
    commonName = commonName == null ? "" : commonName;
    email = email == null ? "" : email;
  }

  /** One part: its attribute, what people call it, its upper bound of RFC 5280, appendix A.1. */
  private record Part(ASN1ObjectIdentifier type, String name, String value, int longest) {}

  private List<Part> parts() {
    return List.of(
        new Part(BCStyle.C, "country", country, 2),
        new Part(BCStyle.ST, "state", state, 128),
        new Part(BCStyle.L, "city", city, 128),
        new Part(BCStyle.O, "company", company, 64),
        new Part(BCStyle.OU, "organization", organization, 64),
        new Part(BCStyle.CN, "common_name", commonName, LONGEST_NAME),
        new Part(BCStyle.EmailAddress, "email", email, 255));
  }

  /**
   * The subject of a certificate; of a part that stands there more than once, the first. Parts that
   * have no place here, or no readable text, are left out.
   */
  public static Subject of(X509Certificate certificate) {
    X500Name name = name(certificate);
    return new Subject(
        first(name, BCStyle.C),
        first(name, BCStyle.ST),
        first(name, BCStyle.L),
        first(name, BCStyle.O),
        first(name, BCStyle.OU),
        first(name, BCStyle.CN),
        first(name, BCStyle.EmailAddress));
  }

  /** Bouncy Castle is stricter than the JDK, which has read the certificate already. */
  private static X500Name name(X509Certificate certificate) {
    try {
      return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    } catch (RuntimeException e) {
      return new X500Name(new RDN[0]);
    }
  }

  private static String first(X500Name name, ASN1ObjectIdentifier type) {
    for (RDN rdn : name.getRDNs(type)) {
      for (var attribute : rdn.getTypesAndValues()) {
        if (attribute.getType().equals(type) && attribute.getValue() instanceof ASN1String text) {
          return string(text);
        }
      }
    }
    return "";
  }

  /** Absent where the encoding is broken: Bouncy Castle finds that out only now. */
  private static String string(ASN1String text) {
    try {
      return text.getString();
    } catch (RuntimeException e) {
      return "";
    }
  }

  /** The same subject, with empty parts taken from another one. */
  public Subject orElse(Subject other) {
    return new Subject(
        country.isEmpty() ? other.country : country,
        state.isEmpty() ? other.state : state,
        city.isEmpty() ? other.city : city,
        company.isEmpty() ? other.company : company,
        organization.isEmpty() ? other.organization : organization,
        commonName.isEmpty() ? other.commonName : commonName,
        email.isEmpty() ? other.email : email);
  }

  /**
   * What keeps this subject from standing in a certificate: {@code SUBJECT_EMPTY}, {@code
   * SUBJECT_COUNTRY}, {@code SUBJECT_TOO_LONG}, {@code SUBJECT_CHARACTER}. Empty: nothing.
   */
  public List<Finding> check() {
    List<Finding> findings = new ArrayList<>();
    if (parts().stream().allMatch(part -> part.value().isEmpty())) {
      findings.add(
          Finding.error(
              "SUBJECT_EMPTY",
              "The subject of the certificate is empty; a CA needs a name.",
              "Set at least the common name."));
    }
    for (Part part : parts()) {
      check(part, findings);
    }
    return List.copyOf(findings);
  }

  private static void check(Part part, List<Finding> findings) {
    String value = part.value();
    if (part.type().equals(BCStyle.C)) {
      if (!value.isEmpty() && !value.matches("[A-Za-z]{2}")) {
        findings.add(
            Finding.error(
                "SUBJECT_COUNTRY",
                "The country has to be two letters of ISO 3166; it has "
                    + value.codePointCount(0, value.length())
                    + " characters, or others than letters.",
                "Set country to a code such as DE or CN."));
      }
      return;
    }
    int length = value.codePointCount(0, value.length());
    if (length > part.longest()) {
      findings.add(
          Finding.error(
              "SUBJECT_TOO_LONG",
              "The %s may have %d characters (RFC 5280); it has %d."
                  .formatted(part.name(), part.longest(), length),
              "Shorten " + part.name() + "."));
    }
    boolean ascii = part.type().equals(BCStyle.EmailAddress);
    if (value.codePoints().anyMatch(c -> Character.isISOControl(c) || ascii && c > 0x7e)
        || !StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      findings.add(
          Finding.error(
              "SUBJECT_CHARACTER",
              "The "
                  + part.name()
                  + (ascii
                      ? " holds a character that is not printable ASCII."
                      : " holds a control character or half of a surrogate pair."),
              "Remove it from " + part.name() + "."));
    }
  }

  /**
   * This name in its ASN.1 form, in the order C, ST, L, O, OU, CN, emailAddress: UTF8String, but
   * PrintableString for C and IA5String for emailAddress (RFC 5280, 4.1.2.4 and appendix A.1).
   *
   * @throws IllegalArgumentException if {@link #check} finds something
   */
  X500Name toName() {
    List<Finding> findings = check();
    if (!findings.isEmpty()) {
      throw new IllegalArgumentException(findings.get(0).message());
    }
    X500NameBuilder name = new X500NameBuilder(BCStyle.INSTANCE);
    for (Part part : parts()) {
      if (!part.value().isEmpty()) {
        name.addRDN(part.type(), encoded(part));
      }
    }
    return name.build();
  }

  /** Encoded here: given a string, the builder would take a leading # or \\ for its own syntax. */
  private static ASN1Encodable encoded(Part part) {
    if (part.type().equals(BCStyle.C)) {
      return new DERPrintableString(part.value());
    }
    return part.type().equals(BCStyle.EmailAddress)
        ? new DERIA5String(part.value())
        : new DERUTF8String(part.value());
  }
}
