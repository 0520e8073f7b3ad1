package hacert.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenSSH on both sides: its hashed known_hosts, its keys, its server. */
class OpensshPeersTest {
  private static final Path SSHD = Path.of("/usr/sbin/sshd");

  @TempDir Path directory;
  private Path home;
  private Path knownHosts;
  private Path remote;
  private int port;
  private Process server;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Files.isExecutable(SSHD), "no sshd here");
    if (FileMeta.mine(0).owner() == 0) {
      Files.createDirectories(Path.of("/run/sshd"));
    }
    home = Files.createDirectory(directory.resolve("home"));
    remote = Files.createDirectory(directory.resolve("remote"));
    Path key = Files.createDirectory(home.resolve(".ssh")).resolve("id_ed25519");
    Path hostKey = directory.resolve("host_key");
    for (Path made : List.of(key, hostKey)) {
      run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", made.toString());
    }
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    knownHosts = home.resolve(".ssh/known_hosts");
    Files.writeString(
        knownHosts,
        "[127.0.0.1]:" + port + " " + Files.readString(directory.resolve("host_key.pub")));
    run("ssh-keygen", "-q", "-H", "-f", knownHosts.toString());
    assertThat(Files.readString(knownHosts)).startsWith("|1|");
    Path config = directory.resolve("sshd_config");
    Files.writeString(
        config,
        """
        ListenAddress 127.0.0.1:%d
        HostKey %s
        PidFile none
        UsePAM no
        AuthorizedKeysFile %s.pub
        StrictModes no
        PermitRootLogin yes
        Subsystem sftp internal-sftp
        SetEnv HOME=%s
        """
            .formatted(port, hostKey, key, remote));
    server =
        new ProcessBuilder(SSHD.toString(), "-D", "-e", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("sshd.log").toFile())
            .start();
    Await.until("sshd to listen", this::listens);
  }

  private boolean listens() {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroy();
      server.waitFor();
    }
  }

  private PeerSession open(Duration alive) throws Exception {
    Peer peer =
        new Peer(
            "127.0.0.1",
            OptionalInt.of(port),
            run("id", "-un").strip(),
            home,
            Duration.ofSeconds(20),
            alive);
    return new JschPeers(directory.resolve("ssh_known_hosts")).open(peer);
  }

  private PeerSession open() throws Exception {
    return open(Duration.ofSeconds(10));
  }

  @Test
  void refuses_a_host_that_its_known_hosts_do_not_have() throws Exception {
    Files.writeString(knownHosts, "");
    assertThat(Findings.code(this::open)).isEqualTo("PEER_HOST_KEY_UNKNOWN");
  }

  @Test
  void copies_reads_and_removes_a_file() throws Exception {
    String file = remote.resolve("new dir/key").toString();
    try (PeerSession session = open()) {
      session.check();
      session.upload("one".getBytes(UTF_8), file, 0600);
      session.upload("two".getBytes(UTF_8), file, 0640);
      assertThat(session.sha256(file)).contains(Sha256.of("two".getBytes(UTF_8)));
      assertThat(FileMeta.of(Path.of(file)).mode()).isEqualTo(0640);
      session.remove(file);
    }
    assertThat(Path.of(file)).doesNotExist();
  }

  /** It is opened as a file is, and only then cannot be read. */
  @Test
  void calls_what_cannot_be_read_no_lost_connection() throws Exception {
    try (PeerSession session = open()) {
      assertThat(Findings.code(() -> session.sha256(remote.toString())))
          .isEqualTo("PEER_COPY_FAILED");
    }
  }

  @Test
  void takes_all_output_of_a_command_that_is_killed() throws Exception {
    try (PeerSession session = open()) {
      CommandResult result =
          session.exec(
              "wc -c; head -c 3000000 /dev/zero | tr '\\0' x; kill -9 $$",
              new byte[200_000],
              Duration.ofSeconds(20));
      assertThat(result.stdout()).startsWith("200000\nx").hasSize(3_000_007);
      assertThat(result.exitCode()).isNotZero();
    }
  }

  @Test
  void notices_a_peer_that_freezes_while_it_works() throws Exception {
    try (PeerSession session = open(Duration.ofMillis(900))) {
      // The parent of the remote shell is the sshd that serves this session.
      assertThat(
              Findings.code(
                  () ->
                      session.exec(
                          "kill -STOP $PPID; exec sleep 60", new byte[0], Duration.ofSeconds(60))))
          .isEqualTo("PEER_LOST");
      assertThat(Findings.code(session::check)).isEqualTo("PEER_LOST");
    }
  }

  @Test
  void notices_a_peer_that_freezes_while_nothing_is_asked_of_it() throws Exception {
    try (PeerSession session = open(Duration.ofMillis(900))) {
      session.exec(
          "(sleep 0.2; kill -STOP $PPID) >/dev/null 2>&1 </dev/null &",
          new byte[0],
          Duration.ofSeconds(20));
      Thread.sleep(1000);
      assertThat(Findings.code(session::check)).isEqualTo("PEER_LOST");
    }
  }

  /**
   * JSch closes the channels of a lost connection one by one, and says only then that it is lost. A
   * second channel, which is slow to close, holds it between the two.
   */
  @Test
  void takes_no_lost_connection_for_the_end_of_a_command() throws Exception {
    JSch jsch = new JSch();
    jsch.setKnownHosts(knownHosts.toString());
    jsch.addIdentity(home.resolve(".ssh/id_ed25519").toString());
    Session connection = jsch.getSession(run("id", "-un").strip(), "127.0.0.1", port);
    connection.connect(20_000);
    try (PeerSession session = new JschSession(connection, "the peer", 10_000)) {
      Path go = directory.resolve("go");
      CompletableFuture<String> code =
          CompletableFuture.supplyAsync(
              () ->
                  Findings.code(
                      () ->
                          session.exec(
                              "touch '%s'; exec sleep 60".formatted(go),
                              new byte[0],
                              Duration.ofSeconds(60))));
      Await.until("the command to run", () -> Files.exists(go));
      ChannelExec slow = (ChannelExec) connection.openChannel("exec");
      slow.setCommand("kill -9 $PPID");
      slow.setOutputStream(new SlowToClose());
      slow.connect(10_000);
      assertThat(code.get(30, TimeUnit.SECONDS)).isEqualTo("PEER_LOST");
    }
  }

  private static final class SlowToClose extends ByteArrayOutputStream {
    @Override
    public void close() throws IOException {
      try {
        Thread.sleep(300);
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
    }
  }

  private static String run(String... argv) throws Exception {
    CommandResult result =
        Commands.system().run(Command.of(Map.of("PATH", "/usr/bin:/bin"), List.of(argv)));
    assertThat(result.ok()).as(result.stderr()).isTrue();
    return result.stdout();
  }
}
