package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.probe.Servers;
import hacert.result.Finding;
import hacert.target.NodeIdentity;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Before anything is changed each port is tried that the proof will need. */
class RehearsalTest {
  /** Something answers: what, is for others to judge. */
  private static final Servers.Manners CURT =
      client -> client.getOutputStream().write("E\0".getBytes(StandardCharsets.US_ASCII));

  @TempDir private Path base;
  private GaussHost host;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    host.overrides.put("handshake_seconds", 2);
    host.overrides.put("ha_port_offset", 0);
  }

  /**
   * Findings where the first node listens on one port and the second, in this state, on another.
   */
  private List<Finding> tried(int first, int second, String state) throws Exception {
    host.status("Primary Normal", state);
    Path status = base.resolve("status");
    Files.writeString(
        status,
        Files.readString(status)
            .replaceAll("192.0.2.11 +15400", "127.0.0.1 " + first)
            .replaceAll("192.0.2.12 +15400", "127.0.0.1 " + second));
    return new OpenGaussTarget()
        .open(
            host.host(),
            new NodeIdentity("db1", "192.0.2.11", 22, ""),
            "opengauss",
            host.overrides,
            host.options())
        .checkTools();
  }

  private static int nobody() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return free.getLocalPort();
    }
  }

  @Test
  void any_answer_is_enough() throws Exception {
    try (var one = Servers.of(CURT);
        var two = Servers.of(client -> {})) {
      assertThat(tried(one.port(), two.port(), "Standby Normal")).isEmpty();
    }
  }

  @Test
  void another_node_that_nobody_reaches_from_here_is_refused() throws Exception {
    int nobody = nobody();
    try (var one = Servers.of(CURT)) {
      List<Finding> findings = tried(one.port(), nobody, "Standby Normal");
      assertThat(Samples.codes(findings)).containsExactly("PORT_SILENT");
      assertThat(Finding.stops(findings)).isTrue();
      assertThat(findings.get(0).message()).contains("db2", "127.0.0.1:" + nobody);
      assertThat(findings.get(0).remedy()).contains("ha_port_offset", "firewall");
    }
  }

  @Test
  void an_ha_port_elsewhere_is_refused() throws Exception {
    int nobody = nobody();
    try (var one = Servers.of(CURT)) {
      host.overrides.put("ha_port_offset", nobody > one.port() ? nobody - one.port() : 1);
      assertThat(tried(one.port(), one.port(), "Standby Normal"))
          .extracting(Finding::code)
          .containsExactly("PORT_SILENT", "PORT_SILENT");
    }
  }

  /** It is silent because it is ill: whether it may be rotated so is decided elsewhere. */
  @Test
  void an_ill_node_may_be_silent() throws Exception {
    try (var one = Servers.of(CURT)) {
      assertThat(tried(one.port(), nobody(), "Down    Manually stopped")).isEmpty();
    }
  }

  @Test
  void without_a_status_nothing_is_said_here() throws Exception {
    host.status("Primary Normal", "Standby Normal");
    host.script("gs_om", "exit 1");
    assertThat(new Rehearsal(host.node(), new Ports(host.node())).check()).isEmpty();
  }
}
