package hacert.opengauss;

import hacert.host.HostException;
import hacert.host.Pause;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.probe.Credentials;
import hacert.probe.Endpoint;
import hacert.probe.ProbeResult;
import hacert.probe.ProbeResult.Kind;
import hacert.result.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the proof after a rotation will be possible at all: each port that it needs a handshake
 * with is tried from this node before anything is changed. What is served there now is no matter,
 * be it expired or an error: only that somebody answers. A node that its status calls ill is left
 * out, for it is no firewall that keeps it silent.
 */
final class Rehearsal {
  private static final Set<Kind> SILENT = EnumSet.of(Kind.REFUSED, Kind.TIMEOUT);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final LocalNode node;
  private final Ports ports;

  Rehearsal(LocalNode node, Ports ports) {
    this.node = node;
    this.ports = ports;
  }

  /** Errors {@code PORT_SILENT}. */
  List<Finding> check() {
    List<Finding> findings = new ArrayList<>();
    try {
      for (Datanode row : node.status().datanodes()) {
        for (Endpoint port : row.healthy() ? ports.of(row) : List.<Endpoint>of()) {
          silence(port).map(why -> silent(row, why)).ifPresent(findings::add);
        }
      }
    } catch (HostException e) {
      // Said by the facts of this node; without a status it is not known whom to ask.
      return findings;
    }
    return findings;
  }

  /** Tried twice: a single answer may be lost. */
  private Optional<String> silence(Endpoint port) {
    Optional<String> first = look(port);
    if (first.isEmpty()) {
      return first;
    }
    Pause.of(PAUSE, "an answer");
    return look(port);
  }

  private Optional<String> look(Endpoint port) {
    return ports.look(port, Credentials.NONE) instanceof ProbeResult.NotServed not
            && SILENT.contains(not.kind())
        ? Optional.of(not.message())
        : Optional.empty();
  }

  private static Finding silent(Datanode row, String why) {
    return Finding.error(
        "PORT_SILENT",
        row.name()
            + " is well by its status, and nobody answers this node on a port of it, with which the"
            + " proof after a rotation needs a handshake: "
            + why
            + ". Without it a good rotation would fail, and its way back too",
        "Let each node reach the port and the HA port of every node through the host's firewall. If"
            + " the HA port is another than port + 1, set ha_port_offset in hacert_profile_file; with"
            + " 0 no handshake is made there.");
  }
}
