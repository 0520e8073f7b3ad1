package hacert.oms;

import hacert.host.HostException;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.policy.RootBundlePolicy;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.BundleSpec;
import hacert.target.Host;
import hacert.target.Secret;
import hacert.x509.Certificates;
import hacert.x509.KeyForm;
import hacert.x509.KeySpec;
import hacert.x509.PemKeys;
import hacert.x509.RootAuthority;
import hacert.x509.Subject;
import hacert.x509.UnreadableCertificateException;
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
    Subject subject = subject(spec, installed);
    List<Finding> wrong = subject.check();
    if (Finding.stops(wrong)) {
      Finding first = wrong.get(0);
      throw new HostException(first.code(), first.message(), first.remedy());
    }
    int days = spec.validityDays();
    if (days < 1 || days > LONGEST_VALIDITY_DAYS) {
      throw new HostException(
          "SETTING_INVALID",
          "hacert_validity_days is " + days + "; 1 to " + LONGEST_VALIDITY_DAYS + " are possible.",
          "Correct hacert_validity_days.");
    }
    RootAuthority authority =
        RootAuthority.make(
            keySpec(spec), subject, Period.ofDays(days), host.clock(), host.random());
    KeyForm form = installedKey.length == 0 ? KeyForm.PKCS8_AES256 : KeyForm.of(installedKey);
    char[] chars = password.chars();
    try {
      Map<String, byte[]> files = new LinkedHashMap<>();
      files.put(MrsLayout.ROOT_CERTIFICATE, Certificates.pem(authority.certificate()));
      files.put(MrsLayout.ROOT_KEY, PemKeys.write(authority.key(), form, chars, host.random()));
      return new Bundle(files);
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  static List<Finding> check(Bundle bundle, Secret password, Clock clock) {
    List<Finding> findings = new ArrayList<>();
    for (String name : List.of(MrsLayout.ROOT_CERTIFICATE, MrsLayout.ROOT_KEY)) {
      byte[] content = bundle.files().get(name);
      if (content == null || content.length == 0) {
        findings.add(
            Finding.error(
                "FILE_MISSING",
                "The bundle has no " + name + ", or an empty one.",
                "Give a directory with root-ca.crt and root-ca.pem as hacert_bundle."));
      } else if (content.length > InstalledCertificates.LARGEST_FILE) {
        findings.add(
            Finding.error(
                "FILE_TOO_LARGE",
                name + " of the bundle has " + content.length + " bytes.",
                "Give one certificate and one key in PEM form."));
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
          clock);
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  /** How the installed root certificate differs from what would be made now. */
  List<Finding> compare(BundleSpec spec, X509Certificate installed) {
    List<String> differences = new ArrayList<>();
    try {
      String asked = keySpec(spec).toString();
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

  static List<CertificateSummary> summaries(Bundle bundle) {
    return certificate(bundle)
        .map(c -> List.of(Certificates.summary(MrsLayout.ROOT_CERTIFICATE, c)))
        .orElse(List.of());
  }

  static String digest(Bundle bundle) {
    return certificate(bundle).map(Certificates::sha256).orElse("");
  }

  static Optional<X509Certificate> certificate(Bundle bundle) {
    byte[] content = bundle.files().get(MrsLayout.ROOT_CERTIFICATE);
    try {
      return content == null ? Optional.empty() : Optional.of(Certificates.read(content).get(0));
    } catch (UnreadableCertificateException e) {
      return Optional.empty();
    }
  }

  /** The installed key file, for its form only; empty if it cannot be read. */
  static byte[] keyFile(MrsLayout layout) {
    return BundleFiles.read(layout.rootKey(), InstalledCertificates.LARGEST_FILE)
            instanceof BundleFile.Content found
        ? found.bytes()
        : new byte[0];
  }

  private static KeySpec keySpec(BundleSpec spec) throws HostException {
    try {
      return KeySpec.parse(spec.key());
    } catch (IllegalArgumentException e) {
      throw new HostException("KEY_UNKNOWN", e.getMessage(), "Correct hacert_key.");
    }
  }

  private static Subject subject(BundleSpec spec, Optional<X509Certificate> installed) {
    Map<String, String> s = spec.subject();
    Subject asked =
        new Subject(
            s.getOrDefault("country", ""),
            s.getOrDefault("state", ""),
            s.getOrDefault("city", ""),
            s.getOrDefault("company", ""),
            s.getOrDefault("organization", ""),
            s.getOrDefault("common_name", ""),
            s.getOrDefault("email", ""));
    return installed.map(c -> asked.orElse(Subject.of(c))).orElse(asked);
  }
}
