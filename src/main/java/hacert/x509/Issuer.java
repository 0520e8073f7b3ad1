package hacert.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A CA with its key: issues certificates of servers and clients, and says which of them are
 * revoked.
 *
 * @param certificate its certificate
 * @param key the private key of that certificate, RSA or EC
 */
public record Issuer(X509Certificate certificate, PrivateKey key) {

  /**
   * Issues an X.509 v3 certificate by the rules of RFC 5280: CA:FALSE and key usage, both critical
   * (digitalSignature, for a server with an RSA key keyEncipherment too), extended key usage,
   * subject alternative names where there are some, subject and authority key identifier, a random
   * positive serial of 20 octets. It begins one hour ago.
   *
   * @param owner whose key it is
   * @param end of its validity
   * @throws IllegalArgumentException if the leaf has findings, or would outlive this CA, or would
   *     have ended already
   */
  public X509Certificate issue(
      Leaf leaf, PublicKey owner, Instant end, Clock clock, SecureRandom random) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    if (!end.isAfter(now) || end.isAfter(certificate.getNotAfter().toInstant())) {
      throw new IllegalArgumentException(
          "expected an end after now and not after that of the CA, " + certificate.getNotAfter());
    }
    var names = leaf.toNames();
    boolean encipher = leaf.use() == Leaf.Use.SERVER && owner.getAlgorithm().equals("RSA");
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name(),
              RootAuthority.serial(random),
              Date.from(now.minus(RootAuthority.HEAD_START)),
              Date.from(end),
              leaf.subject().toName(),
              owner);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(KeyUsage.digitalSignature | (encipher ? KeyUsage.keyEncipherment : 0)));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(leaf.use().purpose()));
      if (names.getNames().length > 0) {
        builder.addExtension(Extension.subjectAlternativeName, false, names);
      }
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(owner));
      builder.addExtension(Extension.authorityKeyIdentifier, false, identifier());
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer(random)));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("this Java runtime cannot issue a certificate", e);
    }
  }

  /**
   * Makes a list of revoked certificates (RFC 5280, 5), X.509 CRL v2. It begins one hour ago; its
   * number is the time in milliseconds, so that a later list has a higher one.
   *
   * @param revoked serial numbers, and since when
   * @param next by when there is another one
   */
  public X509CRL revoke(
      Map<BigInteger, Instant> revoked, Instant next, Clock clock, SecureRandom random) {
    Instant now = clock.instant();
    try {
      JcaX509v2CRLBuilder builder =
          new JcaX509v2CRLBuilder(
              certificate.getSubjectX500Principal(),
              Date.from(now.minus(RootAuthority.HEAD_START)));
      builder.setNextUpdate(Date.from(next));
      revoked.forEach(
          (serial, since) -> builder.addCRLEntry(serial, Date.from(since), CRLReason.unspecified));
      builder.addExtension(Extension.authorityKeyIdentifier, false, identifier());
      builder.addExtension(
          Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(now.toEpochMilli())));
      return new JcaX509CRLConverter().getCRL(builder.build(signer(random)));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("this Java runtime cannot make a CRL", e);
    }
  }

  /** As it stands in the certificate, byte for byte: some programs compare names so. */
  private X500Name name() {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  /** The key's identifier alone: with issuer and serial in it, a renewed CA would not fit. */
  private AuthorityKeyIdentifier identifier() throws GeneralSecurityException, IOException {
    byte[] own = certificate.getExtensionValue(Extension.subjectKeyIdentifier.getId());
    return own == null
        ? new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey())
        : new AuthorityKeyIdentifier(
            SubjectKeyIdentifier.getInstance(JcaX509ExtensionUtils.parseExtensionValue(own))
                .getKeyIdentifier());
  }

  private ContentSigner signer(SecureRandom random) throws OperatorCreationException {
    return new JcaContentSignerBuilder(algorithm()).setSecureRandom(random).build(key);
  }

  private String algorithm() {
    return switch (KeySpec.describe(certificate.getPublicKey())) {
      case "EC P-256" -> "SHA256withECDSA";
      case "EC P-384" -> "SHA384withECDSA";
      case "EC P-521" -> "SHA512withECDSA";
      default -> "SHA256withRSA";
    };
  }

  /** Names the certificate only: some keys print themselves. */
  @Override
  public String toString() {
    return "Issuer[" + certificate.getSubjectX500Principal() + "]";
  }
}
