package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import hacert.host.HostException;
import hacert.host.HurriedClock;
import hacert.probe.Endpoint;
import hacert.result.Finding;
import hacert.target.HaRole;
import hacert.target.ManagedNode;
import hacert.target.ManagedNode.Proof;
import hacert.target.NodeIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of a gs_om that says odd things while the cluster stops, starts and is proven. */
class ClusterRestartTest {
  private static final ManagedNode.Proving PROVING =
      new ManagedNode.Proving(
          HaRole.UNKNOWN, true, false, "", Optional.empty(), "", List.of(), Optional.empty());

  @TempDir private Path base;
  private GaussHost host;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    host.clock = new HurriedClock(Duration.ofMinutes(1));
  }

  /** The first status is none, as while a cluster starts; then both nodes are shown so. */
  private void firstUnreadable(String state) throws Exception {
    host.status(state, state);
    Path status = base.resolve("status");
    // Nobody listens there.
    Files.writeString(status, Files.readString(status).replaceAll("192.0.2.1[12]", "127.0.0.1"));
    host.script(
        "gs_om",
        "[ \"$2\" = status ] || exit 0",
        "[ -e '" + base.resolve("asked") + "' ] && exec cat '" + status + "'",
        "touch '" + base.resolve("asked") + "'",
        "echo '[GAUSS-51400] : Failed to execute the command.' >&2; exit 1");
  }

  @Test
  void waits_through_a_status_that_cannot_be_read_while_the_cluster_starts() throws Exception {
    firstUnreadable("Down    Manually stopped");
    ClusterRestart restart = new ClusterRestart(host.node(), new Ports(host.node()));
    assertThatThrownBy(() -> restart.start(base.resolve("start"), false))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.code()).isEqualTo("START_FAILED"));
  }

  @Test
  void proves_through_a_status_that_cannot_be_read_at_first() throws Exception {
    firstUnreadable("Primary Normal");
    LocalNode node = host.node();
    try (InstalledBundle installed = new InstalledBundle(host.data(), host.om())) {
      Proof proof = new ClusterProof(node, new Ports(node), installed).prove("", "", true, PROVING);
      assertThat(proof.findings().stream().map(Finding::code))
          .contains("TLS_NOT_PROVEN")
          .doesNotContain("STATUS_UNREADABLE");
    }
  }

  @Test
  void says_what_gs_om_said_instead_of_a_status() throws Exception {
    host.script("gs_om", "echo '[GAUSS-51802] : Failed to obtain the PGHOST.' >&2; exit 1");
    assertThatThrownBy(() -> host.node().status())
        .hasMessageContaining("code 1")
        .hasMessageContaining("GAUSS-51802");
  }

  @Test
  void takes_the_usual_port_where_neither_status_nor_settings_name_one() throws Exception {
    host.configuration("ssl = on");
    ClusterStatus.Datanode row =
        new ClusterStatus.Datanode(
            1, "db1", "192.0.2.11", OptionalInt.empty(), 6001, "", "P", "Primary", "Normal");
    assertThat(new Ports(host.node()).of(row))
        .containsExactly(
            new Endpoint("192.0.2.11", 5432, Endpoint.Mode.POSTGRES),
            new Endpoint("192.0.2.11", 5433, Endpoint.Mode.POSTGRES));
  }

  /** A key that others could read was refused by the server: its mode must not come back. */
  @Test
  void leaves_a_mode_that_lets_others_in_behind() throws Exception {
    ManagedNode node =
        new OpenGaussTarget()
            .open(
                host.host(),
                new NodeIdentity("db1", "192.0.2.11", 22, ""),
                "opengauss",
                JsonNodeFactory.instance.objectNode(),
                host.options());
    assertThat(List.of(0644, 0640, 0604)).noneMatch(node::keepsMode);
    assertThat(List.of(0600, 0400)).allMatch(node::keepsMode);
  }
}
