package hacert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.SecureRandom;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "--nonsense",
        "inspect",
        "inspect --format xml x",
        "generate --out x",
        "inspect tls://x",
        "inspect tls://h:0",
        "inspect tls://h:1/p",
        "inspect postgres://:5",
        "inspect --timeout 0 x",
        "inspect --timeout soon x"
      })
  void a_command_line_that_cannot_be_understood_exits_with_2(String line) {
    Cli.Run run = Cli.run("", line.isEmpty() ? new String[0] : line.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("hacert: ").contains("--help").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"generate --password=S3cret!x", "generate --password S3cret!x", "S3cret!x"})
  void does_not_repeat_a_password_that_somebody_put_into_the_command_line(String line) {
    Cli.Run run = Cli.run("", line.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).isNotEmpty().doesNotContain("S3cret");
  }

  @ParameterizedTest
  @CsvSource({"false, false", "true, true"})
  void an_unforeseen_error_exits_with_1_and_shows_its_trace_only_when_asked(
      boolean debug, boolean trace) {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("broken");
          }
        };
    StringWriter err = new StringWriter();
    int code =
        Commands.commandLine(new Surroundings(broken, Clock.systemUTC(), new SecureRandom(), debug))
            .setErr(new PrintWriter(err))
            .execute("generate", "--out", ".", "--common-name", "x", "--password-stdin");
    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).startsWith("hacert: unexpected error: ").contains("broken");
    assertThat(err.toString().contains("\tat ")).isEqualTo(trace);
  }

  @Test
  void tells_its_version_and_its_commands() {
    assertThat(Cli.run("", "--version").out()).matches("hacert [0-9]+[.][0-9]+[.][0-9]+\\R");
    assertThat(Cli.run("", "--help").out()).contains("inspect", "generate", "Exit codes");
    assertThat(Cli.run("", "inspect", "--help").out()).contains("Examples:", "postgres://db1");
    assertThat(Cli.run("", "generate", "--help").out()).contains("Examples:", "--password-stdin <");
  }
}
