package hacert.oms;

import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.probe.Endpoint;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.x509.Certificates;
import hacert.x509.UnreadableCertificateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The HA certificates that lie on this node. */
final class InstalledCertificates {
  /** A certificate has a few kilobytes; what is larger is none. */
  static final long LARGEST_FILE = 1 << 20;

  /** StartTime has whole seconds, and the vendor's scripts write files while HA comes up. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private static final String REMEDY =
      "Find out who changed files there. If they are good, restart OMS first; to go on without a proven"
          + " way back, set hacert_accept_unproven=true.";

  private final MrsLayout layout;
  private final Path serverFile;
  private final Set<String> names;
  private final List<Finding> findings = new ArrayList<>();
  private final List<CertificateSummary> summaries = new ArrayList<>();
  private final List<X509Certificate> authorities;
  private final Optional<X509Certificate> server;

  InstalledCertificates(MrsLayout layout, MrsProfile profile) {
    this.layout = layout;
    this.authorities = read(layout.rootCertificate());
    this.serverFile = layout.certificates().resolve(profile.serverCertificate());
    this.server = read(serverFile).stream().findFirst();
    this.names = new HashSet<>(profile.serverKeys());
    names.add(profile.serverCertificate());
    root()
        .flatMap(r -> server.filter(s -> !Certificates.issuedBy(s, r)))
        .ifPresent(
            s ->
                findings.add(
                    Finding.warning(
                        "BUNDLE_INCONSISTENT",
                        "the installed server certificate is not issued by the installed root"
                            + " certificate",
                        "A rotation replaces both.")));
    for (Path copy : strayCertificates()) {
      findings.add(
          Finding.warning(
              "BUNDLE_INCONSISTENT",
              copy
                  + " does not hold the same certificates as "
                  + layout.rootCertificate()
                  + ", and HA may read either at its next start",
              "A rotation replaces both."));
    }
  }

  /**
   * Certificates that HA may read in place of the root's in certHA, and that are others. Keys are
   * not compared: whether the vendor's script writes them anew is not known.
   */
  List<Path> strayCertificates() {
    return layout.copies(MrsLayout.ROOT_CERTIFICATE).stream()
        .filter(copy -> !RootBundle.digest(certificates(copy)).equals(digest()))
        .toList();
  }

  /**
   * Where HA may look for the server certificate by the names of the profile, and where the one of
   * before still lies.
   *
   * @param before the certificates that were installed before the rotation
   */
  List<Path> oldCopies(List<CertificateSummary> before) {
    return holding(before, file -> names.contains(file.getFileName().toString()));
  }

  /** Files of other names that hold it, such as a copy that a person has put aside. */
  List<Path> otherOldCopies(List<CertificateSummary> before) {
    return holding(before, file -> !names.contains(file.getFileName().toString()));
  }

  private List<Path> holding(List<CertificateSummary> before, Predicate<Path> wanted) {
    Set<String> old =
        before.stream()
            .filter(c -> c.source().equals(serverFile.toString()))
            .map(CertificateSummary::sha256)
            .collect(Collectors.toSet());
    List<Path> found = new ArrayList<>();
    for (Path directory : layout.certificateDirectories()) {
      try (Stream<Path> files = Files.list(directory)) {
        files
            .filter(wanted)
            .filter(file -> Files.isRegularFile(file) && holdsOne(file, old))
            .forEach(found::add);
      } catch (IOException e) {
        // What was there was listed for the backup, minutes ago.
        continue;
      }
    }
    return found;
  }

  private static boolean holdsOne(Path file, Set<String> fingerprints) {
    return certificates(file).stream()
        .limit(1)
        .anyMatch(c -> fingerprints.contains(Certificates.sha256(c)));
  }

