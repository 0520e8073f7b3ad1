package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import hacert.host.HostException;
import hacert.host.HurriedClock;
import hacert.host.Ticks;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of a gs_om that says odd things while the cluster stops, starts and is proven. */
class ClusterRestartTest {
  static final ManagedNode.Proving PROVING = proving(true);

  static ManagedNode.Proving proving(boolean replaced) {
    return new ManagedNode.Proving(
        HaRole.UNKNOWN,
        replaced,
        List.of(),
        false,
        "",
        Optional.empty(),
        "",
        List.of(),
        Optional.empty());
  }

  @TempDir private Path base;
  private GaussHost host;
  private String said = "stopping";

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

  /** Both nodes are shown so after a stop that ended with this code. */
  private String stopped(int code, String first, String second) throws Exception {
    host.status("Primary Normal", "Standby Normal");
    LocalNode node = host.node();
    node.rolesWritten(false);
    node.remember(node.status());
    host.status(first, second);
    Path shown = base.resolve("status");
    if (first.isEmpty()) {
      Files.writeString(shown, "cm_ctl: can't connect to cm_server.\n");
    }
    host.script(
        "gs_om",
        "[ \"$2\" = status ] && exec cat '" + shown + "'",
        "printf '" + said + "\n'; exit " + code);
    try {
      return new ClusterRestart(node, new Ports(node)).stop(base.resolve("stop"));
    } catch (HostException e) {
      return e.code();
    }
  }

  @Test
  void a_stop_is_believed_where_the_stopped_cluster_tells_nothing() throws Exception {
    assertThat(stopped(0, "", "")).isEqualTo("all nodes are stopped");
  }

  @Test
  void a_stop_that_failed_is_not_believed_where_the_cluster_tells_nothing() throws Exception {
    assertThat(stopped(1, "", "")).isEqualTo("STOP_FAILED");
  }

  /** With a cluster manager gs_om tries by force what it could not stop, and ends with 0 anyway. */
  @Test
  void a_stop_that_was_given_up_is_not_believed() throws Exception {
    said =
        "Failed to stop cluster. Try to stop it forcibly. Error:\nFailed to stop cluster forcibly.";
    assertThat(stopped(0, "", "")).isEqualTo("STOP_FAILED");
    assertThat(stopped(0, "Down    Manually stopped", "Unknown Unknown")).isEqualTo("STOP_FAILED");
    said =
        "Failed to stop cluster. Try to stop it forcibly. Error:\nSuccessfully stopped cluster forcibly.";
    assertThat(stopped(0, "", "")).isEqualTo("all nodes are stopped");
  }

  @ParameterizedTest
  @CsvSource({
    "0, Down    Manually stopped,   Down    Manually stopped, all nodes are stopped",
    "1, Down    Manually stopped,   Down    Manually stopped, all nodes are stopped",
    "0, Primary Manually stopped,   Down    Manually stopped, all nodes are stopped",
    "0, Down    Manually stopped,   Unknown Unknown,          all nodes are stopped",
    "1, Down    Manually stopped,   Unknown Unknown,          STOP_FAILED",
    "0, Down    Manually stopped,   Standby Normal,           STOP_FAILED"
  })
  void a_node_counts_as_stopped_where_the_status_says_so(
      int code, String first, String second, String told) throws Exception {
    assertThat(stopped(code, first, second)).isEqualTo(told);
  }

  private String refreshed(int code, Optional<Boolean> anywhere) throws Exception {
    Path calls = base.resolve("calls");
    Path shown = base.resolve("status");
    host.script(
        "gs_om",
        "[ \"$2\" = status ] && touch '" + base.resolve("asked") + "' && exec cat '" + shown + "'",
        "echo $2 >>'" + calls + "'",
        "[ $2 = stop ] && sed -i 's/Primary Normal\\|Standby .*\\|Pending .*/Down    Manually stopped/' '"
            + shown
            + "'",
        "[ $2 != refreshconf ] || exit " + code);
    LocalNode node = host.node();
    anywhere.ifPresent(node::rolesWritten);
    try {
      new ClusterRestart(node, new Ports(node)).stop(base.resolve("stop"));
    } catch (HostException e) {
      assertThat(e.getMessage()).contains("bin/cluster_dynamic_config on this node or on all");
      return e.code();
    }
    return String.join(" ", Files.readAllLines(calls));
  }

