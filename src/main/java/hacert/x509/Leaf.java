package hacert.x509;

import hacert.result.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.util.IPAddress;

/**
 * Whom a certificate of a TLS server or client is made for.
 *
 * @param subject its name; the common name is all that some programs compare
 * @param names its subject alternative names: host names, IPv4 and IPv6 addresses; may be empty
 * @param use which side of TLS it is for
 */
public record Leaf(Subject subject, List<String> names, Use use) {
  /** A host name, whose labels may have underscores: some sites have them. */
  private static final Pattern HOST =
      Pattern.compile("(?=.{1,253}$)(\\*\\.)?[\\w]([\\w-]{0,61}\\w)?(\\.\\w([\\w-]{0,61}\\w)?)*");

  /** A side of TLS. */
  public enum Use {
    /** serverAuth. */
    SERVER(KeyPurposeId.id_kp_serverAuth),
    /** clientAuth. */
    CLIENT(KeyPurposeId.id_kp_clientAuth);

    private final KeyPurposeId purpose;

    Use(KeyPurposeId purpose) {
      this.purpose = purpose;
    }

    KeyPurposeId purpose() {
      return purpose;
    }
  }

  /** Takes a copy. */
  public Leaf {
    names = List.copyOf(names);
  }

  /**
   * What keeps it from being made: what {@link Subject#check} finds, and {@code NAME_INVALID}.
   * Empty: nothing.
   */
  public List<Finding> check() {
    List<Finding> findings = new ArrayList<>(subject.check());
    for (String name : names) {
      if (!isName(name)) {
        findings.add(
            Finding.error(
                "NAME_INVALID",
                "Expected host names and IP addresses for the certificate, got '" + name + "'.",
                "Correct the node's name or address; write international names as xn--…."));
      }
    }
    return List.copyOf(findings);
  }

  /** Whether it is a host name or an address that a certificate can name. */
  public static boolean isName(String name) {
    return isAddress(name) || HOST.matcher(name).matches() && !name.matches("[\\d.]+");
  }

  /** Whether a name is an IPv4 or IPv6 address, without prefix length and zone. */
  public static boolean isAddress(String name) {
    return IPAddress.isValid(name);
  }

  /**
   * The names in their ASN.1 form.
   *
   * @throws IllegalArgumentException if {@link #check} finds something
   */
  GeneralNames toNames() {
    List<Finding> findings = check();
    if (!findings.isEmpty()) {
      throw new IllegalArgumentException(findings.get(0).message());
    }
    return new GeneralNames(
        names.stream()
            .distinct()
            .map(
                n -> new GeneralName(isAddress(n) ? GeneralName.iPAddress : GeneralName.dNSName, n))
            .toArray(GeneralName[]::new));
  }
}
