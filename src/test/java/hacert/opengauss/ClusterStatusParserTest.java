package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import hacert.opengauss.ClusterStatus.Datanode;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One text fixture for each form that {@code gs_om -t status --detail} is known to print. */
class ClusterStatusParserTest {
  private static final String HEAD =
      "[   Cluster State   ]\n\ncluster_state   : Normal\n\n[  Datanode State   ]\n\n";

  private static ClusterStatus read(String name) {
    return ClusterStatusParser.parse(Fixtures.text("status", name)).orElseThrow();
  }

  private static Stream<String> fixtures() {
    return Fixtures.names("status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "cm-unreachable"})
  void takes_what_tells_no_state_of_a_cluster_for_no_status(String name) {
    assertThat(ClusterStatusParser.parse(Fixtures.text("status", name))).isEmpty();
  }

  @Test
  void takes_garbage_for_no_status_and_is_not_held_up_by_it() {
    for (String text : Fixtures.hostile()) {
      assertThat(Fixtures.soon(ClusterStatusParser::parse, text)).isEmpty();
      Fixtures.soon(ClusterStatusParser::parse, HEAD + text)
          .ifPresent(status -> assertThat(status.healthy()).isFalse());
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void reads_each_beginning_of_each_form(String name) {
    String text = Fixtures.text("status", name);
    int nodes = ClusterStatusParser.parse(text).map(s -> s.datanodes().size()).orElse(0);
    for (int end = 0; end < text.length(); end++) {
      Optional<ClusterStatus> status = ClusterStatusParser.parse(text.substring(0, end));
      assertThat(status.map(s -> s.datanodes().size()).orElse(0)).isLessThanOrEqualTo(nodes);
    }
  }

  @Test
  void finds_no_health_in_a_row_that_was_cut() {
    String text = Fixtures.text("status", "no-cm");
    int row = text.indexOf("2  db2");
    int end = text.lastIndexOf("Normal") + "Normal".length();
    for (int cut = row + 1; cut < end; cut++) {
      assertThat(ClusterStatusParser.parse(text.substring(0, cut)).orElseThrow().healthy())
          .as(text.substring(row, cut))
          .isFalse();
    }
    assertThat(ClusterStatusParser.parse(text.substring(0, end)).orElseThrow().healthy()).isTrue();
  }

  @Test
  void reads_the_documented_form() {
    ClusterStatus status = read("no-cm");
    assertThat(status.clusterState()).isEqualTo("Normal");
    assertThat(status.balanced()).isEmpty();
    assertThat(status.managed()).isFalse();
    assertThat(status.unread()).isEmpty();
    assertThat(status.datanodes())
        .containsExactly(
            new Datanode(
                1,
                "db1",
                "10.77.0.1",
                OptionalInt.of(15400),
                6001,
                "/opt/opengauss/data/dn1",
                "P",
                "Primary",
                "Normal"),
            new Datanode(
                2,
                "db2",
                "10.77.0.2",
                OptionalInt.of(15400),
                6002,
                "/opt/opengauss/data/dn1",
                "S",
                "Standby",
                "Normal"));
    assertThat(status.healthy()).isTrue();
    assertThat(status.switchedOver()).isFalse();
    assertThat(status.primaries()).extracting(Datanode::name).containsExactly("db1");
    assertThat(status.standbys()).extracting(Datanode::name).containsExactly("db2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"header-apart", "blank-lines-first", "crlf", "noise"})
  void reads_the_same_from_other_forms(String name) {
    assertThat(read(name)).isEqualTo(read("no-cm"));
  }

  @Test
  void reads_a_port_that_stands_behind_the_instance() {
    ClusterStatus status = read("cm");
    assertThat(status.managed()).isTrue();
    assertThat(status.balanced()).contains(true);
    assertThat(status.datanodes()).isEqualTo(read("no-cm").datanodes());
    assertThat(status.healthy()).isTrue();
  }

  @Test
  void reads_the_hosts_of_the_cluster_manager() {
    assertThat(read("cm").managers()).containsExactly("db1", "db2");
    assertThat(read("no-cm").managers()).isEmpty();
    String joined = "1  db1 10.77.0.1  1  /cm Primary | 2  AZ2 db3 10.77.0.3  2  /cm Standby";
    String text = Fixtures.text("status", "cm").replaceFirst("(?m)^1  db1 .*cm_server.*$", joined);
    assertThat(ClusterStatusParser.parse(text).orElseThrow().managers())
        .containsExactly("db1", "db3", "db2");
  }

  @Test
  void reads_datanodes_of_one_line_beside_blocks_of_cm_and_etcd() {
    ClusterStatus status = read("cm-etcd-joined");
    assertThat(status.managed()).isTrue();
    assertThat(status.balanced()).contains(false);
    assertThat(status.datanodes())
        .extracting(Datanode::name, Datanode::port, Datanode::instance, Datanode::currentRole)
        .containsExactly(
            tuple("db1", OptionalInt.of(15400), 6001, "Standby"),
            tuple("db2", OptionalInt.of(15400), 6002, "Primary"));
    assertThat(status.healthy()).isTrue();
    assertThat(status.switchedOver()).isTrue();
  }

  @Test
  void reads_older_versions_without_a_port() {
    assertThat(read("no-port").datanodes())
        .extracting(Datanode::port, Datanode::instance, Datanode::dataDirectory)
        .containsExactly(
            tuple(OptionalInt.empty(), 6001, "/opt/opengauss/data/dn1"),
            tuple(OptionalInt.empty(), 6002, "/opt/opengauss/data/dn1"));
    assertThat(read("joined").datanodes())
        .extracting(Datanode::name, Datanode::port, Datanode::installRole, Datanode::currentRole)
        .containsExactly(
            tuple("db1", OptionalInt.empty(), "P", "Primary"),
            tuple("db2", OptionalInt.empty(), "S", "Standby"),
            tuple("db3", OptionalInt.empty(), "C", "Cascade"));
    assertThat(read("joined").healthy()).isTrue();
    assertThat(read("joined").switchedOver()).isFalse();
  }

  @Test
  void reads_a_cascade_standby_of_two_words() {
    ClusterStatus status = read("cascade");
    assertThat(status.standbys())
        .extracting(Datanode::currentRole)
        .containsExactly("Standby", "Cascade Standby");
    assertThat(status.healthy()).isTrue();
    assertThat(status.switchedOver()).isFalse();
  }

  @Test
  void reads_ipv6_addresses() {
    assertThat(read("ipv6").datanodes())
        .extracting(Datanode::address)
        .containsExactly("fd00:77::1", "fd00:77::2");
    assertThat(read("ipv6").find("FD00:77::2").orElseThrow().name()).isEqualTo("db2");
  }

  @Test
  void reads_a_zone_before_the_host_and_no_data_directory() {
    ClusterStatus status =
        ClusterStatusParser.parse(
                HEAD
                    + "node node_ip instance state\n"
                    + "1  AZ1 db1 10.77.0.1 6001     P Primary Normal\n")
            .orElseThrow();
    assertThat(status.datanodes())
        .extracting(Datanode::name, Datanode::address, Datanode::dataDirectory)
        .containsExactly(tuple("db1", "10.77.0.1", ""));
  }

  @Test
  void tells_roles_that_are_not_those_of_the_installation() {
    assertThat(read("switched-over").switchedOver()).isTrue();
    assertThat(read("switched-over").healthy()).isTrue();
    assertThat(read("switched-over").primaries()).extracting(Datanode::name).containsExactly("db2");
    assertThat(read("down").switchedOver()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "down, Unavailable, Down, Manually stopped",
    "unknown, Degraded, Unknown, Unknown",
    "need-repair, Degraded, Standby, Need repair(Disconnected)",
    "starting, Unavailable, Standby, Starting",
    "catchup, Degraded, Standby, Catchup",
    "building, Degraded, Standby, Building(23%)"
  })
  void reads_ill_health(String name, String cluster, String role, String state) {
    ClusterStatus status = read(name);
    assertThat(status.clusterState()).isEqualTo(cluster);
    assertThat(status.healthy()).isFalse();
    assertThat(status.unread()).isEmpty();
    assertThat(status.datanodes().get(1))
        .extracting(Datanode::currentRole, Datanode::state, Datanode::healthy)
        .containsExactly(role, state, false);
  }

  @Test
  void keeps_a_state_of_the_cluster_that_it_does_not_know() {
    assertThat(read("other-state").clusterState()).isEqualTo("Balancing");
    assertThat(read("other-state").healthy()).isFalse();
  }

  @Test
  void finds_no_health_beside_a_row_that_it_cannot_read() {
    ClusterStatus status = read("unread-row");
    assertThat(status.datanodes()).hasSize(2);
    assertThat(status.unread()).hasSize(1).first().asString().startsWith("3  db3");
    assertThat(status.healthy()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1  db1 10.77.0.1 70000 6001 /data P Primary Normal",
        "1  db1 10.77.0.1 0 6001 /data P Primary Normal",
        "1  db1 10.77.0.1 15400 6001 7 /data P Primary Normal",
        "1  db1 10.77.0.1 99999999999999999999 /data P Primary Normal",
        "AZ1 1  db1 10.77.0.1 15400 6001 /data P Primary Normal",
        "1  db1 10.77.0.1 15400 6001 /data P",
        "1"
      })
  void reads_no_datanode_from_a_row_of_another_form(String row) {
    ClusterStatus status =
        ClusterStatusParser.parse(HEAD + "node node_ip port instance state\n" + row).orElseThrow();
    assertThat(status.datanodes()).isEmpty();
    assertThat(status.unread()).containsExactly(row);
  }

  @Test
  void tells_port_and_instance_by_the_heading_alone() {
    String row = "1  db1 10.77.0.1 15400 6001 /data P Primary Normal";
    ClusterStatus status = ClusterStatusParser.parse(HEAD + row).orElseThrow();
    assertThat(status.datanodes()).isEmpty();
    assertThat(status.unread()).containsExactly(row);
  }

  @Test
  void believes_no_status_that_is_printed_twice() {
    String text = Fixtures.text("status", "no-cm");
    ClusterStatus status = ClusterStatusParser.parse(text + text).orElseThrow();
    assertThat(status.datanodes()).hasSize(2);
    assertThat(status.unread()).hasSize(3);
    assertThat(status.healthy()).isFalse();
  }

  @Test
  void finds_only_a_datanode_that_is_meant_without_doubt() {
    ClusterStatus status = read("joined");
    assertThat(status.find("10.77.0.2").orElseThrow().instance()).isEqualTo(6002);
    assertThat(status.find("DB3").orElseThrow().instance()).isEqualTo(6003);
    assertThat(status.find("/opt/opengauss/data/dn1").orElseThrow().instance()).isEqualTo(6001);
    assertThat(status.find("db4")).isEmpty();
    assertThat(status.find("")).isEmpty();
    assertThat(read("no-cm").find("/opt/opengauss/data/dn1")).isEmpty();
  }

  @Test
  void takes_no_cluster_for_running_of_which_no_datanode_is_seen_or_a_line_is_not_understood() {
    String head = "[   Cluster State   ]\ncluster_state   : Unavailable\n[  Datanode State   ]\n";
    assertThat(ClusterStatusParser.parse(head).orElseThrow().up()).isFalse();
    String heading = "    node  node_ip         port      instance      state\n";
    String row = "1  db1 10.77.0.1       15400      6001 /data/dn1   P %s\n";
    String up = head + heading + row.formatted("Primary Normal");
    assertThat(ClusterStatusParser.parse(up).orElseThrow().up()).isTrue();
    assertThat(ClusterStatusParser.parse(up + "2  db2 ?\n").orElseThrow().up()).isFalse();
    for (String state : new String[] {"Down    Manually stopped", "Manually stopped", "Unknown"}) {
      String text = head + heading + row.formatted(state);
      assertThat(ClusterStatusParser.parse(text).orElseThrow().up()).as(state).isFalse();
    }
  }
}
