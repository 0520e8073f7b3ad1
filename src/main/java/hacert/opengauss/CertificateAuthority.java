package hacert.opengauss;

import hacert.host.HostException;
import hacert.policy.GivenCa;
import hacert.policy.PasswordRule;
import hacert.result.Finding;
import hacert.target.Secret;
import hacert.x509.Certificates;
import hacert.x509.Issuer;
import hacert.x509.KeyForm;
import hacert.x509.KeySpec;
import hacert.x509.Leaf;
import hacert.x509.PemKeyWriter;
import hacert.x509.RevocationLists;
import hacert.x509.RootAuthority;
import hacert.x509.Subject;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The CA that issues a cluster's certificates: one that is made here, or one that was given, with
 * its issuers up to the root.
 */
public final class CertificateAuthority {
  /** openssl itself takes passwords of keys from 4 characters to 1023 bytes. */
  private static final PasswordRule PASSWORD = new PasswordRule(8, 1023, 0, "", true);

  private final List<X509Certificate> chain;
  private final Issuer issuer;
  private final Clock clock;
  private final SecureRandom random;

  private CertificateAuthority(
      List<X509Certificate> chain, PrivateKey key, Clock clock, SecureRandom random) {
    this.chain = List.copyOf(chain);
    this.issuer = new Issuer(chain.get(0), key);
    this.clock = clock;
    this.random = random;
  }

  /**
   * Makes a root.
   *
   * @param days of validity from now on, 1 to 36500
   * @throws HostException {@code SETTING_INVALID}, or what {@link Subject#check} finds
   */
  public static CertificateAuthority make(
      KeySpec spec, Subject subject, int days, Clock clock, SecureRandom random)
      throws HostException {
    checkDays(days);
    refuse(subject.check());
    RootAuthority root = RootAuthority.make(spec, subject, Period.ofDays(days), clock, random);
    return new CertificateAuthority(List.of(root.certificate()), root.key(), clock, random);
  }

  /**
   * What came of opening a CA.
   *
   * @param authority empty if a finding is an error
   * @param findings those of {@link GivenCa}, of the CA and of its issuers
   */
  public record Opened(Optional<CertificateAuthority> authority, List<Finding> findings) {}

