package hacert.opengauss;

import hacert.policy.CertificateRules;
import hacert.result.Finding;
import hacert.result.Severity;
import hacert.target.Bundle;
import hacert.x509.Certificates;
import hacert.x509.PemKeys;
import hacert.x509.UnreadableCertificateException;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a bundle may be installed. {@code gs_om -t cert} asks only whether the nine files are
 * there, and the server starts with a bad one and then refuses every TLS session: what is wrong is
 * found here, all in one go.
 *
 * <ul>
 *   <li>{@code FILE_MISSING}, {@code FILE_EMPTY}, {@code FILE_TOO_LARGE}, {@code PACKAGE_EXTRA},
 *       {@code FILE_MODE} (warning): the files
 *   <li>{@code CERT_UNREADABLE}, {@code CERT_HOLDS_KEY}, {@code CERT_NOT_SINGLE}: a file of
 *       certificates
 *   <li>{@code CERT_VERSION}, {@code CERT_EXPIRED}, {@code CERT_NOT_YET_VALID}, {@code
 *       CERT_WEAK_SIGNATURE}, {@code CERT_PURPOSE}, {@code CERT_NOT_ISSUED}, {@code
 *       CERT_PATH_INVALID}, {@code CERT_NOT_CA}, {@code CERT_PATH_LENGTH}, {@code KEY_ALGORITHM},
 *       {@code KEY_TOO_SMALL}; as warnings {@code CERT_EXPIRES_SOON}, {@code CERT_OUTLIVES_CA},
 *       {@code CERT_IS_CA}, {@code CERT_NAMES}, {@code CERT_COMMON_NAME}: a certificate
 *   <li>{@code KEY_UNREADABLE}, {@code KEY_ENCRYPTION_OLD}, {@code KEY_ENCRYPTION_MEMORY}, {@code
 *       KEY_ENCRYPTION_SLOW} (warning), {@code KEY_NOT_ENCRYPTED}, {@code KEY_PASSWORD_WRONG},
 *       {@code KEY_PASSWORD_DIFFERS}, {@code KEY_MISMATCH}, and those of {@link
 *       KeyPassword#decrypt}: a key and its password
 *   <li>{@code CRL_UNREADABLE}, {@code CRL_ISSUER}, {@code CRL_EXPIRED}, {@code CRL_NOT_YET_VALID},
 *       {@code CRL_MISSING}, {@code CRL_SCOPE}, {@code CERT_REVOKED}, {@code CRL_EXPIRES_SOON}
 *       (warning): the CRL
 * </ul>
 *
 * <p>Of a CA that issued nothing in the bundle, as one that is kept for an overlap of trust, all
 * but its CRL is a warning only. Of one that issued other CAs only, its CRL is one too.
 */
public final class ServerBundlePolicy {
  private static final Set<PosixFilePermission> OWNER =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final Bundle bundle;
  private final Expectation expectation;
  private final List<Finding> findings = new ArrayList<>();

  private ServerBundlePolicy(Bundle bundle, Expectation expectation) {
    this.bundle = bundle;
    this.expectation = expectation;
  }

  /**
   * Checks a bundle.
   *
   * @return without an error when it may be installed
   */
  public static List<Finding> check(Bundle bundle, Expectation expectation) {
    ServerBundlePolicy policy = new ServerBundlePolicy(bundle, expectation);
    policy.files();
    policy.modes();
    if (!Finding.stops(policy.findings)) {
      policy.contents();
    }
    return List.copyOf(policy.findings);
  }

  private void files() {
    for (String name : ServerBundle.REQUIRED) {
      if (!bundle.files().containsKey(name)) {
        error(
            "FILE_MISSING",
            "The bundle has no " + name + ".",
            "Give all nine: " + String.join(", ", ServerBundle.REQUIRED) + ".");
      }
    }
    bundle
        .files()
        .forEach(
            (name, content) -> {
              if (!ServerBundle.ALL.contains(name)) {
                error(
                    "PACKAGE_EXTRA",
                    "'" + name + "' is no file of a bundle.",
                    "Give only " + String.join(", ", ServerBundle.ALL) + ".");
              } else if (content.length == 0) {
                error("FILE_EMPTY", name + " is empty.", "Copy the file again.");
              } else if (content.length > BundlePackage.LARGEST_FILE) {
                error(
                    "FILE_TOO_LARGE",
                    name
                        + " has "
                        + content.length
                        + " bytes, expected at most "
                        + BundlePackage.LARGEST_FILE
                        + ".",
                    name.equals(ServerBundle.CRL)
                        ? "Leave the CRL out, or have the CA issue one without certificates that"
                            + " have ended."
                        : "Check that this is the right file.");
              }
            });
  }

  private void error(String code, String message, String remedy) {
    findings.add(Finding.error(code, message, remedy));
  }

  /** Installed files get the right mode; what others could read before is known to them. */
  private void modes() {
    String open =
        expectation.modes().entrySet().stream()
            .filter(e -> e.getKey().contains(".key") && !OWNER.containsAll(e.getValue()))
            .map(Map.Entry::getKey)
            .sorted()
            .collect(Collectors.joining(", "));
    if (!open.isEmpty()) {
      findings.add(
          Finding.warning(
              "FILE_MODE",
              "Others than the owner may use " + open + " where they lie; expected mode 0600.",
              "chmod 600; if others could read a key with its .cipher and .rand files, make a new"
                  + " one."));
    }
  }

  private void contents() {
    List<X509Certificate> cas = certificates(ServerBundle.CA).stream().distinct().toList();
    Set<X509Certificate> used = new LinkedHashSet<>();
    Map<Side, X509Certificate> leafs = new EnumMap<>(Side.class);
    for (Side side : Side.values()) {
      List<X509Certificate> shown = certificates(side.certificate());
      if (!shown.isEmpty()) {
        leafs.put(side, shown.get(0));
        if (!cas.isEmpty()) {
          LeafRules rules = new LeafRules(side, shown, cas, expectation);
          findings.addAll(rules.check());
          used.addAll(rules.issuers());
        }
      }
      findings.addAll(new KeyRules(side, bundle, expectation.password()).check(shown));
    }
    cas.stream().filter(ca -> !used.contains(ca)).forEach(this::unused);
    byte[] crl = bundle.files().get(ServerBundle.CRL);
    if (crl != null && !cas.isEmpty()) {
      findings.addAll(CrlRules.check(crl, cas, used, leafs, expectation));
    }
  }

  private void unused(X509Certificate ca) {
    for (Finding finding : ChainRules.ca(ca, 0, expectation.now())) {
      findings.add(
          new Finding(
              Severity.WARNING,
              finding.code(),
              finding.message() + " It issued nothing in this bundle.",
              "Remove it from " + ServerBundle.CA + " if nobody needs it any more."));
    }
  }

  private List<X509Certificate> certificates(String name) {
    byte[] pem = bundle.files().get(name);
    if (PemKeys.present(pem)) {
      error(
          "CERT_HOLDS_KEY",
          name + " holds a private key too; it would be copied to where certificates are.",
          "Put certificate and key into files of their own; if others could read the file, make a"
              + " new key.");
    }
    try {
      return Certificates.read(pem);
    } catch (UnreadableCertificateException e) {
      error(
          "CERT_UNREADABLE",
          name + " cannot be read: " + e.getMessage() + ".",
          CertificateRules.remedy(e, "Give X.509 certificates in PEM form, copied completely."));
      return List.of();
    }
  }
}
