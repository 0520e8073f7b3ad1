package hacert.host;

import com.jcraft.jsch.ConfigRepository;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchChangedHostKeyException;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.JSchHostKeyException;
import com.jcraft.jsch.JSchUnknownHostKeyException;
import com.jcraft.jsch.KeyPair;
import com.jcraft.jsch.OpenSSHConfig;
import com.jcraft.jsch.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sessions by JSch. All paths are given to it: by itself it would take Java's {@code user.home},
 * which is not {@code HOME}. It sees nothing of {@code ~/.ssh/config} but what is read here, so
 * that no setting there can switch the check of the host key off.
 */
final class JschPeers implements Peers {
  private static final List<String> KEYS = List.of("id_ed25519", "id_ecdsa", "id_rsa");

  private final Path systemKnownHosts;

  JschPeers(Path systemKnownHosts) {
    this.systemKnownHosts = systemKnownHosts;
  }

  @Override
  public PeerSession open(Peer peer) throws HostException {
    Path ssh = peer.home().resolve(".ssh");
    Optional<ConfigRepository.Config> config = config(ssh, peer.host());
    String host = config.map(ConfigRepository.Config::getHostname).orElse(peer.host());
    String user = config.map(ConfigRepository.Config::getUser).orElse(peer.user());
    int configured = config.map(ConfigRepository.Config::getPort).filter(p -> p > 0).orElse(22);
    int port = peer.port().orElse(configured);
    String name = user + "@" + host + ", port " + port;
    List<String> skipped = new ArrayList<>();
    Session session = null;
    boolean connected = false;
    try {
      JSch jsch = new JSch();
      jsch.setHostKeyRepository(
          new PeerHostKeys(List.of(ssh.resolve("known_hosts"), systemKnownHosts)));
      for (Path key : keys(peer, ssh, config)) {
        addKey(jsch, key, skipped);
      }
      session = jsch.getSession(user, host, port);
      session.setConfig("StrictHostKeyChecking", "yes");
      session.setConfig("PreferredAuthentications", "publickey");
      session.setDaemonThread(true);
      int idle = millis(peer.idle());
      session.setServerAliveInterval(Math.max(1, idle / 3));
      session.setServerAliveCountMax(2);
      session.connect(millis(peer.connect()));
      connected = true;
      return new JschSession(session, name, idle);
    } catch (JSchException e) {
      throw refused(e, name, host, port, skipped);
    } finally {
      if (session != null && !connected) {
        session.disconnect();
      }
    }
  }

  private static Optional<ConfigRepository.Config> config(Path ssh, String host) {
    Path file = ssh.resolve("config");
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(OpenSSHConfig.parseFile(file.toString()).getConfig(host));
    } catch (IOException | RuntimeException e) {
      // It is a help where it can be read; without it the defaults of ssh are tried.
      return Optional.empty();
    }
  }

  private static List<Path> keys(Peer peer, Path ssh, Optional<ConfigRepository.Config> config) {
    List<Path> paths = new ArrayList<>();
    String[] named = config.map(c -> c.getValues("IdentityFile")).orElse(null);
    for (String file : named == null ? new String[0] : named) {
      if (file != null) {
        String home = peer.home().toString();
        String path = file.replace("\"", "").replace("%d", home);
        path = path.startsWith("~/") ? home + path.substring(1) : path;
        paths.add(peer.home().resolve(path));
      }
    }
    KEYS.forEach(key -> paths.add(ssh.resolve(key)));
    return paths.stream().distinct().filter(Files::isReadable).toList();
  }

  private static void addKey(JSch jsch, Path path, List<String> skipped) {
    try {
      KeyPair pair = KeyPair.load(jsch, path.toString(), null);
      boolean encrypted = pair.isEncrypted();
      pair.dispose();
      if (encrypted) {
        skipped.add(path + " has a passphrase");
      } else {
        jsch.addIdentity(path.toString());
      }
    } catch (JSchException e) {
      skipped.add(path + " cannot be read");
    }
  }

  private static HostException refused(
      JSchException e, String name, String host, int port, List<String> skipped) {
    String shown = port == 22 ? host : "[" + host + "]:" + port;
    if (e instanceof JSchUnknownHostKeyException) {
      return new HostException(
          "PEER_HOST_KEY_UNKNOWN",
          "The host key of " + name + " is not known here: " + fingerprint(e),
          "Compare it with the key on that host, then log in there once by hand as this user (ssh -p "
              + port
              + " "
              + host
              + ") so that ~/.ssh/known_hosts has it.",
          e);
    }
    if (e instanceof JSchChangedHostKeyException || e instanceof JSchHostKeyException) {
      return new HostException(
          "PEER_HOST_KEY_CHANGED",
          name
              + " shows another host key than the one known here, or a revoked one. This may be"
              + " somebody in between. "
              + fingerprint(e),
          "Find out why. Only if the host was set up anew: ssh-keygen -R '"
              + shown
              + "' as this user, and accept the new key by hand.",
          e);
    }
    String text = String.valueOf(e.getMessage());
    // The last: where a server takes fewer tries than there are keys, it ends the connection.
    if (text.startsWith("Auth ")
        || text.contains("USERAUTH")
        || text.contains("authentication failures")) {
      return new HostException(
          "PEER_NOT_TRUSTED",
          name
              + " does not let this user in with its keys"
              + (skipped.isEmpty() ? "" : " (not usable: " + String.join(", ", skipped) + ")")
              + ".",
          "Put the public key of a key without passphrase of this user into ~/.ssh/authorized_keys"
              + " there; or set hacert_peer_copy: control, so that the control machine carries the"
              + " bundle, sealed.",
          e);
    }
    return new HostException(
        "PEER_UNREACHABLE",
        "No ssh session with " + name + ": " + text + ".",
        "See that its sshd runs and that no firewall is between the nodes.",
        e);
  }

  private static String fingerprint(JSchException e) {
    return String.valueOf(e.getMessage()).strip();
  }

  private static int millis(Duration duration) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, duration.toMillis()));
  }
}
