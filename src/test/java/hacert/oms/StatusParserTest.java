package hacert.oms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import hacert.oms.OmsStatus.NodeRow;
import hacert.oms.OmsStatus.ResourceRow;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One text fixture for each form that {@code status-oms.sh} is known, or feared, to print. */
class StatusParserTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  static String fixture(String name) {
    try (InputStream in =
        StatusParserTest.class.getResourceAsStream("/hacert/oms/status/" + name + ".txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static OmsStatus read(String name) {
    return StatusParser.parse(fixture(name)).orElseThrow();
  }

  private static Optional<OmsStatus> parseSoon(String text) {
    return Assertions.assertTimeoutPreemptively(SOON, () -> StatusParser.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "table-without-rows"})
  void takes_what_has_no_row_of_a_node_for_no_status(String name) {
    assertThat(StatusParser.parse(fixture(name))).isEmpty();
  }

  @Test
  void takes_nothing_and_garbage_for_no_status() {
    byte[] garbage = new byte[1 << 20];
    new Random(20261122).nextBytes(garbage);
    assertThat(StatusParser.parse("")).isEmpty();
    assertThat(parseSoon(new String(garbage, StandardCharsets.UTF_8))).isEmpty();
    assertThat(parseSoon(new String(garbage, StandardCharsets.ISO_8859_1))).isEmpty();
    assertThat(StatusParser.parse("NodeName\u0000HAActive\n\u001B[")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", " ", "=", ":", "\t", "\u001B[", "\u001B[1;", "a ", "-", "NodeName "})
  void is_not_held_up_by_lines_of_a_megabyte(String unit) {
    String line = unit.repeat((1 << 20) / unit.length());
    assertThat(parseSoon(line)).isEmpty();
    assertThat(parseSoon("HAMode" + line + "x y")).isEmpty();
    String text = fixture("documented").replace("HAMode\n", "HAMode\ndouble\n" + line + "\n");
    assertThat(parseSoon(text.replace("double\ndouble", "double"))).isNotNull();
  }

  @Test
  void looks_at_the_first_lines_of_a_hundred_thousand() {
    String row = "192-0-2-1 host V1 2014-11-18 23:43:02 active normal Actived\n";
    String header = "NodeName HostName HAVersion StartTime HAActive HAAllResOK HARunPhase\n";
    assertThat(parseSoon("noise\n".repeat(100_000) + header + row)).isEmpty();
    assertThat(parseSoon(header + row.repeat(100_000)).orElseThrow().nodes())
        .hasSizeLessThan(10_001);
  }

  @Test
  void reads_both_documented_tables() {
    OmsStatus status = read("documented");
    assertThat(status.mode()).isEqualTo("double");
    assertThat(status.nodes())
        .containsExactly(
            new NodeRow(
                "192-168-0-30",
                "mgtomsdat-sh-3-01-1",
                "2014-11-18 23:43:02",
                "active",
                "normal",
                "actived"),
            new NodeRow(
                "192-168-0-24",
                "mgtomsdat-sh-3-01-2",
                "2014-11-21 07:14:02",
                "standby",
                "normal",
                "deactived"));
    assertThat(status.resources())
        .extracting(ResourceRow::nodeName, ResourceRow::name, ResourceRow::status)
        .containsExactly(
            tuple("192-168-0-30", "acs", "normal"),
            tuple("192-168-0-30", "gaussDB", "active_normal"),
            tuple("192-168-0-24", "acs", "stopped"),
            tuple("192-168-0-24", "gaussDB", "standby_normal"));
    assertThat(status.resources()).noneMatch(ResourceRow::inTrouble);
    assertThat(status.settled()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "header-with-a-blank",
        "mode-on-the-header-line",
        "no-blank-line",
        "crlf",
        "coloured",
        "coloured-by-tput",
        "coloured-on-a-console",
        "other-widths",
        "capital-health",
        "noise"
      })
  void reads_the_same_from_other_forms(String name) {
    OmsStatus status = read(name);
    assertThat(status.mode()).isEqualTo("double");
    assertThat(status.nodes()).isEqualTo(read("documented").nodes());
    assertThat(status.resources()).containsAll(read("documented").resources());
    assertThat(status.settled()).isTrue();
  }

  @Test
  void reads_upper_case_but_for_the_names() {
    OmsStatus status = read("upper-case");
    assertThat(status.mode()).isEqualTo("double");
    assertThat(status.settled()).isTrue();
    assertThat(status.nodes()).allMatch(NodeRow::normal);
  }

  @Test
  void reads_the_first_table_alone() {
    assertThat(read("first-table-alone").nodes()).isEqualTo(read("documented").nodes());
    assertThat(read("first-table-alone").resources()).isEmpty();
  }

  @Test
  void reads_tables_without_a_mode() {
    assertThat(read("no-mode").mode()).isEmpty();
    assertThat(read("no-mode").nodes()).isEqualTo(read("documented").nodes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"start-time-missing", "start-time-unknown"})
  void counts_columns_from_the_right_where_the_start_time_is_missing(String name) {
    assertThat(read(name).nodes())
        .extracting(NodeRow::hostName, NodeRow::startTime, NodeRow::active, NodeRow::runPhase)
        .containsExactly(
            tuple("mgtomsdat-sh-3-01-1", "", "active", "actived"),
            tuple("mgtomsdat-sh-3-01-2", "", "standby", "deactived"));
  }

  @Test
  void keeps_underscores_of_names() {
    assertThat(read("underscores").nodes())
        .extracting(NodeRow::nodeName)
        .containsExactly("192_168_0_30", "192_168_0_24");
  }

  @Test
  void trusts_no_role_of_transient_states() {
    OmsStatus status = read("null-states");
    assertThat(status.settled()).isFalse();
    assertThat(status.nodes()).extracting(NodeRow::active).containsExactly("null", "null");
    assertThat(status.nodes()).noneMatch(NodeRow::steady).noneMatch(NodeRow::normal);
  }

  @Test
  void reads_unknown_values_as_null() {
    OmsStatus status = read("unknown-values");
    assertThat(status.nodes().get(0))
        .isEqualTo(new NodeRow("192-168-0-30", "mgtomsdat-sh-3-01-1", "", "null", "null", "null"));
    assertThat(status.nodes().get(1).steady()).isTrue();
    assertThat(status.settled()).isFalse();
    assertThat(status.resources().get(1).status()).isEqualTo("null");
  }

  @Test
  void takes_any_list_of_resources_and_tells_those_in_trouble() {
    assertThat(read("other-resources").resources()).hasSize(18);
    assertThat(read("other-resources").resources())
        .filteredOn(ResourceRow::inTrouble)
        .extracting(ResourceRow::name)
        .containsExactly("okerberos", "disk-1.2_x", "okerberos", "disk-1.2_x");
  }

  @Test
  void reads_a_single_node_two_actives_and_ill_health() {
    assertThat(read("single").mode()).isEqualTo("single");
    assertThat(read("single").nodes()).hasSize(1);
    assertThat(read("single").settled()).isFalse();
    assertThat(read("two-actives").nodes()).allMatch(NodeRow::steady);
    assertThat(read("abnormal").nodes()).noneMatch(NodeRow::normal);
    assertThat(read("abnormal").settled()).isTrue();
  }

  @Test
  void a_health_that_is_not_found_out_yet_is_still_to_be_told() {
    String told =
        "HAMode\ndouble\nNodeName HostName HAVersion StartTime HAActive HAAllResOK HARunPhase\n";
    String active = "192-0-2-11 a V1 2026-11-01 00:00:00 active %s Actived\n";
    String standby = "192-0-2-12 b V1 2026-11-01 00:00:00 standby normal Deactived\n";
    assertThat(parsed(told + active.formatted("NULL") + standby).settled()).isTrue();
    assertThat(parsed(told + active.formatted("NULL") + standby).told()).isFalse();
    assertThat(parsed(told + active.formatted("abnormal") + standby).told()).isTrue();
    assertThat(parsed(told + active.formatted("normal") + standby).told()).isTrue();
  }

  private static OmsStatus parsed(String text) {
    return StatusParser.parse(text).orElseThrow();
  }
}