  /** None where it is no file of certificates. */
  private static List<X509Certificate> certificates(Path path) {
    // A key may stand in the same file.
    byte[] content = content(path);
    try {
      return Certificates.read(content);
    } catch (UnreadableCertificateException e) {
      return List.of();
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /** What HA reads there, which may be a link. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      // It is not there, as will be said of the path itself.
      return path;
    }
  }

  /** What HA reads there, where it may be a link; empty if it cannot be read. */
  static byte[] content(Path path) {
    return BundleFiles.read(real(path), LARGEST_FILE) instanceof BundleFile.Content found
        ? found.bytes()
        : new byte[0];
  }

  List<CertificateSummary> summaries() {
    return summaries;
  }

  List<Finding> findings() {
    return findings;
  }

  /** The CA that issues the server certificates. */
  Optional<X509Certificate> root() {
    return authorities.stream().findFirst();
  }

  /** That CA and its issuers, as root-ca.crt holds them. */
  List<X509Certificate> authorities() {
    return authorities;
  }

  Optional<X509Certificate> server() {
    return server;
  }

  /** Where the server certificate lies. */
  Path serverFile() {
    return serverFile;
  }

  /** Where the CA and its issuers lie. */
  Path authorityFile() {
    return layout.rootCertificate();
  }

  /** Whether the server certificate is one of the root certificate's. */
  boolean consistent() {
    return root().flatMap(r -> server.filter(s -> Certificates.issuedBy(s, r))).isPresent();
  }

  /** The digest of root-ca.crt; empty if it holds no certificate. */
  String digest() {
    return RootBundle.digest(authorities);
  }

  /**
   * Files that were changed after the HA process started are not what it works with.
   *
   * @param startTime as the status prints it; empty if it does not
   * @param started the same moment; empty if it cannot be told
   */
  List<Finding> doubts(String startTime, Optional<Instant> started) {
    if (startTime.isEmpty()) {
      return List.of(
          Finding.info(
              "START_TIME_MISSING",
              "the status does not say when HA started, so it cannot be told whether the installed"
                  + " files are the loaded ones"));
    }
    if (started.isEmpty()) {
      return List.of(unreadable("the start time is " + startTime));
    }
    try {
      Instant start = started.get();
      List<String> newer = new ArrayList<>();
      for (Path directory : layout.certificateDirectories()) {
        try (Stream<Path> files = Files.list(directory)) {
          for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
            if (Files.getLastModifiedTime(file).toInstant().isAfter(start.plus(TOLERANCE))) {
              newer.add(file.toString());
            }
          }
        }
      }
      return newer.isEmpty() ? List.of() : List.of(unproven(startTime, newer));
    } catch (IOException e) {
      return List.of(unreadable(e.toString()));
    }
  }

  /** Said where HA serves another certificate than the installed one. */
  Finding notServed(Endpoint endpoint, X509Certificate leaf) {
    return Finding.error(
        "UNPROVEN",
        String.format(
            "%s serves the certificate with serial %s, and %s has %s. So what is installed is not"
                + " known to work, and would be no safe way back.",
            endpoint,
            leaf.getSerialNumber().toString(16),
            serverFile,
            server.map(s -> "serial " + s.getSerialNumber().toString(16)).orElse("none")),
        REMEDY);
  }

  private static Finding unreadable(String why) {
    return Finding.warning(
        "START_TIME_UNREADABLE",
        "whether the installed files are the loaded ones cannot be told: " + why,
        "");
  }

  private static Finding unproven(String startTime, List<String> newer) {
    return Finding.error(
        "UNPROVEN",
        "HA runs since "
            + startTime
            + ", and these files were changed later: "
            + newer
            + ". So they are not known to work, and would be no safe way back.",
        REMEDY);
  }

  /** All certificates of a file; the first is what a report tells of it. */
  private List<X509Certificate> read(Path path) {
    BundleFile file = BundleFiles.read(real(path), LARGEST_FILE);
    try {
      if (file instanceof BundleFile.Content found) {
        List<X509Certificate> all = Certificates.read(found.bytes());
        summaries.add(Certificates.summary(path.toString(), all.get(0)));
        return all;
      }
      if (file instanceof BundleFile.Refused missing) {
        findings.add(
            Finding.warning(
                "BUNDLE_INCONSISTENT",
                "an installed certificate cannot be read: " + missing.finding().message(),
                "A rotation replaces it."));
      }
    } catch (UnreadableCertificateException e) {
      findings.add(
          Finding.warning(
              "BUNDLE_INCONSISTENT",
              path + " is no certificate: " + e.getMessage(),
              "A rotation replaces it."));
    }
    return List.of();
  }
}
