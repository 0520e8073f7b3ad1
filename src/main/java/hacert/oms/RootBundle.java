package hacert.oms;

import hacert.host.HostException;
import hacert.policy.GivenCa;
import hacert.policy.RootBundlePolicy;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.BundleSpec;
import hacert.target.Host;
import hacert.target.Secret;
import hacert.target.Taken;
import hacert.x509.Certificates;
import hacert.x509.KeyForm;
import hacert.x509.KeySpec;
import hacert.x509.PemKeyWriter;
import hacert.x509.RootAuthority;
import hacert.x509.Subject;
import hacert.x509.UnreadableCertificateException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Period;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The bundle of this target: root-ca.crt and root-ca.pem. */
final class RootBundle {
  /** A hundred years. */
  private static final int LONGEST_VALIDITY_DAYS = RootAuthority.LONGEST_VALIDITY.getDays();

  private final Host host;

  RootBundle(Host host) {
    this.host = host;
  }

  /**
   * Makes one.
   *
   * @param installed the installed root certificate, from which absent parts of the subject are
   *     taken
   * @param installedKey the installed root-ca.pem, whose form the new one gets; empty if none
   */
  Bundle make(
      BundleSpec spec, Optional<X509Certificate> installed, byte[] installedKey, Secret password)
      throws HostException {
    Subject subject = checkedSubject(spec, installed);
    int days = spec.validityDays();
    if (days < 1 || days > LONGEST_VALIDITY_DAYS) {
      throw new HostException(
          "SETTING_INVALID",
          "hacert_validity_days is " + days + "; 1 to " + LONGEST_VALIDITY_DAYS + " are possible.",
          "Correct hacert_validity_days.");
    }
    RootAuthority authority =
        RootAuthority.make(
            spec.keySpec(), subject, Period.ofDays(days), host.clock(), host.random());
    return written(
        List.of(authority.certificate()), authority.key(), KeyForm.of(installedKey), password);
  }

  /**
   * Brings one that was handed over into the form that is installed: the CA's certificate and its
   * issuers in the one file, the key, encrypted with our password, in the other.
   */
  Taken take(Bundle given, Secret givenPassword, byte[] installedKey, Secret password) {
    GivenCa ca = read(given, givenPassword, host.clock());
    if (Finding.stops(ca.findings()) || ca.key().isEmpty()) {
      return new Taken(new Bundle(Map.of()), ca.findings());
    }
    return new Taken(
        written(ca.chain(), ca.key().get(), KeyForm.of(installedKey), password), ca.findings());
  }

  static GivenCa read(Bundle given, Secret password, Clock clock) {
    char[] chars = password.chars();
    try {
      return GivenCa.read(given.files(), chars, clock);
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  private Bundle written(
      List<X509Certificate> chain, PrivateKey key, KeyForm form, Secret password) {
    char[] chars = password.chars();
    try {
      Map<String, byte[]> files = new LinkedHashMap<>();
      files.put(MrsLayout.ROOT_CERTIFICATE, Certificates.pem(chain));
      files.put(MrsLayout.ROOT_KEY, PemKeyWriter.write(key, form, chars, host.random()));
      return new Bundle(files);
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  static List<Finding> check(Bundle bundle, Secret password, boolean partialChain, Clock clock) {
    List<Finding> findings = new ArrayList<>();
    for (String name : List.of(MrsLayout.ROOT_CERTIFICATE, MrsLayout.ROOT_KEY)) {
      byte[] content = bundle.files().get(name);
      if (content == null || content.length == 0) {
        findings.add(
            Finding.error(
                "FILE_MISSING",
                "The bundle has no " + name + ", or an empty one.",
                "Run the same command again from its beginning: it stages anew."));
      } else if (content.length > InstalledCertificates.LARGEST_FILE) {
        findings.add(
            Finding.error(
                "FILE_TOO_LARGE",
                name + " of the bundle has " + content.length + " bytes.",
                "Give the CA's certificate, its issuers and its key, and nothing else."));
      }
    }
    if (!findings.isEmpty()) {
      return findings;
    }
    char[] chars = password.chars();
    try {
      return RootBundlePolicy.check(
          bundle.files().get(MrsLayout.ROOT_CERTIFICATE),
          bundle.files().get(MrsLayout.ROOT_KEY),
          chars,
          partialChain,
          clock);
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  /** How the installed root certificate differs from what would be made now. */
  List<Finding> compare(BundleSpec spec, X509Certificate installed) {
    List<String> differences = new ArrayList<>();
    try {
      String asked = spec.keySpec().toString();
      // As the setting writes it: "EC P-256" is ec-p256.
      String present =
          KeySpec.describe(installed.getPublicKey())
              .toLowerCase(Locale.ROOT)
              .replace(' ', '-')
              .replace("p-", "p");
      if (!asked.equals(present)) {
        differences.add("key " + present + ", set is " + asked);
      }
    } catch (HostException e) {
      return List.of(e.finding());
    }
    Subject asked = subject(spec, Optional.of(installed));
    if (!asked.equals(Subject.of(installed))) {
      differences.add("subject " + Subject.of(installed) + ", set is " + asked);
    }
    return differences.isEmpty()
        ? List.of()
        : List.of(
            Finding.info(
                "SETTINGS_DIFFER",
                "the installed root certificate is not as the settings ask for: "
                    + String.join("; ", differences)
                    + ". The next rotation follows them; -e hacert_force=true rotates now."));
  }

  /** The CA's own certificate and its issuers. */
  static List<CertificateSummary> summaries(Bundle bundle) {
    return certificates(bundle).stream()
        .map(c -> Certificates.summary(MrsLayout.ROOT_CERTIFICATE, c))
        .toList();
  }

  /** The digest of its root-ca.crt. */
  static String digest(Bundle bundle) {
    return digest(certificates(bundle));
  }

  /**
   * The digest of a root-ca.crt: the issuers count too, for HA follows a certificate up to the
   * root.
   *
   * @return {@link Certificates#sha256(List)}; empty if there is none
   */
  static String digest(List<X509Certificate> certificates) {
    return certificates.isEmpty() ? "" : Certificates.sha256(certificates);
  }

  private static List<X509Certificate> certificates(Bundle bundle) {
    byte[] content = bundle.files().get(MrsLayout.ROOT_CERTIFICATE);
    try {
      return content == null ? List.of() : Certificates.read(content);
    } catch (UnreadableCertificateException e) {
      return List.of();
    }
  }

  /** The installed key file, for its form only; empty if it cannot be read. */
  static byte[] keyFile(MrsLayout layout) {
    return InstalledCertificates.content(layout.rootKey());
  }

  static Subject checkedSubject(BundleSpec spec, Optional<X509Certificate> installed)
      throws HostException {
    Subject subject = subject(spec, installed);
    HostException.throwFirst(subject.check());
    return subject;
  }

  private static Subject subject(BundleSpec spec, Optional<X509Certificate> installed) {
    Subject asked = spec.askedSubject();
    return installed.map(c -> asked.orElse(Subject.of(c))).orElse(asked);
  }
}
