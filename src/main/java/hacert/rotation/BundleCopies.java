package hacert.rotation;

import hacert.host.HostException;
import hacert.host.Peer;
import hacert.host.PeerSession;
import hacert.host.Sha256;
import hacert.target.Bundle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Copies of the staged bundle on the nodes that take one, over the trust between the nodes. */
final class BundleCopies {
  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final Duration IDLE = Duration.ofSeconds(20);

  private final Site site;
  private final Plan plan;

  BundleCopies(Site site) {
    this.site = site;
    this.plan = site.plan();
  }

  /**
   * Copies the staged bundle to each receiver.
   *
   * @return a note for the report
   * @throws HostException as {@link hacert.host.Peers} and {@link PeerSession} say, and {@code
   *     PEER_COPY_DIFFERS}
   */
  Steps.Done make() throws HostException {
    try (Bundle bundle = StagedBundle.read(site.state().bundle(plan.rotation()))) {
      for (String name : plan.receivers()) {
        copy(bundle, name);
      }
    }
    return Steps.Done.of("copied to " + String.join(", ", plan.receivers()) + ", and read back");
  }

  /**
   * Copies it once more to those that have lost it. This is the mixed window: a node that takes no
   * copy now may need none, and if it does, its own stage says so.
   *
   * @return a note for the report
   * @throws HostException if the bundle cannot be read here
   */
  String renew() throws HostException {
    List<String> notes = new ArrayList<>();
    try (Bundle bundle = StagedBundle.read(site.state().bundle(plan.rotation()))) {
      for (String name : plan.receivers()) {
        try {
          notes.add(name + (copy(bundle, name) ? " has a new copy" : " has its copy"));
        } catch (HostException e) {
          notes.add(name + " was not looked at: " + e.code());
        }
      }
    }
    return String.join(", ", notes);
  }

  /** Writes what differs there, and reads it back; answers whether anything did. */
  private boolean copy(Bundle bundle, String name) throws HostException {
    String directory =
        plan.nodes().get(name).stateDirectory() + "/rotations/" + plan.rotation() + "/bundle/";
    boolean written = false;
    try (PeerSession session = site.peers().open(peer(name))) {
      for (Map.Entry<String, byte[]> file : bundle.files().entrySet()) {
        String remote = directory + file.getKey();
        Optional<String> wanted = Optional.of(Sha256.of(file.getValue()));
        if (session.sha256(remote).equals(wanted)) {
          continue;
        }
        session.upload(file.getValue(), remote, 0600);
        written = true;
        if (!session.sha256(remote).equals(wanted)) {
          throw new HostException(
              "PEER_COPY_DIFFERS",
              remote + " on " + name + " does not read back as it was written.",
              "Check the disk of " + name + ". Nothing that runs was changed.");
        }
      }
    }
    return written;
  }

  /** Whether a node would take a copy: logs in there, and writes nothing. */
  void check(String name) throws HostException {
    try (PeerSession session = site.peers().open(peer(name))) {
      session.check();
    }
  }

  private Peer peer(String name) {
    Plan.PlannedNode node = plan.nodes().get(name);
    return new Peer(
        node.address(),
        node.port() == 0 ? OptionalInt.empty() : OptionalInt.of(node.port()),
        node.user(),
        site.host().login().home(),
        CONNECT,
        IDLE);
  }
}
