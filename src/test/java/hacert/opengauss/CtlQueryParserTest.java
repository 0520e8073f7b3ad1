package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import hacert.opengauss.CtlQuery.Connection;
import hacert.probe.Endpoint;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One text fixture for each form that {@code gs_ctl query} is known to print. */
class CtlQueryParserTest {
  private static CtlQuery read(String name) {
    return CtlQueryParser.parse(Fixtures.text("query", name)).orElseThrow();
  }

  private static Stream<String> fixtures() {
    return Fixtures.names("query");
  }

  private static Optional<Endpoint> end(String host, int port) {
    return Optional.of(new Endpoint(host, port, Endpoint.Mode.POSTGRES));
  }

  @Test
  void takes_a_server_that_is_down_for_no_answer() {
    assertThat(CtlQueryParser.parse(Fixtures.text("query", "down"))).isEmpty();
  }

  @Test
  void takes_garbage_for_no_answer_and_is_not_held_up_by_it() {
    for (String text : Fixtures.hostile()) {
      assertThat(Fixtures.soon(CtlQueryParser::parse, text)).isEmpty();
      assertThatCode(
              () ->
                  Fixtures.soon(
                      CtlQueryParser::parse,
                      "HA state:\nlocal_role : " + text + "\nSenders info:\n"))
          .doesNotThrowAnyException();
      assertThatCode(() -> Fixtures.soon(CtlQueryParser::parse, "Senders info:\nchannel : " + text))
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void reads_each_beginning_of_each_form(String name) {
    String text = Fixtures.text("query", name);
    int senders = CtlQueryParser.parse(text).map(q -> q.senders().size()).orElse(0);
    for (int end = 0; end < text.length(); end++) {
      Optional<CtlQuery> query = CtlQueryParser.parse(text.substring(0, end));
      assertThat(query.map(q -> q.senders().size()).orElse(0)).isLessThanOrEqualTo(senders);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"primary-alone", "standby-disconnected"})
  void finds_no_replication_where_nobody_is_connected(String name) {
    assertThat(read(name).replicationConnected()).isFalse();
  }

  @Test
  void finds_no_replication_where_one_sender_of_several_does_not_stream() {
    String text = Fixtures.text("query", "primary-of-three");
    String broken = text.replace(": Catchup", ": Startup");
    assertThat(CtlQueryParser.parse(broken).orElseThrow().replicationConnected()).isFalse();
    assertThat(CtlQueryParser.parse(text).orElseThrow().replicationConnected()).isTrue();
  }

  @Test
  void reads_a_primary() {
    CtlQuery query = read("primary");
    assertThat(query.localRole()).isEqualTo("Primary");
    assertThat(query.staticConnections()).isEqualTo(OptionalInt.of(1));
    assertThat(query.dbState()).isEqualTo("Normal");
    assertThat(query.detail()).isEqualTo("Normal");
    assertThat(query.senders())
        .containsExactly(
            new Connection(
                "Standby",
                "Normal",
                "Streaming",
                "Sync",
                end("10.77.0.1", 15401),
                end("10.77.0.2", 35144)));
    assertThat(query.receivers()).isEmpty();
    assertThat(query.replicationConnected()).isTrue();
  }

  @Test
  void reads_each_sender_of_several() {
    CtlQuery query = read("primary-of-three");
    assertThat(query.senders())
        .extracting(Connection::state)
        .containsExactly("Streaming", "Catchup", "Streaming");
    assertThat(query.senders())
        .extracting(Connection::remote)
        .containsExactly(
            end("10.77.0.2", 35144), end("10.77.0.3", 35146), end("fd00:77::4", 35148));
  }

  @Test
  void reads_a_standby() {
    CtlQuery query = read("standby");
    assertThat(query.senders()).isEmpty();
    assertThat(query.receivers())
        .containsExactly(
            new Connection(
                "Primary",
                "Normal",
                "Normal",
                "",
                end("10.77.0.2", 35144),
                end("10.77.0.1", 15401)));
    assertThat(query.replicationConnected()).isTrue();
  }

  @Test
  void reads_why_a_standby_needs_repair() {
    CtlQuery query = read("standby-disconnected");
    assertThat(query.dbState()).isEqualTo("Need repair");
    assertThat(query.detail()).isEqualTo("Disconnected");
  }

  @Test
  void asks_a_server_that_is_alone_for_no_replication() {
    assertThat(read("single").localRole()).isEqualTo("Normal");
    assertThat(read("single").replicationConnected()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.77.0.1:0-->10.77.0.2:70000", "10.77.0.1-->10.77.0.2", "(null)"})
  void leaves_out_ends_that_are_none(String channel) {
    String text = Fixtures.text("query", "primary").replaceFirst("10.77.0.1:15401-->.*", channel);
    Connection sender = CtlQueryParser.parse(text).orElseThrow().senders().get(0);
    assertThat(sender.local()).isEmpty();
    assertThat(sender.remote()).isEmpty();
    assertThat(sender.flowing()).isTrue();
  }
}
