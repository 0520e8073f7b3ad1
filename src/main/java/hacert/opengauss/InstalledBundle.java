package hacert.opengauss;

import hacert.host.HostException;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.Secret;
import hacert.x509.Certificates;
import hacert.x509.RevocationLists;
import hacert.x509.UnreadableCertificateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The bundle as it lies installed on a node: the server's part in the data directory, the client's
 * in the directory of the tools. It is read anew by each instance, and holds keys: closed after
 * use.
 */
final class InstalledBundle implements AutoCloseable {
  private static final long LARGEST_FILE = 1 << 20;

  private static final List<String> LEAFS =
      List.of(ServerBundle.SERVER_CERTIFICATE, ServerBundle.CLIENT_CERTIFICATE);

  private final Path data;
  private final Path om;
  private final Instant now;
  private final Bundle bundle;
  private final boolean listed;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * @param now of several certificates of one CA the one that is valid then counts
   */
  InstalledBundle(Path data, Path om, Instant now) {
    this(data, om, now, true);
  }

  /**
   * As it is in use on this node: what nobody can see to name a CRL puts none in force.
   *
   * @throws HostException if the settings cannot be read
   */
  static InstalledBundle of(LocalNode node) throws HostException {
    Installation installation = node.installation();
    ServerConfiguration settings = node.configuration();
    return new InstalledBundle(
        node.dataDirectory(),
        installation.om(),
        installation.host().clock().instant(),
        !settings.crlFile().isEmpty()
            || !settings.includes().isEmpty()
            || !settings.unread().isEmpty());
  }

