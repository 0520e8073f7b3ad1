package hacert.oms;

import hacert.host.Deadline;
import hacert.host.Pause;
import hacert.oms.OmsStatus.NodeRow;
import hacert.probe.Credentials;
import hacert.probe.Endpoint;
import hacert.probe.ProbeResult;
import hacert.probe.ProbeResult.Kind;
import hacert.probe.TlsProbe;
import hacert.result.Finding;
import hacert.target.Host;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The HA port of the nodes, where the profile knows it: what is served there. */
final class HaPort {
  /** NodeName is the address with dashes or underscores for its dots. */
  private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(?:[-_.]\\d{1,3}){3}");

  private static final Set<Kind> MAY_PASS = EnumSet.of(Kind.REFUSED, Kind.TIMEOUT, Kind.CLOSED);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final int MOST_ANSWERS = 3;

  private final Host host;
  private final int port;
  private final Duration time;

  HaPort(Host host, MrsProfile profile) {
    this.host = host;
    this.port = profile.haPort();
    this.time = Duration.ofSeconds(profile.haPortSeconds());
  }

  boolean known() {
    return port > 0;
  }

  /**
   * Where a node listens: at the address by which the status names it, else as the inventory knows
   * it.
   *
   * @param address the inventory's address; may be empty
   * @return empty if neither tells an address
   */
  Optional<Endpoint> of(Optional<NodeRow> row, String address) {
    return row.map(NodeRow::nodeName)
        .filter(name -> ADDRESS.matcher(name).matches())
        .map(name -> name.replaceAll("[-_]", "."))
        .or(() -> Optional.of(address).filter(a -> !a.isEmpty()))
        .map(name -> new Endpoint(name, port, Endpoint.Mode.TLS));
  }

  /** One handshake. */
  ProbeResult look(Endpoint endpoint, Credentials credentials) {
    return new TlsProbe(host.clock(), host.random()).probe(endpoint, time, credentials);
  }

  /**
   * Handshakes until a certificate is shown and ours, if we have one, is taken, or the time is
   * over; at least one. Who shows one and then says no more may be busy, or refuse: that is asked a
   * few times only.
   *
   * @param end when to give up
   */
  ProbeResult await(Endpoint endpoint, Credentials credentials, Deadline end) {
    int answers = credentials.identity().isPresent() ? 0 : MOST_ANSWERS;
    while (true) {
      ProbeResult seen = look(endpoint, credentials);
      boolean mayCome =
          seen instanceof ProbeResult.NotServed not
              && MAY_PASS.contains(not.kind())
              && (not.chain().isEmpty() || ++answers < MOST_ANSWERS);
      if (!mayCome || end.isOver()) {
        return seen;
      }
      Pause.of(PAUSE, "the HA port");
    }
  }

  /**
   * The server's own certificate: shown before it asks for a client's, whatever it answers then.
   */
  static Optional<X509Certificate> leaf(ProbeResult seen) {
    return seen.chain().stream().findFirst();
  }

  /** Said where no certificate was shown. */
  static Finding nothing(ProbeResult seen) {
    String why =
        seen instanceof ProbeResult.NotServed not
            ? not.message()
            : "the handshake showed no certificate";
    return nothing("The HA port should show a certificate, and does not: " + why + ".");
  }

  /** Said where it is not known whom to ask. */
  static Finding nowhere(String whose) {
    return nothing(
        "The HA port of "
            + whose
            + " cannot be looked at: neither the status nor the inventory tells an address.");
  }

  private static Finding nothing(String message) {
    return Finding.error(
        "HA_PORT_NO_CERTIFICATE",
        message,
        "See that HA runs there, and that ha_port of the profile is the port of its heartbeat and"
            + " hacert_peer_address the node's address. With ha_port: 0 in hacert_profile_file no"
            + " handshake is made.");
  }
}
