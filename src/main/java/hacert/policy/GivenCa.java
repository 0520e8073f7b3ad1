package hacert.policy;

import hacert.result.Finding;
import hacert.x509.Certificates;
import hacert.x509.Keyring;
import hacert.x509.UnreadableCertificateException;
import hacert.x509.UnreadableKeyException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A CA as people hand it over: files of any usual form, with more certificates than the CA's own.
 * The CA is the certificate that the key belongs to; its issuers follow as far as they are given.
 * What is wrong with the files is found here, what is wrong with the CA by {@link
 * RootBundlePolicy}:
 *
 * <ul>
 *   <li>{@code CERT_UNREADABLE}, {@code CERT_LEFT_OUT} (info)
 *   <li>{@code KEY_MISSING}, {@code KEY_SEVERAL}, {@code KEY_UNREADABLE}, {@code
 *       KEY_PASSWORD_WRONG}, {@code KEY_MISMATCH}, {@code KEY_NOT_ENCRYPTED} (warning)
 * </ul>
 *
 * @param findings what is wrong with the files
 * @param chain the CA's certificate, then its issuers; empty if it cannot be told
 * @param key its key; empty if there is none that opens and fits
 */
public record GivenCa(
    List<Finding> findings, List<X509Certificate> chain, Optional<PrivateKey> key) {

  /**
   * Reads it.
   *
   * @param files their contents, by name
   * @param password of the keys and containers; empty: keys stay closed, and only the certificates
   *     are read
   * @param clock tells now: of two certificates of one key the one that is valid is the CA's
   */
  public static GivenCa read(Map<String, byte[]> files, char[] password, Clock clock) {
    List<Finding> findings = new ArrayList<>();
    Keyring ring = new Keyring();
    new TreeMap<>(files).forEach((name, content) -> add(ring, name, content, password, findings));
    if (Finding.stops(findings)) {
      return new GivenCa(List.copyOf(findings), List.of(), Optional.empty());
    }
    Optional<PrivateKey> key = key(ring, findings);
    Optional<X509Certificate> ca =
        key.isPresent()
            ? owner(ring, key.get(), Date.from(clock.instant()), findings)
            : lowest(ring.certificates());
    if (ring.certificates().isEmpty()) {
      findings.add(
          Finding.error(
              "CERT_UNREADABLE",
              "There is no certificate in " + files.keySet() + ".",
              "Give the CA's certificate, in PEM, DER, PKCS#7 or PKCS#12 form."));
    }
    List<X509Certificate> chain =
        ca.map(c -> Certificates.chain(c, ring.certificates(), clock.instant())).orElse(List.of());
    leftOut(ring.certificates(), chain, findings);
    return new GivenCa(List.copyOf(findings), chain, key.filter(k -> !chain.isEmpty()));
  }

  private static void add(
      Keyring ring, String name, byte[] content, char[] password, List<Finding> findings) {
    try {
      ring.add(content, password);
    } catch (UnreadableCertificateException e) {
      findings.add(
          Finding.error(
              "CERT_UNREADABLE",
              name + " cannot be read: " + e.getMessage() + ".",
              CertificateRules.remedy(
                  e,
                  "Give certificates and key in PEM, DER, PKCS#7 or PKCS#12 form, copied"
                      + " completely.")));
    } catch (UnreadableKeyException e) {
      findings.add(RootBundlePolicy.unreadable(name, e));
    }
  }

  private static Optional<PrivateKey> key(Keyring ring, List<Finding> findings) {
    if (ring.keys().size() > 1) {
      findings.add(
          Finding.error(
              "KEY_SEVERAL",
              "Expected one private key, got " + ring.keys().size() + " different ones.",
              "Give the CA's key alone, and no file with another."));
      return Optional.empty();
    }
    if (ring.keys().isEmpty() && !ring.lockedKey()) {
      findings.add(
          Finding.error(
              "KEY_MISSING",
              "There is no private key in the given files.",
              "Give the CA's key beside its certificate, as .key, .pem, .p12 or .pfx."));
    }
    if (ring.plainKey()) {
      findings.add(
          Finding.warning(
              "KEY_NOT_ENCRYPTED",
              "The private key was given without a password: whoever reads the file has the key."
                  + " On the nodes it is encrypted.",
              "Encrypt it where it lies, or remove it there after the rotation; if others could"
                  + " read it, make a new key."));
    }
    return ring.keys().stream().findFirst();
  }

  /** The certificate of a key; a CA may have several of one key, renewed or cross-signed. */
  private static Optional<X509Certificate> owner(
      Keyring ring, PrivateKey key, Date now, List<Finding> findings) {
    Optional<X509Certificate> owner =
        ring.certificates().stream()
            .filter(c -> Certificates.matches(key, c))
            .max(
                Comparator.comparing(Certificates::mayIssue)
                    .thenComparing(
                        c -> !now.before(c.getNotBefore()) && !now.after(c.getNotAfter()))
                    .thenComparing(Certificates::selfSigned)
                    .thenComparing(X509Certificate::getNotAfter));
    if (owner.isEmpty() && !ring.certificates().isEmpty()) {
      findings.add(
          Finding.error(
              "KEY_MISMATCH",
              "The private key is that of none of the given certificates: "
                  + names(ring.certificates())
                  + ".",
              "Give the certificate that was issued for this key."));
    }
    return owner;
  }

  /** Without a key: the one that has issued none of the others. */
  private static Optional<X509Certificate> lowest(List<X509Certificate> all) {
    return all.stream()
        .filter(c -> all.stream().noneMatch(o -> !o.equals(c) && Certificates.issuedBy(o, c)))
        .findFirst();
  }

  private static void leftOut(
      List<X509Certificate> all, List<X509Certificate> chain, List<Finding> findings) {
    List<X509Certificate> others = all.stream().filter(c -> !chain.contains(c)).toList();
    if (!chain.isEmpty() && !others.isEmpty()) {
      findings.add(
          Finding.info(
              "CERT_LEFT_OUT",
              "Not installed, because they are no issuers of the CA: " + names(others) + "."));
    }
  }

  private static String names(List<X509Certificate> certificates) {
    return String.join(
        "; ",
        certificates.stream().limit(5).map(c -> c.getSubjectX500Principal().getName()).toList());
  }

  /** Names no key: some print themselves. */
  @Override
  public String toString() {
    return "GivenCa[" + names(chain) + ", " + findings + "]";
  }
}
