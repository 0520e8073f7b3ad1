package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands whose output is a password, as the action plugin runs them. */
class PasswordCommandTest {
  private static final Path SCRIPT = Path.of("src/test/ansible/password_command.py");
  private static final String SECRET = "Gr8-$ecret'\"\\ ü";
  private static final String KNOWN = "known-before";

  @TempDir Path directory;

  static Stream<Arguments> unfit() {
    return Stream.of(
        Arguments.of("ends with code 7: sealed", "echo sealed >&2; exit 7"),
        Arguments.of("ends by a signal", "kill -9 $$"),
        Arguments.of("prints nothing: no such field", "echo no such field >&2"),
        Arguments.of("prints an empty line", "echo"),
        Arguments.of("prints two lines", "printf 'Gr8-one\\nGr8-two\\n'"),
        Arguments.of("prints a NUL", "printf 'Gr8\\0-one\\n'"),
        Arguments.of("prints a carriage return", "printf 'Gr8-one\\r\\n'"),
        Arguments.of("prints what is not UTF-8", "printf 'Gr8-\\377\\n'"),
        Arguments.of("prints too much", "yes Gr8-"),
        Arguments.of("tells its output on standard error", "echo Gr8-x | tee /dev/stderr; exit 1"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unfit")
  void one_that_is_unfit_is_refused_by_name_and_its_output_is_not_shown(String how, String script)
      throws IOException {
    JsonNode problem = run("5", "/bin/sh", "-c", script);
    assertThat(problem.path("code").asText()).as(how).isEqualTo("PASSWORD_COMMAND_FAILED");
    assertThat(problem.path("outcome").asText()).isEqualTo("refused");
    assertThat(problem.path("message").asText())
        .startsWith("The command /bin/sh of hacert_password_command ")
        .endsWith(how.contains(":") ? how.substring(how.indexOf(':')) + "." : ".");
    assertThat(problem.toString()).doesNotContain("Gr8-", script);
  }

  @Test
  void one_that_does_not_end_is_killed_with_what_it_started() throws IOException {
    Path pid = directory.resolve("pid");
    JsonNode problem =
        run("0.5", "/bin/sh", "-c", "sleep 600 & echo $! >" + pid + "; echo Gr8-; wait");
    assertThat(problem.path("message").asText()).contains("did not end within 0 s");
    assertThat(problem.toString()).doesNotContain("Gr8-");
    long child = Long.parseLong(Files.readString(pid).strip());
    Await.until(
        "the child is gone",
        Duration.ofSeconds(10),
        () -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty(),
        () -> "process " + child);
  }

  @Test
  void one_that_is_not_there_is_refused() throws IOException {
    JsonNode problem = run("5", directory.resolve("vault").toString(), "read");
    assertThat(problem.path("code").asText()).isEqualTo("PASSWORD_COMMAND_FAILED");
    assertThat(problem.path("message").asText()).contains("No such file or directory");
  }

  @Test
  void what_it_complains_of_is_told_without_secrets_and_only_its_end() throws IOException {
    JsonNode problem =
        run("5", "/bin/sh", "-c", "yes line | head -n 5000 >&2; echo " + KNOWN + " >&2; exit 1");
    assertThat(problem.path("message").asText())
        .hasSizeLessThan(2200)
        .endsWith("line | ********.")
        .doesNotContain(KNOWN);
  }

  @Test
  void the_one_line_is_the_password_without_its_line_feed() throws IOException {
    Path file = Files.writeString(directory.resolve("password"), SECRET + "\n");
    assertThat(run("5", "cat", file.toString()).path("password").asText()).isEqualTo(SECRET);
    Files.writeString(file, SECRET);
    assertThat(run("5", "cat", file.toString()).path("password").asText()).isEqualTo(SECRET);
  }

  @Test
  void no_shell_reads_its_words_and_nothing_can_be_asked_of_a_person() throws IOException {
    String words = "$HOME `id` ; *";
    assertThat(run("5", "printf", "%s", words).path("password").asText()).isEqualTo(words);
    String script = "cat; (: </dev/tty) 2>/dev/null || echo no terminal";
    assertThat(run("5", "/bin/sh", "-c", script).path("password").asText())
        .isEqualTo("no terminal");
  }

  @Test
  void an_agent_that_it_leaves_behind_is_not_waited_for() throws IOException {
    String script = "sleep 600 >/dev/null & echo $!";
    JsonNode answer = run("30", "/bin/sh", "-c", script);
    assertThat(ProcessHandle.of(answer.path("password").asLong()))
        .hasValueSatisfying(agent -> assertThat(agent.destroy()).isTrue());
  }

  private static JsonNode run(String seconds, String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of("/usr/bin/python3", "-B", SCRIPT.toString()));
    words.addAll(List.of(seconds, KNOWN));
    words.addAll(List.of(command));
    String[] all = words.toArray(String[]::new);
    return Json.mapper().readTree(Command.ok(Lab.PROJECT, Duration.ofMinutes(1), all));
  }
}
