package hacert.opengauss;

import hacert.host.Deadline;
import hacert.host.HostException;
import hacert.host.Pause;
import hacert.opengauss.ClusterStatus.Datanode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Stops and starts the whole cluster by gs_om, which is never ended. That it has worked is told by
 * what runs and what is served; gs_om exits with an error also where the database is up and only
 * not yet normal.
 */
final class ClusterRestart {
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final LocalNode node;
  private final Ports ports;
  private final GsOm gsOm;

  ClusterRestart(LocalNode node, Ports ports) {
    this.node = node;
    this.ports = ports;
    this.gsOm = new GsOm(node.installation());
  }

  /** Stops it; a note for the report. */
  String stop(Path directory) throws HostException {
    OpenGaussProfile profile = node.installation().profile();
    String roles = writeRoles(directory);
    GsOm.Ended ended =
        gsOm.run(gsOm.next(directory), "", profile.stopSeconds(), List.of("-t", "stop"));
    String up = notStopped(ended);
    if (!up.isEmpty() || !node.serverProcess().isEmpty()) {
      throw new HostException(
          "STOP_FAILED",
          String.format(
              "gs_om -t stop ended with code %d, and the cluster is not known to be stopped on %s."
                  + " It said: %s",
              ended.code(), up.isEmpty() ? "this node" : up, ended.said()),
          "Stop it by hand with gs_om -t stop, or find out why it cannot be stopped.");
    }
    return "all nodes are stopped" + roles;
  }

  /**
   * A start brings each node up in the role that was written down last, on whichever node. What was
   * written down after one switchover may be older than the next one, which nobody can tell from
   * outside: so it is written anew, also where it is not known whether it ever was. A cluster
   * manager keeps the roles itself.
   *
   * @return what to say where they should be written and are not
   * @throws HostException {@code ROLES_NOT_WRITTEN} before the stop
   */
  private String writeRoles(Path directory) throws HostException {
    ClusterStatus now = node.known();
    boolean primary = node.self(now).filter(Datanode::primary).filter(Datanode::up).isPresent();
    if (!primary || now.managed() || !node.rolesWritten().orElse(true)) {
      return "";
    }
    Path base = directory.resolveSibling("refreshconf");
    // One that an earlier call has begun must not run beside the stop; and one that has failed may
    // have taken away what was written before.
    if (!gsOm.pending(base) && (gsOm.runs(directory) || !allHaveRoles())) {
      return "; in which roles they ran was not written down, for not all were seen to run";
    }
    int seconds = node.installation().profile().stopSeconds();
    GsOm.Ended ended = gsOm.run(gsOm.next(base), "", seconds, List.of("-t", "refreshconf"));
    if (ended.code() != 0) {
      throw new HostException(
          "ROLES_NOT_WRITTEN",
          String.format(
              "gs_om -t refreshconf ended with code %d. Without it a start could bring up another"
                  + " primary than that of now; therefore this call has stopped no node. The call"
                  + " that failed may have removed %s on this node or on all, and a start would take"
                  + " what another node has, or the roles of the installation. It said: %s",
              ended.code(), node.installation().currentRoles(), ended.said()),
          "Mend what it says, then run the same command again: before a stop it writes the roles"
              + " anew, on all nodes. Until that has worked, there or by gs_om -t refreshconf by hand"
              + " on the primary, do not stop and start the cluster.");
    }
    return "";
  }

  /**
   * Whether every node is seen to run in a role now. Of one that is not, gs_om would write down
   * that it is a standby, whatever it is, and where it does not reach it, take away what all nodes
   * have. What was written before the first one was stopped is better than that.
   */
  private boolean allHaveRoles() throws HostException {
    try {
      ClusterStatus now = node.status();
      return now.up() && now.datanodes().stream().allMatch(d -> d.primary() || d.standby());
    } catch (HostException e) {
      if (e.code().equals(LocalNode.UNREADABLE)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Which nodes are not known to be stopped; empty for none. With a cluster manager the status
   * tells nothing while that is stopped too, and a host that does not answer is Unknown: there a
   * gs_om that was content with its stop is believed.
   */
  private String notStopped(GsOm.Ended ended) throws HostException {
    boolean content = ended.code() == 0 && !ended.gaveUp();
    try {
      return node.status().datanodes().stream()
          .filter(d -> d.up() || !content && d.unknown())
          .map(Datanode::name)
          .collect(Collectors.joining(", "));
    } catch (HostException e) {
      if (e.code().equals(LocalNode.UNREADABLE)) {
        return content ? "" : "any node, for the status tells nothing";
      }
      throw e;
    }
  }

  /**
   * Starts it; a note for the report.
   *
   * @param again whether this start was seen to fail before, and is only looked at once more
   */
  String start(Path directory, boolean again) throws HostException {
    OpenGaussProfile profile = node.installation().profile();
    GsOm.Ended ended = gsOm.run(directory, "", profile.startSeconds(), List.of("-t", "start"));
    boolean clean = ended.code() == 0 && !again;
    Deadline end =
        node.installation()
            .host()
            .inSeconds(clean ? profile.startSeconds() : profile.confirmSeconds());
    while (true) {
      // While the cluster starts, gs_om may print anything; only its last word counts.
      ClusterStatus status = node.await(ClusterStatus::up, end);
      if (status.up() && ports.allServe(status)) {
        return "all nodes run" + (ended.code() == 0 ? "" : ", though gs_om said: " + ended.said());
      }
      if (end.isOver()) {
        throw failed(ended, status);
      }
      Pause.of(PAUSE, "the start of the cluster");
    }
  }

  private HostException failed(GsOm.Ended ended, ClusterStatus status) {
    return new HostException(
        "START_FAILED",
        String.format(
            "gs_om -t start ended with code %d, and not every node serves TLS. The status says %s:"
                + " %s. The ports say: %s. gs_om said: %s",
            ended.code(),
            status.clusterState(),
            status.datanodes().stream()
                .map(d -> d.name() + " " + d.currentRole() + " " + d.state())
                .toList(),
            ports.problems(),
            ended.said()),
        "Look at the server's log in GAUSSLOG, on each node that does not serve.");
  }
}
