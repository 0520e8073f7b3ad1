package hacert.opengauss;

import hacert.host.HostException;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.result.Finding;
import hacert.target.Authority;
import hacert.target.Bundle;
import hacert.target.Host;
import hacert.target.Secret;
import hacert.x509.Certificates;
import hacert.x509.KeySpec;
import hacert.x509.Subject;
import hacert.x509.UnreadableCertificateException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The CA that issues what is made: one that was given, else the one that is kept on this node, else
 * a new one, which is to be kept.
 */
final class KeptAuthority {
  private static final String KEY = "ca.key";
  private static final long LARGEST_FILE = 1 << 20;

  private final Host host;
  private final Authority place;
  private final int validityDays;
  private final int share;
  private final List<String> revoke;
  private final List<X509Certificate> known;
  private final List<Finding> findings = new ArrayList<>();
  private Bundle toKeep = new Bundle(Map.of());

  /**
   * @param validityDays of a new one
   * @param share what part of its validity has to be left for it to issue once more, as its
   *     divisor; a new one is made else
   * @param revoke what it is to revoke: another CA could not
   * @param known the CAs that clients know
   */
  KeptAuthority(
      Host host,
      Authority place,
      int validityDays,
      int share,
      List<String> revoke,
      List<X509Certificate> known) {
    this.host = host;
    this.place = place;
    this.validityDays = validityDays;
    this.share = share;
    this.revoke = revoke;
    this.known = known;
  }

  List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** The files of a CA that was made. */
  Bundle toKeep() {
    return toKeep;
  }

  /**
   * Opens it, or makes it.
   *
   * @param subject of a new one
   * @throws HostException {@code CA_PASSWORD_MISSING}, {@code CA_UNUSABLE}, and what {@link
   *     CertificateAuthority#make} throws
   */
  CertificateAuthority open(KeySpec key, Subject subject) throws HostException {
    Secret password =
        place
            .password()
            .orElseThrow(
                () ->
                    new HostException(
                        "CA_PASSWORD_MISSING",
                        "Certificates are to be made, and no password for the key of their CA was"
                            + " given. Nothing was changed.",
                        "Set hacert_ca_password, from a vault; or bring certificates of your own CA"
                            + " with hacert_bundle."));
    if (place.given().isPresent()) {
      return given(place.given().get(), password);
    }
    Optional<CertificateAuthority> kept = kept(password);
    if (kept.isPresent() && lasts(kept.get())) {
      lies("lies, encrypted, in " + place.directory().resolve(KEY));
      return kept.get();
    }
    HostException.throwFirst(CertificateAuthority.checkPassword(password));
    CertificateAuthority made =
        CertificateAuthority.make(key, subject, validityDays, host.clock(), host.random());
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(Authority.CERTIFICATE, made.pem());
    files.put(KEY, made.encryptedKey(password));
    toKeep = new Bundle(files);
    lies(
        "is new, and will lie, encrypted, once the rotation has ended well, in "
            + place.directory().resolve(KEY));
    if (!known.isEmpty()) {
      findings.add(
          Finding.warning(
              "CA_NEW",
              "a new CA is made, and clients know another: "
                  + known.stream().map(c -> c.getSubjectX500Principal().getName()).toList()
                  + ". Those that verify the server refuse it until they trust the new one too",
              "If another node keeps the CA that they know, put it back into its place. To tell the"
                  + " clients before, have the CA made before and name it in hacert_ca."));
    }
    if (!revoke.isEmpty()) {
      findings.add(
          Finding.warning(
              "REVOKED_BY_OLD_CA",
              "the CA is new, so its CRL does not cover certificates of any one before: "
                  + String.join(", ", revoke),
              "End the trust in the CA before with hacert_trust=finish."));
    }
    return made;
  }

  private void lies(String where) {
    findings.add(
        Finding.info(
            "CA_KEY_PLACE", "the key of the CA " + where + " on this node, and nowhere else"));
  }

  private CertificateAuthority given(Bundle ca, Secret password) throws HostException {
    byte[] all = join(ca);
    CertificateAuthority.Opened opened =
        CertificateAuthority.open(all, all, password, host.clock(), host.random());
    HostException.throwFirst(opened.findings());
    findings.addAll(opened.findings());
    findings.add(
        Finding.info(
            "CA_KEY_PLACE",
            "the key of the given CA was used in memory and is kept nowhere by this program"));
    return opened.authority().orElseThrow();
  }

  private static byte[] join(Bundle ca) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ca.files().values().forEach(all::writeBytes);
    return all.toByteArray();
  }

  private Optional<CertificateAuthority> kept(Secret password) throws HostException {
    Optional<byte[]> certificate = read(Authority.CERTIFICATE);
    Optional<byte[]> key = read(KEY);
    if (certificate.isEmpty() || key.isEmpty() || over(certificate.get())) {
      return Optional.empty();
    }
    CertificateAuthority.Opened opened =
        CertificateAuthority.open(
            certificate.get(), key.get(), password, host.clock(), host.random());
    for (Finding f : opened.findings()) {
      if (Finding.stops(List.of(f))) {
        throw new HostException(
            "CA_UNUSABLE",
            "The CA in " + place.directory() + " cannot be used: " + f.message(),
            "Give the hacert_ca_password that it was made with. If that is lost: move this"
                + " directory away, and a new CA is made.");
      }
    }
    findings.addAll(opened.findings());
    return opened.authority();
  }

  private Optional<byte[]> read(String name) {
    Path file = place.directory().resolve(name);
    return BundleFiles.read(file, LARGEST_FILE) instanceof BundleFile.Content found
        ? Optional.of(found.bytes())
        : Optional.empty();
  }

  /** One that has expired is not even opened: a new one takes its place. */
  private boolean over(byte[] certificate) {
    try {
      Instant now = host.clock().instant();
      return Certificates.read(certificate).stream()
          .anyMatch(c -> !now.isBefore(c.getNotAfter().toInstant()));
    } catch (UnreadableCertificateException e) {
      // Said where it is opened.
      return false;
    }
  }

  private boolean lasts(CertificateAuthority ca) {
    X509Certificate own = ca.chain().get(0);
    Instant from = own.getNotBefore().toInstant();
    Instant until = own.getNotAfter().toInstant();
    Duration needed = Duration.between(from, until).dividedBy(share);
    return host.clock().instant().isBefore(until.minus(needed));
  }
}
