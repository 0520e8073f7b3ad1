package hacert.opengauss;

import hacert.host.Deadline;
import hacert.host.HostException;
import hacert.host.Pause;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.probe.Credentials;
import hacert.probe.Endpoint;
import hacert.probe.ProbeResult;
import hacert.result.Finding;
import hacert.target.HaRole;
import hacert.target.ManagedNode.Proof;
import hacert.target.ManagedNode.Proving;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Proves, from one node, that the cluster works with what is installed:
 *
 * <ol>
 *   <li>the files are the bundle's;
 *   <li>each node serves, on the port for clients and on that for HA, the installed certificate,
 *       which leads to an installed CA, and takes the installed client certificate where it asks
 *       for one; on a way back this node does, as far as what is back can ({@link
 *       ProofCredentials}), and the others serve TLS, for then each may have had one of its own;
 *   <li>the status shows one primary, all others standby, in health;
 *   <li>the replication of this node flows, for an error of its TLS shows nowhere else.
 * </ol>
 */
final class ClusterProof {
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final LocalNode node;
  private final Ports ports;
  private final Installation installation;
  private final InstalledBundle installed;
  private final List<Finding> findings = new ArrayList<>();
  private List<Finding> last = List.of();
  private HaRole now = HaRole.UNKNOWN;

  /** Whether each server of the last look asked for the client certificate, and took it. */
  private boolean identified;

  ClusterProof(LocalNode node, Ports ports, InstalledBundle installed) {
    this.node = node;
    this.ports = ports;
    this.installation = node.installation();
    this.installed = installed;
  }

  Proof prove(String digest, String expectedDigest, boolean healthy, Proving proving) {
    if (!expectedDigest.isEmpty() && !digest.equals(expectedDigest)) {
      findings.add(
          Finding.error(
              "INSTALLED_DIFFERS",
              "The installed server certificate and key are not those of the bundle: their digest"
                  + " should be "
                  + expectedDigest
                  + " and is "
                  + digest
                  + ".",
              "Find out who changed them."));
    } else {
      try {
        agreement(healthy, proving);
      } catch (HostException e) {
        findings.add(e.finding());
      }
    }
    return new Proof(
        !Finding.stops(findings),
        installation.host().clock().instant(),
        now,
        installed.summaries(),
        List.copyOf(findings));
  }

  private void agreement(boolean healthy, Proving proving) throws HostException {
    Deadline end = installation.host().inSeconds(installation.profile().confirmSeconds());
    ProofCredentials shown = new ProofCredentials(installed, installation.host().clock().instant());
    Credentials credentials = shown.of(proving);
    findings.addAll(shown.notes());
    while (true) {
      // Just after a start gs_om may print anything; only its last word counts.
      ClusterStatus status = node.await(s -> true, end);
      last = new ArrayList<>();
      handshakes(status, credentials, proving.replaced());
      if (last.isEmpty() && !proving.expired()) {
        state(status, healthy);
      }
      if (last.stream().noneMatch(f -> Finding.stops(List.of(f)))) {
        findings.addAll(last);
        now = node.self(status).map(OpenGaussNode::role).orElse(HaRole.UNKNOWN);
        swap(proving.role());
        replication(status);
        findings.add(proven(proving));
        return;
      }
      if (end.isOver()) {
        findings.addAll(last);
        return;
      }
      Pause.of(PAUSE, "the cluster");
    }
  }

  private Finding proven(Proving proving) {
    String ports = installation.profile().haPortOffset() > 0 ? "both ports" : "its port";
    String who = proving.replaced() ? "each node" : "this node";
    String served = who + " serves the installed certificate on " + ports;
    String others = proving.replaced() ? "" : "; each other node serves TLS";
    return proving.expired()
        ? Finding.warning(
            "BACK_TO_EXPIRED",
            "the old certificates are back, and have expired: "
                + served
                + others
                + ", and no client that verifies it will take it",
            "Rotate as soon as the cause of the failure is mended.")
        : Finding.info(
            "PROVEN_BY_HANDSHAKE",
            served + (identified ? " and takes the installed client certificate" : "") + others);
  }

