package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes each with a clock of its own. */
class ClocksTest {
  @TempDir Path base;
  private TwoHosts pair;
  private List<Map<String, String>> before;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
    before = installed();
  }

  private void shift(TestHost host, Duration by) {
    host.clock = Clock.offset(pair.clock, by);
  }

  private List<Map<String, String>> installed() throws Exception {
    List<Map<String, String>> installed = new ArrayList<>();
    for (TestHost host : pair.hosts()) {
      installed.add(host.installed());
    }
    return installed;
  }

  private void assertUntouched() throws Exception {
    assertThat(installed()).isEqualTo(before);
    for (TestHost host : pair.hosts()) {
      assertThat(host.count("replaces")).isZero();
      assertThat(host.count("restarts")).isZero();
    }
  }

  /** Far from the limit: on a busy machine seconds pass between question and answer. */
  @ParameterizedTest
  @ValueSource(ints = {90, -90})
  void more_than_a_minute_apart_is_refused_and_nothing_is_touched(int seconds) throws Exception {
    shift(pair.two, Duration.ofSeconds(seconds));
    Driver.End end = pair.rotate();
    assertThat(end.exit()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).contains("CLOCK_SKEW");
    assertUntouched();
    assertThat(pair.hosts())
        .noneMatch(host -> host.state().resolve("journal.json").toFile().exists());
  }

  @ParameterizedTest
  @ValueSource(ints = {30, -30})
  void less_than_a_minute_apart_is_rotated(int seconds) throws Exception {
    shift(pair.two, Duration.ofSeconds(seconds));
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    for (TestHost host : pair.hosts()) {
      assertThat(host.runsWhatIsInstalled()).isTrue();
    }
  }

  @Tag("long")
  @Test
  void a_clock_that_is_set_back_after_discover_is_refused_and_mended_is_no_hindrance()
      throws Exception {
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              if (request.operation().equals("stage")) {
                shift(pair.two, Duration.ofHours(-2));
              }
              return agent.ask(request, secrets);
            };
    Driver.End end = pair.rotate();
    assertThat(end.exit()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).contains("CERT_NOT_YET_VALID");
    assertUntouched();

    shift(pair.two, Duration.ZERO);
    pair.way = (host, agent) -> agent;
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.DONE);
    for (TestHost host : pair.hosts()) {
      assertThat(host.runsWhatIsInstalled()).isTrue();
    }
  }
}
