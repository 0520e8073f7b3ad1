package hacert.oms;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.oms.OmsStatus.NodeRow;
import hacert.target.NodeIdentity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SelfRowTest {
  private static final OmsStatus STATUS = StatusParserTest.read("documented");

  private static Optional<String> self(
      OmsStatus status, String name, String address, String statusName, Map<String, String> env) {
    return new SelfRow(new NodeIdentity(name, address, 22, statusName), env)
        .in(status)
        .map(NodeRow::nodeName);
  }

  private static OmsStatus of(NodeRow... rows) {
    return new OmsStatus("double", List.of(rows), List.of());
  }

  private static NodeRow row(String nodeName, String hostName) {
    return new NodeRow(nodeName, hostName, "", "active", "normal", "actived");
  }

  @Test
  void names_no_row_where_nothing_fits() {
    assertThat(self(STATUS, "a", "192.0.2.1", "", Map.of())).isEmpty();
    assertThat(self(STATUS, "a", "host.invalid", "", Map.of())).isEmpty();
    assertThat(self(STATUS, "a", null, "", Map.of())).isEmpty();
    assertThat(self(STATUS, "a", "", "", Map.of("SSH_CONNECTION", "odd"))).isEmpty();
  }

  @Test
  void names_no_row_where_two_fit() {
    OmsStatus twice = of(row("192-168-0-30", "x"), row("192_168_0_30", "y"));
    assertThat(self(twice, "a", "192.168.0.30", "", Map.of())).isEmpty();
  }

  @Test
  void an_operators_word_that_fits_no_row_is_not_overruled_by_the_address() {
    assertThat(self(STATUS, "a", "192.168.0.30", "192-168-9-9", Map.of())).isEmpty();
  }

  @Test
  void a_node_without_an_address_is_not_a_row_without_a_host_name() {
    OmsStatus short4 = of(row("10-0-0-1", ""), row("10-0-0-2", "other"));
    assertThat(self(short4, "a", "", "", Map.of())).isEmpty();
  }

  @Test
  void an_operators_word_comes_first() {
    assertThat(self(STATUS, "a", "192.168.0.30", "192_168_0_24", Map.of()))
        .contains("192-168-0-24");
    assertThat(self(STATUS, "a", "192.168.0.30", "mgtomsdat-sh-3-01-2", Map.of()))
        .contains("192-168-0-24");
  }

  @Test
  void the_address_names_rows_with_dashes_and_with_underscores() {
    assertThat(self(STATUS, "a", "192.168.0.30", "", Map.of())).contains("192-168-0-30");
    assertThat(self(StatusParserTest.read("underscores"), "a", "192.168.0.24", "", Map.of()))
        .contains("192_168_0_24");
  }

  @Test
  void the_connection_tells_behind_a_translated_address() {
    assertThat(
            self(
                STATUS,
                "a",
                "203.0.113.9",
                "",
                Map.of("SSH_CONNECTION", "192.168.0.1 50000 192.168.0.24 22")))
        .contains("192-168-0-24");
  }

  /** Counts what is looked up, and knows one name. */
  private static final class Resolver implements SelfRow.Names {
    private int asked;

    @Override
    public List<String> addresses(String host) {
      asked++;
      return host.equals("node.example") ? List.of("192.168.0.24") : List.of();
    }

    @Override
    public String self() {
      asked++;
      return "mgtomsdat-sh-3-01-1";
    }
  }

  private static SelfRow row(String address, Resolver names) {
    return new SelfRow(new NodeIdentity("a", address, 22, ""), Map.of(), names);
  }

  @Test
  void nothing_is_looked_up_where_the_address_itself_tells() {
    Resolver names = new Resolver();
    assertThat(row("192.168.0.30", names).in(STATUS)).isPresent();
    assertThat(names.asked).isZero();
  }

  @Test
  void what_has_to_be_looked_up_is_looked_up_once() {
    Resolver names = new Resolver();
    SelfRow byAddress = row("node.example", names);
    for (int time = 0; time < 3; time++) {
      assertThat(byAddress.in(STATUS).map(NodeRow::nodeName)).contains("192-168-0-24");
    }
    assertThat(names.asked).isEqualTo(1);
    SelfRow byName = row("other.example", names);
    for (int time = 0; time < 3; time++) {
      assertThat(byName.in(STATUS).map(NodeRow::nodeName)).contains("192-168-0-30");
    }
    assertThat(names.asked).isEqualTo(3);
  }

  @Test
  void the_host_name_tells_at_last() {
    assertThat(self(STATUS, "a", "203.0.113.9", "", Map.of("HOSTNAME", "MGTOMSDAT-SH-3-01-1")))
        .contains("192-168-0-30");
    assertThat(self(STATUS, "mgtomsdat-sh-3-01-2", "203.0.113.9", "", Map.of()))
        .contains("192-168-0-24");
  }
}
