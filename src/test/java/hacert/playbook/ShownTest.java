package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the action plugin lets through of a result, which Ansible shows on terminals. */
class ShownTest {
  @Test
  void a_name_in_a_certificate_commands_no_terminal() throws IOException {
    String subject = "CN=a\u001b[2J\u009b31m\u0007b\rc\u202ed\u007f";
    JsonNode shown = shown(Map.of("after", List.of(Map.of("subject", subject))), "unused");
    assertThat(shown.at("/after/0/subject").asText()).isEqualTo("CN=a?[2J?31m?b?c?d?");
  }

  @Test
  void letters_of_any_script_line_ends_and_numbers_stay() throws IOException {
    Map<String, Object> result = Map.of("message", "Zertifikat für 证书\n\tTab", "code", 5);
    assertThat(shown(result, "unused")).isEqualTo(Json.mapper().valueToTree(result));
  }

  @Test
  void a_secret_in_a_message_is_replaced() throws IOException {
    assertThat(shown(List.of("said Ab1!'`$\\ x"), "Ab1!'`$\\").get(0).asText())
        .isEqualTo("said ******** x");
  }

  private static JsonNode shown(Object value, String secret) throws IOException {
    return Command.ofPlugin("shown.py", Json.mapper().writeValueAsString(value), secret);
  }
}
