package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which cluster begins, by how those before it have ended. */
class TurnsTest {
  private static final List<String> ORDER = List.of("a", "b", "c");

  private final List<String> calls = new ArrayList<>();

  private TurnsTest begin(String cluster, int canary) throws IOException {
    return call(Map.of("cluster", cluster, "order", ORDER, "canary", canary));
  }

  /** Where these are still in the play. */
  private TurnsTest beginAmong(List<String> order, String cluster) throws IOException {
    return call(Map.of("cluster", cluster, "order", order, "parallel", 1, "max_failed", 2));
  }

  private TurnsTest end(String cluster, int code, boolean begun) throws IOException {
    Map<String, Object> end = Map.of("outcome", code == 0 ? "unchanged" : "refused", "code", code);
    return call(Map.of("cluster", cluster, "end", end, "begun", begun));
  }

  private TurnsTest call(Map<String, Object> arguments) throws IOException {
    calls.add(Json.mapper().writeValueAsString(new TreeMap<>(arguments)));
    return this;
  }

  /** What the last call was answered: begins, waits, or why not. */
  private String last() throws IOException {
    JsonNode answers = Command.ofPlugin("turns.py", calls.toArray(String[]::new));
    JsonNode last = answers.get(answers.size() - 1);
    return last.isTextual()
        ? last.asText()
        : last.path("begin").asBoolean() ? "begins" : last.path("msg").asText();
  }

  @Test
  void none_begins_after_one_that_had_begun_and_failed() throws IOException {
    assertThat(begin("a", 0).end("a", 4, true).begin("b", 0).last())
        .contains("others did not end well (a: refused, code 4)");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 6})
  void one_that_was_refused_when_its_turn_had_come_stops_no_other(int code) throws IOException {
    assertThat(begin("a", 0).end("a", code, false).begin("b", 0).last()).isEqualTo("begins");
  }

  @Test
  void a_canary_that_was_not_due_any_more_proves_nothing() throws IOException {
    assertThat(begin("a", 1).end("a", 0, false).begin("b", 1).last()).isEqualTo("begins");
    assertThat(begin("c", 1).last()).isEqualTo("waits");
    assertThat(end("b", 0, true).begin("c", 1).last()).isEqualTo("begins");
  }

  @Test
  void one_that_has_left_the_play_before_its_turn_is_not_waited_for() throws IOException {
    assertThat(beginAmong(ORDER, "b").last()).isEqualTo("waits");
    assertThat(beginAmong(List.of("b", "c"), "b").last()).isEqualTo("begins");
  }

  @Test
  void one_that_has_left_the_play_in_its_turn_counts_as_failed_and_is_not_waited_for()
      throws IOException {
    beginAmong(ORDER, "a");
    assertThat(beginAmong(ORDER, "b").last()).isEqualTo("waits");
    assertThat(beginAmong(List.of("b", "c"), "b").last()).isEqualTo("begins");
    assertThat(end("b", 4, true).beginAmong(List.of("c"), "c").last())
        .contains("did not end well (a: failed, code 1, b: refused, code 4)");
  }
}
