package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.probe.Servers;
import hacert.result.Finding;
import hacert.target.Bundle;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of answers on the ports of the servers. */
class PortsTest {
  private static final byte[] ERROR =
      "Esorry, too many clients already\n\0".getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path base;
  private GaussHost host;
  private Bundle bundle;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    host.overrides.put("handshake_seconds", 2);
    bundle = Samples.made(Samples.authority());
    host.install(bundle);
  }

  /** This node listens there. */
  private Ports at(int port) throws Exception {
    Path status = base.resolve("status");
    Files.writeString(
        status,
        Files.readString(status).replace("192.0.2.11", "127.0.0.1").replace("15400", "" + port));
    return new Ports(host.node());
  }

  private Optional<X509Certificate> leaf() throws Exception {
    return Optional.of(Samples.first(bundle, ServerBundle.SERVER_CERTIFICATE));
  }

  private Servers.Listening tls() throws Exception {
    return tls(host.data());
  }

  private static Servers.Listening tls(Path directory) throws Exception {
    return Servers.openssl(
        "-cert",
        directory.resolve("server.crt").toString(),
        "-key",
        directory.resolve("server.key").toString(),
        "-pass",
        "pass:" + Samples.PASSWORD);
  }

  private static void say(Socket client, byte[] answer) throws java.io.IOException {
    client.getInputStream().readNBytes(8);
    client.getOutputStream().write(answer);
    client.shutdownOutput();
    client.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  @Test
  void a_server_that_takes_no_connections_for_a_moment_is_asked_again() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (var tls = tls();
        var server =
            Servers.of(
                client -> {
                  if (asked.getAndIncrement() % 2 == 0) {
                    say(client, ERROR);
                  } else {
                    Servers.handOn(client, tls.port());
                  }
                })) {
      Ports ports = at(server.port());
      assertThat(ports.ownLeaf()).isEqualTo(leaf());
      assertThat(ports.astray(leaf())).isFalse();
      assertThat(asked).hasValue(4);
    }
  }

  private String proven() throws Exception {
    Path status = base.resolve("status");
    try (var tls = tls();
        var server = Servers.of(client -> Servers.handOn(client, tls.port()))) {
      at(server.port());
      Files.writeString(status, Files.readString(status).replace("192.0.2.12", "127.0.0.1"));
      LocalNode node = host.node();
      try (InstalledBundle installed =
          new InstalledBundle(host.data(), host.om(), Samples.CLOCK.instant())) {
        return new ClusterProof(node, new Ports(node), installed)
            .prove("", "", true, ClusterRestartTest.PROVING).findings().stream()
                .filter(f -> f.code().equals("PROVEN_BY_HANDSHAKE"))
                .map(Finding::message)
                .findFirst()
                .orElseThrow();
      }
    }
  }

  @Test
  void a_proof_names_no_port_that_was_not_looked_at() throws Exception {
    host.script("gs_ctl", "exit 0");
    host.overrides.put("ha_port_offset", 0);
    assertThat(proven()).contains("serves the installed certificate on its port");
  }

  /** What the first node finds where it serves one certificate and the second one another. */
  private List<String> apart(boolean replaced, Path first, Path second) throws Exception {
    host.script("gs_ctl", "exit 0");
    host.overrides.put("ha_port_offset", 0).put("confirm_seconds", 0);
    Path status = base.resolve("status");
    host.status("Primary Normal", "Standby Normal");
    try (var tls = tls(first);
        var server = Servers.of(client -> Servers.handOn(client, tls.port()));
        var otherTls = tls(second == null ? first : second);
        var other =
            Servers.of(
                client -> {
                  if (second == null) {
                    say(client, ERROR);
                  } else {
                    Servers.handOn(client, otherTls.port());
                  }
                })) {
      at(server.port());
      Files.writeString(
          status,
          Files.readString(status).replaceAll("192.0.2.12( +)\\d+", "127.0.0.1$1" + other.port()));
      LocalNode node = host.node();
      try (InstalledBundle installed =
          new InstalledBundle(host.data(), host.om(), Samples.CLOCK.instant())) {
        return Samples.codes(
            new ClusterProof(node, new Ports(node), installed)
                .prove("", "", true, ClusterRestartTest.proving(replaced))
                .findings());
      }
    }
  }

  /** Before a rotation each node may have had a certificate of its own, of a CA of its own. */
  @Test
  void on_a_way_back_each_node_proves_its_own_certificate_and_that_the_others_serve_tls()
      throws Exception {
    Path another =
        Samples.write(
            Samples.made(Samples.authority()), Files.createDirectory(base.resolve("another")));
    assertThat(apart(false, host.data(), another)).contains("PROVEN_BY_HANDSHAKE");
    assertThat(apart(true, host.data(), another)).contains("TLS_NOT_PROVEN");
    assertThat(apart(false, another, host.data())).contains("TLS_NOT_PROVEN");
    assertThat(apart(false, host.data(), null)).contains("TLS_NOT_PROVEN");
  }

  @Test
  void one_that_takes_none_at_all_has_not_loaded_something_else() throws Exception {
    try (var server = Servers.of(client -> say(client, ERROR))) {
      Ports ports = at(server.port());
      assertThat(ports.astray(leaf())).isFalse();
      assertThat(ports.ownLeaf()).isEmpty();
      assertThat(ports.problems().toString()).contains("too many clients");
    }
  }

  @Test
  void one_that_answers_handshakes_with_an_error_has_loaded_something_else() throws Exception {
    byte[] answer = ("S" + new String(ERROR, StandardCharsets.US_ASCII)).getBytes();
    try (var server = Servers.of(client -> say(client, answer))) {
      assertThat(at(server.port()).astray(leaf())).isTrue();
    }
  }
}
