package hacert.opengauss;

import hacert.host.HostException;
import hacert.target.Bundle;
import hacert.x509.Certificates;
import hacert.x509.UnreadableCertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which CAs {@code cacert.pem} holds when the CA changes. While old and new certificates are both
 * in use, server and clients have to trust both CAs; afterwards the old one has to go.
 */
public final class Trust {
  /** So many changes of the CA without an end to the overlap are a mistake. */
  private static final int MOST = 20;

  private Trust() {}

  /**
   * The new CAs, and behind them those installed ones that have not ended, each once.
   *
   * @param newCa {@code cacert.pem} of the new bundle
   * @param installed {@code cacert.pem} as it is installed
   * @return PEM
   * @throws HostException {@code CERT_UNREADABLE}; {@code TRUST_TOO_WIDE} if they are more than 20
   */
  public static byte[] withOld(byte[] newCa, byte[] installed, Clock clock) throws HostException {
    Instant now = clock.instant();
    Set<X509Certificate> all = new LinkedHashSet<>(read(newCa, "of the new bundle"));
    read(installed, "as installed").stream()
        .filter(c -> now.isBefore(c.getNotAfter().toInstant()))
        .forEach(all::add);
    if (all.size() > MOST) {
      throw new HostException(
          "TRUST_TOO_WIDE",
          ServerBundle.CA
              + " would hold "
              + all.size()
              + " CAs, of which old ones were never removed; at most "
              + MOST
              + " are kept.",
          "End the overlap first: hacert_trust=finish leaves only the CAs in use.");
    }
    return Certificates.pem(List.copyOf(all));
  }

  /**
   * The same bundle, whose {@code cacert.pem} holds only the CAs that issued its certificates, up
   * to the root.
   *
   * @param clock tells now: of two certificates of one CA the one that is valid is kept
   * @return copies; the given bundle stays the caller's
   * @throws HostException {@code CERT_UNREADABLE}; {@code CERT_NOT_ISSUED} if none is left
   */
  public static Bundle finish(Bundle bundle, Clock clock) throws HostException {
    List<X509Certificate> trusted = of(bundle, ServerBundle.CA);
    Set<X509Certificate> used = new LinkedHashSet<>();
    for (Side side : Side.values()) {
      List<X509Certificate> shown = of(bundle, side.certificate());
      List<X509Certificate> among = new ArrayList<>(shown);
      among.addAll(trusted);
      used.addAll(Certificates.chain(shown.get(0), among, clock.instant()));
    }
    List<X509Certificate> left = trusted.stream().distinct().filter(used::contains).toList();
    if (left.isEmpty()) {
      throw new HostException(
          "CERT_NOT_ISSUED",
          "No CA in " + ServerBundle.CA + " issued the certificates of the bundle.",
          "Give the CA that did.");
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    bundle.files().forEach((name, content) -> files.put(name, content.clone()));
    files.put(ServerBundle.CA, Certificates.pem(left));
    return new Bundle(files);
  }

  private static List<X509Certificate> of(Bundle bundle, String name) throws HostException {
    return read(bundle.files().getOrDefault(name, new byte[0]), "", name);
  }

  private static List<X509Certificate> read(byte[] pem, String which) throws HostException {
    return read(pem, " " + which, ServerBundle.CA);
  }

  private static List<X509Certificate> read(byte[] pem, String which, String name)
      throws HostException {
    try {
      return Certificates.read(pem);
    } catch (UnreadableCertificateException e) {
      throw new HostException(
          "CERT_UNREADABLE",
          name + which + " cannot be read: " + e.getMessage() + ".",
          "Give X.509 certificates in PEM form, copied completely.",
          e);
    }
  }
}
