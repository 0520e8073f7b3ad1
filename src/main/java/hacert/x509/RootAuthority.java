package hacert.x509;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A self-signed root; {@link Issuer} issues with its certificate and key.
 *
 * @param certificate its certificate
 * @param key its private key
 */
public record RootAuthority(X509Certificate certificate, PrivateKey key) {
  /** How long a root is valid unless told otherwise: ten years, as the vendor's script has it. */
  public static final Period DEFAULT_VALIDITY = Period.ofDays(3650);

  /** The longest validity that can be asked for: a century. */
  public static final Period LONGEST_VALIDITY = Period.ofDays(36_500);

  /** Clocks of hosts differ: a certificate made now must be valid on a host whose clock is slow. */
  static final Duration HEAD_START = Duration.ofHours(1);

  /**
   * Makes a key and its X.509 v3 certificate by the rules of RFC 5280 for a CA: CA:TRUE and key
   * usage keyCertSign and cRLSign, both critical, subject and authority key identifier, a random
   * positive serial of at most 20 octets.
   *
   * @param validity from now on; the certificate begins one hour earlier
   * @throws IllegalArgumentException if the subject has findings, or the validity is not positive
   *     or more than {@link #LONGEST_VALIDITY}
   */
  public static RootAuthority make(
      KeySpec spec, Subject subject, Period validity, Clock clock, SecureRandom random) {
    X500Name name = subject.toName();
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant end = end(now, validity);
    KeyPair pair = spec.generate(random);
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              serial(random),
              Date.from(now.minus(HEAD_START)),
              Date.from(end),
              name,
              pair.getPublic());
      JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              identifiers.createSubjectKeyIdentifier(pair.getPublic()))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              identifiers.createAuthorityKeyIdentifier(pair.getPublic()));
      var signer =
          new JcaContentSignerBuilder(spec.signature())
              .setSecureRandom(random)
              .build(pair.getPrivate());
      return new RootAuthority(
          new JcaX509CertificateConverter().getCertificate(builder.build(signer)),
          pair.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException("this Java runtime cannot make a " + spec + " root", e);
    }
  }

  private static Instant end(Instant now, Period validity) {
    if (validity.toTotalMonths() <= LONGEST_VALIDITY.getDays()) {
      Instant end = now.atOffset(ZoneOffset.UTC).plus(validity).toInstant();
      if (end.isAfter(now) && !end.isAfter(now.plus(LONGEST_VALIDITY))) {
        return end;
      }
    }
    throw new IllegalArgumentException(
        "expected a validity of 1 to " + LONGEST_VALIDITY.getDays() + " days, got " + validity);
  }

  /** 20 octets whose first bits are 01: positive, never shorter, and 158 bits of it random. */
  static BigInteger serial(SecureRandom random) {
    return new BigInteger(158, random).setBit(158);
  }

  /** Names the certificate only: some keys print themselves. */
  @Override
  public String toString() {
    return "RootAuthority[" + certificate.getSubjectX500Principal() + "]";
  }
}
