package hacert.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemCommandsTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

  @TempDir Path directory;

  private final Commands commands = Commands.system();

  private static Command sh(String script, String... arguments) {
    List<String> argv = new java.util.ArrayList<>(List.of("sh", "-c", script, "sh"));
    argv.addAll(List.of(arguments));
    return Command.of(ENVIRONMENT, argv);
  }

  @Test
  void says_which_directory_is_missing() {
    HostException e =
        Findings.of(() -> commands.run(sh("true").withDirectory(directory.resolve("gone"))));
    assertThat(e.code()).isEqualTo("COMMAND_NOT_STARTED");
    assertThat(e).hasMessageContaining("gone");
  }

  @Test
  void gives_127_for_a_program_that_is_not_there() throws Exception {
    CommandResult result = commands.run(Command.of(ENVIRONMENT, List.of("hacert-no-such-program")));
    assertThat(result.exitCode()).isEqualTo(127);
    assertThat(result.ok()).isFalse();
  }

  @Test
  void ends_a_command_and_its_children_at_the_deadline() throws Exception {
    Path pids = directory.resolve("pids");
    CommandResult result =
        commands.run(
            sh("trap '' TERM; sleep 300 & echo $$ $! > \"$1\"; wait; sleep 300", pids.toString())
                .withDeadline(Duration.ofMillis(500)));
    assertThat(result.timedOut()).isTrue();
    assertThat(result.exitCode()).isEqualTo(CommandResult.NONE);
    for (String pid : Files.readString(pids).strip().split(" ")) {
      assertThat(ProcessStat.of(Long.parseLong(pid)).filter(ProcessStat::running)).isEmpty();
    }
  }

  @Test
  void does_not_wait_for_a_daemon_that_keeps_the_output_open() throws Exception {
    Path pid = directory.resolve("pid");
    CommandResult result =
        commands.run(
            sh(
                "setsid sh -c 'echo $$ > \"$1\"; exec sleep 300' sh \"$1\" & "
                    + "while [ ! -s \"$1\" ]; do sleep 0.01; done; echo started",
                pid.toString()));
    assertThat(result.ok()).isTrue();
    assertThat(result.stdout()).isEqualTo("started\n");
    assertThat(result.duration()).isLessThan(Duration.ofSeconds(30));
    long daemon = Long.parseLong(Files.readString(pid).strip());
    assertThat(ProcessStat.of(daemon).filter(ProcessStat::running)).isPresent();
    ProcessHandle.of(daemon).orElseThrow().destroyForcibly();
  }

  @Test
  void keeps_the_beginning_and_the_end_of_a_hundred_megabytes() throws Exception {
    CommandResult result =
        commands.run(
            sh("echo first; head -c 100000000 /dev/zero | tr '\\0' x; echo; echo last")
                .withOutputLimit(1000));
    assertThat(result.ok()).isTrue();
    assertThat(result.truncated()).isTrue();
    assertThat(result.stdout()).startsWith("first\nx").endsWith("x\nlast\n").hasSizeLessThan(1100);
    assertThat(result.stdout()).contains("[" + (100_000_012 - 1000) + " characters left out]");
  }

  @Test
  void takes_arguments_as_they_are() throws Exception {
    String[] arguments = {"", " ", "a'b\"c", "$(touch x)", "`id`", "\\", "*", "ä €", "line\nline"};
    CommandResult result = commands.run(sh("for a; do printf '<%s>' \"$a\"; done", arguments));
    assertThat(result.stdout()).isEqualTo("<" + String.join("><", arguments) + ">");
  }

  @Test
  void has_the_given_environment_only_and_umask_and_directory() throws Exception {
    CommandResult result =
        commands.run(
            Command.of(
                    Map.of("PATH", "/usr/bin:/bin", "ONLY", "two\nlines"),
                    List.of("sh", "-c", "umask; pwd; env -0 | sort -z | tr '\\0' ';'"))
                .withUmask("0027")
                .withDirectory(directory));
    assertThat(result.stdout())
        .startsWith("0027\n" + directory.toRealPath() + "\n")
        .contains("ONLY=two\nlines;")
        .doesNotContain("HOME=");
  }

  @Test
  void feeds_standard_input_and_ends_it() throws Exception {
    byte[] secret = "p'ä\0x".getBytes(UTF_8);
    Command command = Command.of(ENVIRONMENT, List.of("od", "-An", "-tx1")).withStdin(secret);
    assertThat(commands.run(command).stdout().strip()).isEqualTo("70 27 c3 a4 00 78");
    assertThat(command.toString()).doesNotContain("p'");
  }

  @Test
  void does_not_mind_a_command_that_does_not_read_its_input() throws Exception {
    CommandResult result = commands.run(sh("exit 3").withStdin(new byte[1 << 20]));
    assertThat(result.exitCode()).isEqualTo(3);
  }

  @Test
  void reads_nothing_when_nothing_was_given() throws Exception {
    assertThat(commands.run(sh("cat; echo end")).stdout()).isEqualTo("end\n");
  }

  @Test
  void replaces_what_is_no_utf_8() throws Exception {
    CommandResult result =
        commands.run(sh("printf 'a\\377b'; printf 'err\\303\\244' >&2; kill -9 $$"));
    assertThat(result.stdout()).isEqualTo("a\uFFFDb");
    assertThat(result.stderr()).isEqualTo("errä");
    assertThat(result.exitCode()).isEqualTo(137);
  }
}