  @Test
  void writes_the_roles_down_anew_before_a_stop_where_they_were_ever_written() throws Exception {
    Files.createFile(base.resolve("app/bin/cluster_dynamic_config"));
    assertThat(refreshed(0, Optional.of(false))).isEqualTo("refreshconf stop");
  }

  /** A call that failed has removed it here, and a start takes that of another node. */
  @Test
  void writes_them_anew_where_another_node_has_them_or_that_is_not_known() throws Exception {
    assertThat(refreshed(0, Optional.of(true))).isEqualTo("refreshconf stop");
    Files.delete(base.resolve("calls"));
    host.status("Primary Normal", "Standby Normal");
    assertThat(refreshed(0, Optional.empty())).isEqualTo("refreshconf stop");
  }

  @Test
  void writes_none_where_no_node_has_them() throws Exception {
    assertThat(refreshed(0, Optional.of(false))).isEqualTo("stop");
  }

  /** Of such a node gs_om would write down that it is a standby. */
  @ParameterizedTest
  @ValueSource(strings = {"Down    Manually stopped", "Unknown Unknown", "Pending Normal"})
  void writes_none_where_not_every_node_is_seen_in_a_role(String second) throws Exception {
    host.status("Primary Normal", second);
    assertThat(refreshed(0, Optional.of(true))).isEqualTo("stop");
  }

  @Test
  void writes_them_of_nodes_that_are_ill_and_have_a_role() throws Exception {
    host.status("Primary Normal", "Standby Need repair(Disconnected)");
    assertThat(refreshed(0, Optional.of(true))).isEqualTo("refreshconf stop");
  }

  /** A call that was killed has left it at work: it stops the nodes whose roles would be told. */
  @Test
  void writes_none_beside_a_stop_that_still_works() throws Exception {
    begin("stop");
    assertThat(refreshed(0, Optional.of(true))).isEqualTo("stop");
  }

  @Test
  void waits_for_one_that_still_writes_them_before_it_stops() throws Exception {
    begin("refreshconf");
    host.status("Primary Normal", "Down    Manually stopped");
    assertThat(refreshed(0, Optional.of(true))).isEqualTo("refreshconf stop");
  }

  /** A gs_om of an earlier call, which ends some time after the next one has come to look. */
  private void begin(String action) throws Exception {
    host.ticks = Ticks.system();
    String wait = "until [ -e '" + base.resolve("asked") + "' ]; do sleep 0.1; done; sleep 3; ";
    host.host()
        .detached()
        .startOrAttach(
            base.resolve(action + "-1"),
            host.node().installation().command("sh", "-c", wait + "gs_om -t " + action));
  }

  @Test
  void writes_them_again_where_a_call_that_failed_may_have_taken_them_away() throws Exception {
    assertThat(refreshed(1, Optional.of(true))).isEqualTo("ROLES_NOT_WRITTEN");
    host.status("Primary Normal", "Down    Manually stopped");
    assertThat(refreshed(1, Optional.of(true))).isEqualTo("ROLES_NOT_WRITTEN");
    assertThat(refreshed(0, Optional.of(true))).endsWith("refreshconf stop");
  }

  @Test
  void stops_nothing_where_the_roles_cannot_be_written_down() throws Exception {
    assertThat(refreshed(1, Optional.of(true))).isEqualTo("ROLES_NOT_WRITTEN");
    assertThat(Files.readAllLines(base.resolve("calls"))).containsExactly("refreshconf");
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
  void a_step_of_the_clock_ends_no_wait_for_the_status() throws Exception {
    host.ticks = Ticks.system();
    firstUnreadable("Primary Normal");
    ClusterStatus seen = host.node().await(ClusterStatus::up, host.host().inSeconds(60));
    assertThat(seen.up()).isTrue();
  }

  @Test
  void proves_through_a_status_that_cannot_be_read_at_first() throws Exception {
    firstUnreadable("Primary Normal");
    LocalNode node = host.node();
    try (InstalledBundle installed =
        new InstalledBundle(host.data(), host.om(), Samples.CLOCK.instant())) {
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
    assertThat(List.of(0644, 0640, 0604, 0700)).noneMatch(node::keepsMode);
    assertThat(List.of(0600, 0400)).allMatch(node::keepsMode);
  }
}
