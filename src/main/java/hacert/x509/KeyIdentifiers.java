package hacert.x509;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/**
 * Which of several certificates of one name and key issued something: what it says of its issuer
 * (RFC 5280, 4.2.1.1 and 4.2.1.2). openssl takes no issuer that contradicts it ({@code
 * X509_check_akid} of its v3_purp.c).
 */
final class KeyIdentifiers {
  private KeyIdentifiers() {}

  /**
   * Whether a CA is what an authority key identifier says, as far as both say something.
   *
   * @param authorityKey the extension's value as certificates and CRLs give it; null if absent
   */
  static boolean fit(byte[] authorityKey, X509Certificate issuer) {
    if (authorityKey == null) {
      return true;
    }
    try {
      AuthorityKeyIdentifier wanted =
          AuthorityKeyIdentifier.getInstance(
              JcaX509ExtensionUtils.parseExtensionValue(authorityKey));
      byte[] own = issuer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
      if (wanted.getKeyIdentifierOctets() != null
          && own != null
          && !Arrays.equals(
              wanted.getKeyIdentifierOctets(),
              SubjectKeyIdentifier.getInstance(JcaX509ExtensionUtils.parseExtensionValue(own))
                  .getKeyIdentifier())) {
        return false;
      }
      return (wanted.getAuthorityCertSerialNumber() == null
              || wanted.getAuthorityCertSerialNumber().equals(issuer.getSerialNumber()))
          && named(wanted.getAuthorityCertIssuer(), issuer);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** The first directory name counts, and is that of the issuer's own issuer. */
  private static boolean named(GeneralNames names, X509Certificate issuer) {
    return names == null
        || Stream.of(names.getNames())
            .filter(name -> name.getTagNo() == GeneralName.directoryName)
            .findFirst()
            .map(name -> X500Name.getInstance(name.getName()))
            .filter(
                name ->
                    !name.equals(
                        X500Name.getInstance(issuer.getIssuerX500Principal().getEncoded())))
            .isEmpty();
  }
}
