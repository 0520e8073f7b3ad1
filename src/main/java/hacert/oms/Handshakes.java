package hacert.oms;

import hacert.host.Deadline;
import hacert.probe.Credentials;
import hacert.probe.Endpoint;
import hacert.probe.ProbeResult;
import hacert.result.Finding;
import hacert.x509.Certificates;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Proves, by mutual-TLS handshakes from this node, that the HA processes of both nodes work with
 * what is installed: this node's must serve the installed server certificate, the other one's a
 * certificate of the installed root, and both must take this node's certificate.
 */
final class Handshakes {
  private static final String RUNLOG = "Look at /var/log/Bigdata/omm/oms/ha/runlog on ";

  private final HaPort port;
  private final InstalledCertificates installed;
  private final Optional<Credentials.Identity> identity;
  private final boolean healthy;
  private final Deadline end;
  private final List<Finding> findings = new ArrayList<>();

  /** Whether each port asked for this node's certificate, and took it. */
  private boolean identified;

  /**
   * @param identity what is shown of this node; empty if its key cannot be used
   * @param healthy whether a refusal of this node's certificate is an error: an old one that was
   *     refused before may be so again
   * @param end until when a port may come up
   */
  Handshakes(
      HaPort port,
      InstalledCertificates installed,
      Optional<Credentials.Identity> identity,
      boolean healthy,
      Deadline end) {
    this.port = port;
    this.installed = installed;
    this.identity = identity;
    this.identified = identity.isPresent();
    this.healthy = healthy;
    this.end = end;
  }

  /**
   * Makes both.
   *
   * @param own where this node listens; empty if that is not known
   * @param other where the other node listens; empty if that is not known
   */
  List<Finding> prove(Optional<Endpoint> own, Optional<Endpoint> other) {
    Optional<X509Certificate> mine = served(own, "this node", this::differs);
    Optional<X509Certificate> theirs = served(other, "the other node", this::foreign);
    if (!Finding.stops(findings)) {
      findings.add(
          Finding.info(
              "PROVEN_BY_HANDSHAKE",
              String.format(
                  "%s serves the installed server certificate, serial %s; %s serves serial %s,"
                      + " issued by the installed root%s",
                  own.orElseThrow(),
                  serial(mine.orElseThrow()),
                  other.orElseThrow(),
                  serial(theirs.orElseThrow()),
                  identified ? "; both took this node's certificate" : "")));
    }
    return findings;
  }

  /**
   * What is served there; of what is wrong with it, the cause alone is said: who works with another
   * certificate takes none of ours.
   */
  private Optional<X509Certificate> served(
      Optional<Endpoint> endpoint,
      String whose,
      BiFunction<Endpoint, X509Certificate, Optional<Finding>> wrong) {
    if (endpoint.isEmpty()) {
      findings.add(HaPort.nowhere(whose));
      return Optional.empty();
    }
    ProbeResult seen = port.await(endpoint.get(), new Credentials(identity, List.of()), end);
    identified &= seen instanceof ProbeResult.Served served && served.identified();
    Optional<X509Certificate> leaf = HaPort.leaf(seen);
    if (leaf.isEmpty()) {
      findings.add(HaPort.nothing(seen));
      return leaf;
    }
    wrong.apply(endpoint.get(), leaf.get()).or(() -> refusal(seen, whose)).ifPresent(findings::add);
    return leaf;
  }

  private Optional<Finding> differs(Endpoint endpoint, X509Certificate leaf) {
    if (installed.server().equals(Optional.of(leaf))) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.error(
            "SERVED_DIFFERS",
            String.format(
                "%s should serve %s, %s, and serves %s: HA on this node does not work with what is"
                    + " installed.",
                endpoint,
                installed.serverFile(),
                installed.server().map(s -> "serial " + serial(s)).orElse("which cannot be read"),
                words(leaf)),
            RUNLOG + "this host."));
  }

  private Optional<Finding> foreign(Endpoint endpoint, X509Certificate leaf) {
    if (installed.root().filter(root -> Certificates.issuedBy(leaf, root)).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.error(
            "SERVED_OTHER_ROOT",
            String.format(
                "%s should serve a certificate issued by the installed root%s, and serves %s: HA"
                    + " on the other node does not work with that root.",
                endpoint,
                installed.root().map(r -> ", serial " + serial(r)).orElse(""),
                words(leaf)),
            RUNLOG + "the other host."));
  }

  private Optional<Finding> refusal(ProbeResult seen, String whose) {
    return identity.isPresent() && seen instanceof ProbeResult.NotServed not
        ? Optional.of(refused(not, whose))
        : Optional.empty();
  }

  private Finding refused(ProbeResult.NotServed not, String whose) {
    String message =
        String.format(
            "The HA port of %s shows the right certificate, and should take the installed one of this"
                + " node, which it does not: %s.",
            whose, not.message());
    String remedy =
        "HA there may trust another root: compare root-ca.crt in certHA and local/cert of both"
            + " nodes.";
    return healthy
        ? Finding.error("HANDSHAKE_REFUSED", message, remedy)
        : Finding.warning("HANDSHAKE_REFUSED", message, remedy);
  }

  private static String words(X509Certificate leaf) {
    return "serial "
        + serial(leaf)
        + " of issuer "
        + Certificates.summary("", leaf).issuer()
        + ", valid until "
        + leaf.getNotAfter().toInstant();
  }

  private static String serial(X509Certificate certificate) {
    return certificate.getSerialNumber().toString(16);
  }
}