  /**
   * A new bundle is the same on all nodes. What was there before need not have been: each node then
   * proves its own, and of the others only that they serve TLS at all.
   */
  private void handshakes(ClusterStatus status, Credentials credentials, boolean alike)
      throws HostException {
    Optional<Datanode> self = node.self(status);
    identified = credentials.identity().isPresent();
    for (Datanode row : status.datanodes()) {
      boolean own = alike || self.isEmpty() || self.get().equals(row);
      for (Endpoint port : ports.of(row)) {
        ProbeResult seen = ports.look(port, own ? credentials : Credentials.NONE);
        if (seen instanceof ProbeResult.NotServed not && (own || not.chain().isEmpty())) {
          last.add(notProven(row.name() + ": " + not.message()));
        } else if (own) {
          installedHere(row, port, seen).ifPresent(last::add);
          identified &= seen instanceof ProbeResult.Served served && served.identified();
        }
      }
    }
  }

  private Optional<Finding> installedHere(Datanode row, Endpoint port, ProbeResult seen) {
    Optional<X509Certificate> expected = installed.server();
    if (seen.chain().stream().findFirst().equals(expected)) {
      return Optional.empty();
    }
    return Optional.of(
        notProven(
            String.format(
                "%s: %s serves the certificate with serial %s, and %s is installed here",
                row.name(),
                port,
                seen.chain().get(0).getSerialNumber().toString(16),
                expected.map(c -> "serial " + c.getSerialNumber().toString(16)).orElse("none"))));
  }

  private static Finding notProven(String what) {
    return Finding.error(
        "TLS_NOT_PROVEN",
        what,
        "See the server's log on that node. Connections that are open go on meanwhile; new ones fail"
            + " there.");
  }

  private void state(ClusterStatus status, boolean healthy) {
    boolean agreed =
        status.primaries().size() == 1
            && status.primaries().size() + status.standbys().size() == status.datanodes().size();
    if (!agreed || healthy && !status.healthy()) {
      last.add(
          Finding.error(
              "CLUSTER_NOT_AGREED",
              String.format(
                  "TLS is proven on every node, and after %d s the cluster is %s: %s.",
                  installation.profile().confirmSeconds(),
                  status.clusterState(),
                  status.datanodes().stream()
                      .map(d -> d.name() + " " + d.currentRole() + " " + d.state())
                      .toList()),
              "Look at gs_om -t status --detail and at the server's logs."));
    } else if (!status.healthy()) {
      last.add(
          Finding.warning(
              "UNHEALTHY",
              "TLS is proven, and the cluster is " + status.clusterState() + ", as it was before",
              "Look at gs_om -t status --detail."));
    }
  }

  private void swap(HaRole before) {
    if (before != HaRole.UNKNOWN && now != HaRole.UNKNOWN && now != before) {
      findings.add(
          Finding.warning(
              "ROLES_SWAPPED",
              String.format("this node was %s before and is %s now", before.word(), now.word()),
              "See that clients reach the new primary; gs_om -t refreshconf makes the roles last."));
    }
  }

  /** It falls back to plaintext by itself, so that it flows proves no TLS: that is seen above. */
  private void replication(ClusterStatus status) throws HostException {
    if (status.datanodes().size() < 2 || node.configuration().sharedStorage()) {
      return;
    }
    String data = node.dataDirectory().toString();
    Optional<CtlQuery> query =
        CtlQueryParser.parse(
            installation
                .host()
                .commands()
                .run(installation.command(installation.profile().gsCtl(), "query", "-D", data))
                .stdout());
    if (query.filter(q -> !q.replicationConnected()).isPresent()) {
      findings.add(
          Finding.warning(
              "REPLICATION_NOT_CONNECTED",
              "the replication of this node does not flow: gs_ctl query says "
                  + query.get().localRole()
                  + ", "
                  + query.get().dbState()
                  + ", "
                  + query.get().detail(),
              "Look at gs_ctl query -D " + data + " and at the server's log."));
    }
  }
}