  /**
   * Opens a CA.
   *
   * @param certificates the CA's own and its issuers up to the root, in any order and usual form
   * @param key its key, in any usual form
   * @param password of the key
   */
  public static Opened open(
      byte[] certificates, byte[] key, Secret password, Clock clock, SecureRandom random) {
    char[] chars = password.chars();
    try {
      GivenCa given =
          GivenCa.read(
              Map.of("the CA's certificate", certificates, "the CA's key", key), chars, clock);
      List<Finding> findings = new ArrayList<>(given.findings());
      findings.addAll(ChainRules.issuers(given.chain(), clock.instant()));
      return new Opened(
          given
              .key()
              .filter(k -> !Finding.stops(findings))
              .map(k -> new CertificateAuthority(given.chain(), k, clock, random)),
          List.copyOf(findings));
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  /** What keeps a password from protecting the key of a CA; empty: nothing. */
  public static List<Finding> checkPassword(Secret password) {
    char[] chars = password.chars();
    try {
      return PASSWORD.check(chars);
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  /** The CA's certificate, then its issuers up to the root. */
  public List<X509Certificate> chain() {
    return chain;
  }

  /** The CA's certificate and its issuers up to the root, PEM. */
  public byte[] pem() {
    return Certificates.pem(chain);
  }

  /**
   * The CA's key in PKCS#8 with AES-256, PEM.
   *
   * @param password one in which {@link #checkPassword} finds nothing
   */
  public byte[] encryptedKey(Secret password) {
    char[] chars = password.chars();
    try {
      return PemKeyWriter.write(issuer.key(), KeyForm.PKCS8_AES256, chars, random);
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  /**
   * A certificate with its key.
   *
   * @param certificate X.509 v3
   * @param key its key
   * @param findings {@code CERT_SHORTENED} if it ends earlier than was asked for
   */
  public record Issued(X509Certificate certificate, PrivateKey key, List<Finding> findings) {
    /** Names the certificate only: some keys print themselves. */
    @Override
    public String toString() {
      return "Issued[" + certificate.getSubjectX500Principal() + ", " + findings + "]";
    }
  }

  /**
   * Issues a certificate for a TLS server.
   *
   * @param names host names and addresses of all nodes
   * @param days of validity from now on; the CA's own end ends it earlier
   * @throws HostException {@code SETTING_INVALID}, {@code CERT_EXPIRED}, or what {@link Leaf#check}
   *     finds
   */
  public Issued issueServer(KeySpec spec, Subject subject, List<String> names, int days)
      throws HostException {
    return issue(spec, new Leaf(subject, names, Leaf.Use.SERVER), days);
  }

  /** The same for a TLS client, which needs no names beside its common name. */
  public Issued issueClient(KeySpec spec, Subject subject, int days) throws HostException {
    return issue(spec, new Leaf(subject, List.of(), Leaf.Use.CLIENT), days);
  }

  private Issued issue(KeySpec spec, Leaf leaf, int days) throws HostException {
    checkDays(days);
    refuse(leaf.check());
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant wanted = now.plus(Duration.ofDays(days));
    Instant last = last();
    if (!last.isAfter(now)) {
      throw new HostException(
          "CERT_EXPIRED",
          "The CA or an issuer of it ended at " + last + "; it is " + now + " here.",
          "Make or give a CA that is valid.");
    }
    KeyPair pair = spec.generate(random);
    X509Certificate certificate =
        issuer.issue(leaf, pair.getPublic(), wanted.isAfter(last) ? last : wanted, clock, random);
    return new Issued(
        certificate,
        pair.getPrivate(),
        wanted.isAfter(last)
            ? List.of(
                Finding.warning(
                    "CERT_SHORTENED",
                    "The certificate of "
                        + leaf.subject().commonName()
                        + " ends with its CA at "
                        + last
                        + ", earlier than the "
                        + days
                        + " days asked for.",
                    "Make or give a CA that is valid longer."))
            : List.of());
  }

  /** When the first of the chain ends: behind it no certificate is accepted. */
  private Instant last() {
    return chain.stream()
        .map(c -> c.getNotAfter().toInstant())
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /**
   * A list of revoked certificates of this CA, PEM.
   *
   * @param revoked serial numbers, and since when
   * @param days until there is another one; the CA's own end ends it earlier
   * @throws HostException {@code SETTING_INVALID}; {@code CRL_ISSUER} if it must not sign lists
   */
  public byte[] crl(Map<BigInteger, Instant> revoked, int days) throws HostException {
    checkDays(days);
    if (!RevocationLists.maySign(chain.get(0))) {
      throw new HostException(
          "CRL_ISSUER",
          "The CA "
              + chain.get(0).getSubjectX500Principal().getName()
              + " must not sign CRLs: its key usage has no cRLSign. With such a list the server would"
              + " refuse every client that it issued.",
          "Give a CA with cRLSign; or take hacert_revoke away. Where that is empty, a CA that stays"
              + " trusted has revoked something: end that trust first, with hacert_trust=finish.");
    }
    Instant next = clock.instant().plus(Duration.ofDays(days));
    return RevocationLists.pem(
        issuer.revoke(revoked, next.isAfter(last()) ? last() : next, clock, random));
  }

  private static void checkDays(int days) throws HostException {
    int most = RootAuthority.LONGEST_VALIDITY.getDays();
    if (days < 1 || days > most) {
      throw new HostException(
          "SETTING_INVALID",
          "Expected a validity of 1 to " + most + " days, got " + days + ".",
          "Correct the number of days.");
    }
  }

  private static void refuse(List<Finding> findings) throws HostException {
    if (!findings.isEmpty()) {
      Finding first = findings.get(0);
      throw new HostException(first.code(), first.message(), first.remedy());
    }
  }

  /** Names the certificate only. */
  @Override
  public String toString() {
    return "CertificateAuthority[" + chain.get(0).getSubjectX500Principal() + "]";
  }
}
