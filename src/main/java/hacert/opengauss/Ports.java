package hacert.opengauss;

import hacert.host.Deadline;
import hacert.host.HostException;
import hacert.host.Pause;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.probe.Credentials;
import hacert.probe.Endpoint;
import hacert.probe.ProbeResult;
import hacert.probe.ProbeResult.Kind;
import hacert.probe.TlsProbe;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The ports of the cluster's servers: that for clients and that for HA, which serve alike. */
final class Ports {
  /** What the server takes where none is set. */
  private static final int USUAL_PORT = 5432;

  private static final Duration PAUSE = Duration.ofMillis(500);

  /** Answers of a server that is there, which the next connection need not get. */
  private static final Set<Kind> MAY_PASS =
      EnumSet.of(Kind.NOT_NOW, Kind.SERVER_MESSAGE, Kind.CLOSED);

  private final LocalNode node;
  private final List<String> problems = new ArrayList<>();

  Ports(LocalNode node) {
    this.node = node;
  }

  /** Why the last look did not find what it looked for. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Where the server of a row listens; versions that print no port have the local one's. */
  List<Endpoint> of(Datanode row) throws HostException {
    OptionalInt told = row.port().isPresent() ? row.port() : node.configuration().port();
    int port = told.orElse(USUAL_PORT);
    int offset = node.installation().profile().haPortOffset();
    List<Endpoint> ports = new ArrayList<>();
    ports.add(new Endpoint(row.address(), port, Endpoint.Mode.POSTGRES));
    if (offset > 0) {
      ports.add(new Endpoint(row.address(), port + offset, Endpoint.Mode.POSTGRES));
    }
    return ports;
  }

  /** One handshake. */
  ProbeResult look(Endpoint endpoint, Credentials credentials) {
    Installation installation = node.installation();
    Duration time = Duration.ofSeconds(installation.profile().handshakeSeconds());
    return new TlsProbe(installation.host().clock(), installation.host().random())
        .probe(endpoint, time, credentials);
  }

  /**
   * Handshakes until the answer is not one that may pass, or as much time is over as one handshake
   * may take; at least one. A server that starts, or has too many clients, is no broken one.
   */
  private ProbeResult await(Endpoint endpoint) {
    Installation installation = node.installation();
    Deadline end = installation.host().inSeconds(installation.profile().handshakeSeconds());
    while (true) {
      ProbeResult seen = look(endpoint, Credentials.NONE);
      boolean mayPass = seen instanceof ProbeResult.NotServed not && MAY_PASS.contains(not.kind());
      if (!mayPass || end.isOver()) {
        return seen;
      }
      Pause.of(PAUSE, "the server's answer");
    }
  }

  /** What this node's own server serves to clients. */
  Optional<X509Certificate> ownLeaf() throws HostException {
    problems.clear();
    Optional<Datanode> self = node.self(node.known());
    return self.isPresent() ? leaf(await(of(self.get()).get(0))) : Optional.empty();
  }

  /**
   * Whether this node's own server answers handshakes with an error, or with another certificate:
   * it has loaded something else than what is installed. One that does not answer, or takes no
   * connections now, tells nothing.
   */
  boolean astray(Optional<X509Certificate> installed) throws HostException {
    Optional<Datanode> self = node.self(node.known());
    if (self.isEmpty()) {
      return false;
    }
    ProbeResult seen = await(of(self.get()).get(0));
    return seen instanceof ProbeResult.NotServed not && not.kind() == Kind.SERVER_MESSAGE
        || !seen.chain().isEmpty() && !seen.chain().stream().findFirst().equals(installed);
  }

  /** Whether every node serves some certificate on both ports. */
  boolean allServe(ClusterStatus status) throws HostException {
    problems.clear();
    for (Datanode row : status.datanodes()) {
      for (Endpoint port : of(row)) {
        leaf(look(port, Credentials.NONE));
      }
    }
    return problems.isEmpty();
  }

  private Optional<X509Certificate> leaf(ProbeResult seen) {
    if (seen instanceof ProbeResult.NotServed not && not.chain().isEmpty()) {
      problems.add(not.message());
    }
    return seen.chain().stream().findFirst();
  }
}
