package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the action plugin makes of a host that refuses its state directory. */
class UnsafeStateTest {
  private static JsonNode answer(String operation) throws IOException {
    return Command.ofPlugin("unsafe.py", operation);
  }

  @ParameterizedTest
  @ValueSource(strings = {"discover", "stage", "apply"})
  void is_a_refusal_with_a_finding(String operation) throws IOException {
    JsonNode answer = answer(operation);
    // What is found on a host is for decide to judge.
    assertThat(answer.get("failed").asBoolean()).isEqualTo(!operation.equals("discover"));
    JsonNode result = answer.get("hacert");
    assertThat(result.get("outcome").asText()).isEqualTo("refused");
    assertThat(result.get("exit_code").asInt()).isEqualTo(3);
    JsonNode finding = result.get("findings").get(0);
    assertThat(finding.get("code").asText()).isEqualTo("STATE_DIRECTORY_UNSAFE");
    assertThat(finding.get("message").asText())
        .contains("mgmt1", "/home/omm/.hacert belongs to user 7, and this is user 8")
        .contains("Nothing was changed in this call");
  }

  @ParameterizedTest
  @ValueSource(strings = {"install", "remove"})
  void fails_what_keeps_house_there(String operation) throws IOException {
    JsonNode answer = answer(operation);
    assertThat(answer.get("failed").asBoolean()).isTrue();
    assertThat(answer.get("changed").asBoolean()).isFalse();
    assertThat(answer.get("msg").asText()).startsWith("STATE_DIRECTORY_UNSAFE: mgmt1");
  }
}
