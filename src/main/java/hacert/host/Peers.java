package hacert.host;

import java.nio.file.Path;

/** Opens sessions on other nodes. */
@FunctionalInterface
public interface Peers {
  /**
   * Connects and logs in with the keys of this user. The host key must be in {@code
   * ~/.ssh/known_hosts} or {@code /etc/ssh/ssh_known_hosts}.
   *
   * @throws HostException {@code PEER_UNREACHABLE}, {@code PEER_HOST_KEY_UNKNOWN}, {@code
   *     PEER_HOST_KEY_CHANGED}, {@code PEER_NOT_TRUSTED}
   */
  PeerSession open(Peer peer) throws HostException;

  /** By ssh. */
  static Peers ssh() {
    return new JschPeers(Path.of("/etc/ssh/ssh_known_hosts"));
  }
}