  private InstalledBundle(Path data, Path om, Instant now, boolean listed) {
    this.now = now;
    this.data = data;
    this.om = om;
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : ServerBundle.ALL) {
      read(place(name)).ifPresent(content -> files.put(name, content));
    }
    this.listed = listed;
    this.bundle = new Bundle(files);
    for (String name : ServerBundle.Place.DATA.files()) {
      if (!name.equals(ServerBundle.CRL) && !files.containsKey(name)) {
        inconsistent(place(name) + " is missing or cannot be read");
      }
    }
  }

  /** Where a file of the bundle is the one that is used. */
  private Path place(String name) {
    return (ServerBundle.Place.DATA.files().contains(name) ? data : om).resolve(name);
  }

  /** As the server reads them: it follows links, but to none of the files of the password. */
  private static Optional<byte[]> read(Path file) {
    String name = file.toString();
    boolean followed = !name.endsWith(ServerBundle.CIPHER) && !name.endsWith(ServerBundle.RAND);
    try {
      Path place = followed ? file.toRealPath() : file;
      return BundleFiles.read(place, LARGEST_FILE) instanceof BundleFile.Content found
          ? Optional.of(found.bytes())
          : Optional.empty();
    } catch (IOException e) {
      // Not there, or a link that leads nowhere.
      return Optional.empty();
    }
  }

  private void inconsistent(String what) {
    findings.add(
        Finding.warning("BUNDLE_INCONSISTENT", what, "A rotation replaces what is installed."));
  }

  /** The files, as far as they can be read; closed with this. */
  Bundle bundle() {
    return bundle;
  }

  /** The CRL that the server goes by; empty where there is none, or no setting names it. */
  Optional<byte[]> listInForce() {
    return file(ServerBundle.CRL).filter(crl -> listed);
  }

  Optional<byte[]> file(String name) {
    return Optional.ofNullable(bundle.files().get(name));
  }

  /** Certificates of a file; none where it is missing or holds none. */
  List<X509Certificate> certificates(String name) {
    return certificates(bundle, name);
  }

  static List<X509Certificate> certificates(Bundle bundle, String name) {
    byte[] content = bundle.files().get(name);
    try {
      return content == null ? List.of() : Certificates.read(content);
    } catch (UnreadableCertificateException e) {
      return List.of();
    }
  }

  /**
   * Why it cannot be told which CAs are trusted until now, although there is a file of them; empty
   * where it can, or where there is none.
   */
  Optional<String> unreadableTrust() {
    Path place = place(ServerBundle.CA);
    Optional<byte[]> content = file(ServerBundle.CA);
    if (content.isEmpty()) {
      return Files.exists(place, LinkOption.NOFOLLOW_LINKS)
          ? Optional.of(place + " cannot be read as a file")
          : Optional.empty();
    }
    try {
      Certificates.read(content.get());
      return Optional.empty();
    } catch (UnreadableCertificateException e) {
      return Optional.of(place + " cannot be read: " + e.getMessage());
    }
  }

  Optional<X509Certificate> server() {
    return certificates(ServerBundle.SERVER_CERTIFICATE).stream().findFirst();
  }

  /**
   * The password that the keys are encrypted with.
   *
   * @throws HostException what {@link KeyPassword#decrypt} throws, or {@code FILE_MISSING}
   */
  Secret password() throws HostException {
    try {
      return password(bundle, data.toString());
    } catch (HostException e) {
      throw new HostException(
          e.code(),
          "The present key password of " + data + " cannot be kept: " + e.getMessage(),
          "Set hacert_password to a new one, of 8 to 15 bytes and three of the four kinds: then new"
              + " .cipher and .rand files are made, and the cluster is stopped and started.");
    }
  }

  static Secret password(Bundle bundle, String where) throws HostException {
    byte[] cipher = bundle.files().get(ServerBundle.SERVER_KEY + ServerBundle.CIPHER);
    byte[] rand = bundle.files().get(ServerBundle.SERVER_KEY + ServerBundle.RAND);
    if (cipher == null || rand == null) {
      throw new HostException(
          "FILE_MISSING",
          "The password of the server's key cannot be read in "
              + where
              + ": server.key.cipher or server.key.rand is missing.",
          "Set hacert_password: then new ones are made.");
    }
    return KeyPassword.decrypt(cipher, rand);
  }

  /** What is wrong with it as far as one sees without using it. */
  List<Finding> findings() {
    List<Finding> all = new ArrayList<>(findings);
    List<X509Certificate> chain = chain(bundle, ServerBundle.SERVER_CERTIFICATE, now);
    if (!chain.isEmpty() && !certificates(ServerBundle.CA).contains(chain.get(chain.size() - 1))) {
      all.add(
          Finding.warning(
              "BUNDLE_INCONSISTENT",
              place(ServerBundle.SERVER_CERTIFICATE)
                  + " is issued by none of "
                  + place(ServerBundle.CA),
              "A rotation replaces both."));
    }
    return all;
  }

  /**
   * From the certificate of a file up to its root; empty where the file holds none. The issuers
   * below the root may stand behind the certificate, in place of {@code cacert.pem}.
   */
  private static List<X509Certificate> chain(Bundle bundle, String name, Instant now) {
    List<X509Certificate> shown = certificates(bundle, name);
    List<X509Certificate> among = new ArrayList<>(shown);
    among.addAll(certificates(bundle, ServerBundle.CA));
    return shown.isEmpty() ? List.of() : Certificates.chain(shown.get(0), among, now);
  }

  /**
   * The certificates that fall due: those of server and client, and the CAs that issued them, in
   * {@code cacert.pem} or behind them; CAs that are trusted beside them fall due for nobody. CRLs
   * in force are among them, until the next update.
   */
  List<CertificateSummary> summaries() {
    return summaries(bundle, now, this::shown).stream()
        .filter(c -> listed || !c.source().equals(shown(ServerBundle.CRL)))
        .toList();
  }

  private String shown(String name) {
    return place(name).toString();
  }

  static List<CertificateSummary> summaries(
      Bundle bundle, Instant now, UnaryOperator<String> shown) {
    List<CertificateSummary> all = new ArrayList<>();
    for (X509Certificate ca : issuers(bundle, now)) {
      all.add(Certificates.summary(shown.apply(ServerBundle.CA), ca));
    }
    List<X509Certificate> trusted = certificates(bundle, ServerBundle.CA);
    for (String name : LEAFS) {
      List<X509Certificate> chain = chain(bundle, name, now);
      for (int i = 0; i < chain.size(); i++) {
        if (i == 0 || !trusted.contains(chain.get(i))) {
          all.add(Certificates.summary(shown.apply(name), chain.get(i)));
        }
      }
    }
    lists(bundle).stream()
        .map(list -> RevocationLists.summary(shown.apply(ServerBundle.CRL), list))
        .forEach(all::add);
    return List.copyOf(all);
  }

  /** Of these summaries those of the server's certificate and its issuers. */
  static List<CertificateSummary> ofServer(List<CertificateSummary> all) {
    List<CertificateSummary> chain =
        new ArrayList<>(
            all.stream()
                .filter(c -> c.source().endsWith(ServerBundle.SERVER_CERTIFICATE))
                .toList());
    for (int i = 0; i < chain.size(); i++) {
      String issuer = chain.get(i).issuer();
      all.stream()
          .filter(c -> c.ca() && c.subject().equals(issuer) && !chain.contains(c))
          .forEach(chain::add);
    }
    return chain;
  }

  /** The CRLs that end once. */
  private static List<X509CRL> lists(Bundle bundle) {
    byte[] crl = bundle.files().get(ServerBundle.CRL);
    try {
      return crl == null
          ? List.of()
          : RevocationLists.read(crl).stream()
              .filter(list -> list.getNextUpdate() != null)
              .toList();
    } catch (UnreadableCertificateException e) {
      // What cannot be read has no next update; the bundle's own check says that it is wrong.
      return List.of();
    }
  }

  /** The CRLs in force of CAs that issued neither certificate: no rotation renews them. */
  List<CertificateSummary> listsBeside() {
    List<X509Certificate> chains =
        LEAFS.stream().flatMap(name -> chain(bundle, name, now).stream()).toList();
    return lists(bundle).stream()
        .filter(list -> listed)
        .filter(list -> chains.stream().noneMatch(ca -> RevocationLists.issuedBy(list, ca)))
        .map(list -> RevocationLists.summary(shown(ServerBundle.CRL), list))
        .toList();
  }

  /** Those of these serial numbers, hexadecimal, that a CRL names. */
  List<String> revoked(List<String> serials) {
    byte[] crl = bundle.files().get(ServerBundle.CRL);
    try {
      List<X509CRL> lists = crl == null ? List.of() : RevocationLists.read(crl);
      return serials.stream()
          .filter(
              serial ->
                  lists.stream()
                      .flatMap(l -> Stream.ofNullable(l.getRevokedCertificates()))
                      .flatMap(Set::stream)
                      .anyMatch(r -> r.getSerialNumber().equals(NewBundle.number(serial))))
          .toList();
    } catch (UnreadableCertificateException e) {
      return List.of();
    }
  }

  /** The trusted CAs that issued the certificates of server and client. */
  static List<X509Certificate> issuers(Bundle bundle, Instant now) {
    List<X509Certificate> trusted = certificates(bundle, ServerBundle.CA);
    List<X509Certificate> found = new ArrayList<>();
    for (String name : LEAFS) {
      chain(bundle, name, now).stream()
          .filter(c -> trusted.contains(c) && !found.contains(c))
          .forEach(found::add);
    }
    return found;
  }

  /** Trusted CAs that issued neither. */
  List<X509Certificate> trustedBeside() {
    List<X509Certificate> beside = new ArrayList<>(certificates(ServerBundle.CA));
    beside.removeAll(issuers(bundle, now));
    return beside;
  }

  @Override
  public void close() {
    bundle.close();
  }
}
