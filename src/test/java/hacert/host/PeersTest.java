package hacert.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.jcraft.jsch.JSch;
import com.jcraft.jsch.KeyPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.shell.ProcessShellCommandFactory;
import org.apache.sshd.server.subsystem.SubsystemFactory;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTest {
  @TempDir Path directory;

  private Path home;
  private Path remote;
  private SshServer server;
  private java.security.KeyPair hostKey;
  private Path systemKnownHosts;

  @BeforeEach
  void start() throws Exception {
    home = Files.createDirectory(directory.resolve("home"));
    remote = Files.createDirectory(directory.resolve("remote"));
    Files.createDirectory(home.resolve(".ssh"));
    systemKnownHosts = directory.resolve("ssh_known_hosts");
    hostKey = KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
    newKey("id_ecdsa", null);
    server = server(hostKey, "id_ecdsa");
    know(server);
  }

  @AfterEach
  void stop() throws Exception {
    server.stop(true);
  }

  private SshServer server(java.security.KeyPair host, String trusted) throws Exception {
    return server(host, trusted, 0);
  }

  private SshServer server(java.security.KeyPair host, String trusted, int port) throws Exception {
    SshServer made = SshServer.setUpDefaultServer();
    made.setHost("127.0.0.1");
    made.setPort(port);
    made.setKeyPairProvider(KeyPairProvider.wrap(host));
    String authorized = Files.readString(home.resolve(".ssh/" + trusted + ".pub"));
    made.setPublickeyAuthenticator(
        (user, key, session) ->
            user.equals("omm") && authorized.startsWith(PublicKeyEntry.toString(key)));
    made.setFileSystemFactory(new VirtualFileSystemFactory(remote));
    made.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
    made.setCommandFactory(ProcessShellCommandFactory.INSTANCE);
    made.start();
    return made;
  }

  private void newKey(String name, String passphrase) throws Exception {
    KeyPair pair = KeyPair.genKeyPair(new JSch(), KeyPair.ECDSA, 256);
    pair.writePrivateKey(
        home.resolve(".ssh/" + name).toString(),
        passphrase == null ? null : passphrase.getBytes(UTF_8));
    pair.writePublicKey(home.resolve(".ssh/" + name + ".pub").toString(), "");
  }

  private void know(SshServer which) throws Exception {
    Files.writeString(
        home.resolve(".ssh/known_hosts"),
        "[127.0.0.1]:"
            + which.getPort()
            + " "
            + PublicKeyEntry.toString(hostKey.getPublic())
            + "\n");
  }

  private Peer peer() {
    return peer(Duration.ofSeconds(10));
  }

  private Peer peer(Duration idle) {
    return new Peer(
        "127.0.0.1", OptionalInt.of(server.getPort()), "omm", home, Duration.ofSeconds(20), idle);
  }

  private PeerSession open(Peer peer) throws HostException {
    return new JschPeers(systemKnownHosts).open(peer);
  }

  private PeerSession open() throws HostException {
    return open(peer());
  }

  @Test
  void refuses_a_host_that_shows_another_key() throws Exception {
    int port = server.getPort();
    server.stop(true);
    server = server(KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256), "id_ecdsa", port);
    HostException e = Findings.of(this::open);
    assertThat(e.code()).isEqualTo("PEER_HOST_KEY_CHANGED");
    assertThat(e).hasMessageContaining("127.0.0.1").hasMessageContaining("somebody in between");
  }

  @Test
  void refuses_a_known_host_that_shows_a_key_of_another_kind() throws Exception {
    int port = server.getPort();
    server.stop(true);
    server = server(KeyUtils.generateKeyPair("ssh-rsa", 2048), "id_ecdsa", port);
    assertThat(Findings.code(this::open)).isEqualTo("PEER_HOST_KEY_CHANGED");
  }

  @Test
  void refuses_a_host_that_nobody_has_seen_before_and_does_not_learn_it() throws Exception {
    Path file = home.resolve(".ssh/known_hosts");
    for (String known :
        List.of("", "other.example " + PublicKeyEntry.toString(hostKey.getPublic()))) {
      Files.writeString(file, known);
      HostException e = Findings.of(this::open);
      assertThat(e.code()).isEqualTo("PEER_HOST_KEY_UNKNOWN");
      assertThat(e.finding().remedy()).contains("ssh -p " + server.getPort());
      assertThat(file).hasContent(known);
    }
    Files.delete(file);
    assertThat(Findings.code(this::open)).isEqualTo("PEER_HOST_KEY_UNKNOWN");
    assertThat(file).doesNotExist();
  }

  @Test
  void lets_no_setting_of_the_user_switch_the_check_off() throws Exception {
    Files.writeString(home.resolve(".ssh/known_hosts"), "");
    Files.writeString(
        home.resolve(".ssh/config"),
        "Host *\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n");
    assertThat(Findings.code(this::open)).isEqualTo("PEER_HOST_KEY_UNKNOWN");
  }

  @Test
  void refuses_a_revoked_key() throws Exception {
    Path file = home.resolve(".ssh/known_hosts");
    String line = Files.readString(file);
    Files.writeString(file, line + "@revoked " + line);
    assertThat(Findings.code(this::open)).isEqualTo("PEER_HOST_KEY_CHANGED");
  }

  @Test
  void says_that_the_peer_does_not_trust_this_user() throws Exception {
    newKey("id_ecdsa", null);
    HostException e = Findings.of(this::open);
    assertThat(e.code()).isEqualTo("PEER_NOT_TRUSTED");
    newKey("id_ecdsa", "long passphrase");
    e = Findings.of(this::open);
    assertThat(e.code()).isEqualTo("PEER_NOT_TRUSTED");
    assertThat(e).hasMessageContaining("id_ecdsa has a passphrase");
    Files.delete(home.resolve(".ssh/id_ecdsa"));
    assertThat(Findings.code(this::open)).isEqualTo("PEER_NOT_TRUSTED");
  }

  @Test
  void says_so_too_where_the_server_takes_fewer_tries_than_there_are_keys() throws Exception {
    for (String key : List.of("id_ed25519", "id_ecdsa", "id_rsa")) {
      newKey(key, null);
    }
    CoreModuleProperties.MAX_AUTH_REQUESTS.set(server, 1);
    assertThat(Findings.code(this::open)).isEqualTo("PEER_NOT_TRUSTED");
  }

  @Test
  void says_that_nobody_listens_or_nobody_answers() throws Exception {
    server.stop(true);
    assertThat(Findings.code(this::open)).isEqualTo("PEER_UNREACHABLE");
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      Peer peer =
          new Peer(
              "127.0.0.1",
              OptionalInt.of(silent.getLocalPort()),
              "omm",
              home,
              Duration.ofMillis(300),
              Duration.ofSeconds(1));
      assertThat(Findings.code(() -> open(peer))).isEqualTo("PEER_UNREACHABLE");
    }
  }

  @Test
  void says_that_there_is_no_sftp() throws Exception {
    server.setSubsystemFactories(List.of());
    try (PeerSession session = open()) {
      assertThat(Findings.code(session::check)).isEqualTo("PEER_COPY_FAILED");
    }
  }

  /** Its sshd lives, and what should read and write files does not. */
  @Test
  void waits_for_no_sftp_that_is_silent_for_ever() throws Exception {
    server.setSubsystemFactories(List.of(new SilentSftp()));
    try (PeerSession session = open(peer(Duration.ofMillis(600)))) {
      assertThat(Findings.code(session::check)).isEqualTo("PEER_LOST");
    }
  }

  private static final class SilentSftp implements SubsystemFactory {
    @Override
    public String getName() {
      return "sftp";
    }

    @Override
    public Command createSubsystem(ChannelSession channel) throws IOException {
      return new ProcessShellCommandFactory().createCommand(channel, "sleep 60");
    }
  }

  @Test
  void says_that_the_connection_was_lost() throws Exception {
    try (PeerSession session = open()) {
      server.stop(true);
      assertThat(Findings.code(session::check)).isEqualTo("PEER_LOST");
      assertThat(Findings.code(() -> session.exec("true", new byte[0], Duration.ofSeconds(9))))
          .isEqualTo("PEER_LOST");
    }
  }

  @Test
  void refuses_to_replace_a_directory_and_leaves_nothing_behind() throws Exception {
    Files.createDirectories(remote.resolve("d/inside"));
    try (PeerSession session = open()) {
      assertThat(Findings.code(() -> session.upload(new byte[1], "d", 0600)))
          .isEqualTo("PEER_COPY_FAILED");
    }
    try (var files = Files.list(remote)) {
      assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly("d");
    }
  }

  @Test
  void takes_no_path_for_a_pattern() throws Exception {
    Path file = Files.writeString(remote.resolve("kept"), "kept");
    try (PeerSession session = open()) {
      assertThat(Findings.code(() -> session.remove("k*"))).isEqualTo("PEER_COPY_FAILED");
    }
    assertThat(file).hasContent("kept");
  }

  @Test
  void copies_whole_files_with_their_mode() throws Exception {
    byte[] large = new byte[300_000];
    Arrays.fill(large, (byte) 7);
    try (PeerSession session = open()) {
      session.check();
      assertThat(session.sha256(".hacert/in/root-ca.pem")).isEmpty();
      session.upload("first".getBytes(UTF_8), ".hacert/in/root-ca.pem", 0600);
      session.upload(large, ".hacert/in/root-ca.pem", 0600);
      assertThat(session.sha256(".hacert/in/root-ca.pem")).contains(Sha256.of(large));
      session.upload(new byte[0], "/top", 0644);
      assertThat(session.sha256("top")).contains(Sha256.of(new byte[0]));
      session.remove("top");
      session.remove("top");
    }
    Path in = remote.resolve(".hacert/in");
    assertThat(in.resolve("root-ca.pem")).hasBinaryContent(large);
    assertThat(FileMeta.of(in.resolve("root-ca.pem")).mode()).isEqualTo(0600);
    assertThat(FileMeta.of(in).mode()).isEqualTo(0700);
    assertThat(FileMeta.of(remote.resolve(".hacert")).mode()).isEqualTo(0700);
    assertThat(remote.resolve("top")).doesNotExist();
    try (var files = Files.list(in)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void runs_a_constant_command_with_input() throws Exception {
    try (PeerSession session = open()) {
      CommandResult result =
          session.exec(
              "cat; echo err >&2; exit 6", "a 'b\n".getBytes(UTF_8), Duration.ofSeconds(20));
      assertThat(result.exitCode()).isEqualTo(6);
      assertThat(result.stdout()).isEqualTo("a 'b\n");
      assertThat(result.stderr()).isEqualTo("err\n");
      CommandResult late = session.exec("exec sleep 30", new byte[0], Duration.ofMillis(300));
      assertThat(late.timedOut()).isTrue();
      assertThat(late.exitCode()).isEqualTo(CommandResult.NONE);
    }
  }

  @Test
  void follows_the_users_ssh_configuration() throws Exception {
    newKey("special key", null);
    SshServer other = server(hostKey, "special key");
    try {
      know(other);
      Files.writeString(
          home.resolve(".ssh/config"),
          "Host standby\n  HostName 127.0.0.1\n  User omm\n  Port "
              + other.getPort()
              + "\n  IdentityFile \"~/.ssh/special key\"\n");
      Peer peer =
          new Peer(
              "standby",
              OptionalInt.empty(),
              "someone",
              home,
              Duration.ofSeconds(20),
              Duration.ofSeconds(10));
      try (PeerSession session = open(peer)) {
        session.check();
      }
    } finally {
      other.stop(true);
    }
  }

  @Test
  void accepts_keys_known_to_the_machine_only() throws Exception {
    Files.move(home.resolve(".ssh/known_hosts"), systemKnownHosts);
    try (PeerSession session = open()) {
      session.check();
    }
  }
}
