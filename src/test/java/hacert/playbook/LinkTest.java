package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Json;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the action plugin asks of ssh, so that a silent link ends. */
class LinkTest {
  private static final String PERSIST = "-o ControlMaster=auto -o ControlPersist=60s";

  @Test
  void is_kept_alive_over_a_connection_that_no_other_run_has_opened() throws IOException {
    JsonNode linked = linked("ssh", Map.of("ssh_args", PERSIST));
    assertThat(linked.path("ssh_extra_args").asText()).contains("ServerAliveInterval=5");
    // As long as Ansible's own.
    assertThat(linked.path("control_path").asText()).matches("%\\(directory\\)s/[0-9a-f]{10}");
    assertThat(linked("ansible.builtin.ssh", Map.of("ssh_args", PERSIST))).isEqualTo(linked);
  }

  @Test
  void has_another_connection_for_another_host_user_or_option() throws IOException {
    assertThat(
            new String[] {
              path(Map.of("host", "a", "port", 22)),
              path(Map.of("host", "b", "port", 22)),
              path(Map.of("host", "a", "port", 23)),
              path(Map.of("host", "a", "port", 22, "remote_user", "omm")),
              path(Map.of("host", "a", "port", 22, "ssh_common_args", "-J c")),
              path(Map.of("host", "a", "port", 22, "ssh_args", "-o ServerAliveInterval=9"))
            })
        .doesNotContain("")
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "ssh_args, -o ControlPath=/x",
    "ssh_common_args, -o controlpath=/x",
    "control_path, /x",
  })
  void has_the_path_that_was_given(String option, String value) throws IOException {
    Map<String, Object> options = new TreeMap<>(Map.of(option, value));
    assertThat(path(options)).isEqualTo(option.equals("control_path") ? "/x" : "");
  }

  @Test
  void asks_nothing_of_another_plugin() throws IOException {
    assertThat(linked("local", Map.of())).isEmpty();
  }

  private static String path(Map<String, Object> options) throws IOException {
    return linked("ssh", options).path("control_path").asText();
  }

  private static JsonNode linked(String transport, Map<String, Object> options) throws IOException {
    return Command.ofPlugin("linked.py", transport, Json.mapper().writeValueAsString(options));
  }
}
