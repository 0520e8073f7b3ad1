package hacert.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptTerminalTest {
  private static final String ASK = "Please input ha ssl cert password:";
  private static final String SECRET = "Zx9'\"$HOME`id` \\! ä€;*";

  @TempDir Path directory;

  private final Terminal terminal = Terminal.system();

  private Command script(String text, String... arguments) throws Exception {
    Path file = directory.resolve("vendor.sh");
    Files.writeString(file, text);
    List<String> argv = new ArrayList<>(List.of("sh", file.toString()));
    argv.addAll(List.of(arguments));
    return Command.of(Map.of("PATH", "/usr/bin:/bin"), argv)
        .withDirectory(directory)
        .withDeadline(Duration.ofSeconds(30));
  }

  private static Prompt prompt(String text, String answer) {
    return new Prompt(text, answer.getBytes(UTF_8));
  }

  private static String hex(String text) {
    return HexFormat.ofDelimiter(" ").formatHex((text + "\n").getBytes(UTF_8));
  }

  @Test
  void says_that_no_terminal_can_be_had() throws Exception {
    HostException missing =
        Findings.of(() -> new ScriptTerminal(Optional.empty()).run(script("exit 0"), List.of()));
    assertThat(missing.code()).isEqualTo("PTY_UNAVAILABLE");
    assertThat(missing.finding().remedy()).contains("util-linux");
    Path broken = directory.resolve("script");
    Files.writeString(broken, "#!/bin/sh\necho 'script: openpty failed: Denied'; exit 1\n");
    assertThat(broken.toFile().setExecutable(true)).isTrue();
    HostException refused =
        Findings.of(
            () ->
                new ScriptTerminal(Optional.of(broken.toString()))
                    .run(script("exit 0"), List.of(prompt(ASK, SECRET))));
    assertThat(refused.code()).isEqualTo("PTY_UNAVAILABLE");
    assertThat(refused).hasMessageContaining("openpty failed: Denied");
  }

  @Test
  void does_not_answer_a_prompt_that_is_asked_again() throws Exception {
    Path got = directory.resolve("got");
    TerminalResult result =
        terminal.run(
            script(
                """
                trap 'echo hup >> "$1"' HUP
                while :; do
                  printf 'Please input ha ssl cert password:'
                  IFS= read -r p </dev/tty || exit 9
                  printf '%s\\n' "$p" >> "$1"
                  echo; echo 'wrong password'
                done
                """,
                got.toString()),
            List.of(prompt(ASK, SECRET)));
    assertThat(result.repeated()).contains(ASK);
    assertThat(result.exitCode()).isEqualTo(CommandResult.NONE);
    assertThat(result.timedOut()).isFalse();
    assertThat(result.output()).contains("wrong password").doesNotContain(SECRET);
    assertThat(Files.readAllLines(got)).contains(SECRET).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // It traces itself: the text is shown twice before it is answered.
        "set -x; printf 'Please input ha ssl cert password:'; IFS= read -r p; set +x; sleep 0.3",
        "@ASK@; echo '[INFO] Please input ha ssl cert password: ok.'; sleep 5.5",
        "@ASK@; printf 'Please input ha ssl cert password:'; sleep 1; echo; sleep 0.3; echo done",
        "@ASK@; printf 'Please input ha ssl cert password: Again:'; IFS= read -r p",
      })
  void lets_a_script_work_that_shows_an_answered_prompt_and_does_not_wait(String text)
      throws Exception {
    String ask = "printf 'Please input ha ssl cert password:'; IFS= read -r p; echo";
    TerminalResult result =
        terminal.run(
            script(text.replace("@ASK@", ask) + "\necho \"length ${#p}\""),
            List.of(prompt(ASK, "12345678"), prompt("Again:", "12345678")));
    assertThat(result.repeated()).isEmpty();
    assertThat(result.output()).endsWith("length 8\n");
  }

  @Test
  void hangs_up_a_script_that_never_ends() throws Exception {
    Path pids = directory.resolve("pids");
    TerminalResult result =
        terminal.run(
            script(
                    "trap '' HUP TERM; sleep 300 & echo $$ $! > \"$1\"; echo working; wait; sleep 300",
                    pids.toString())
                .withDeadline(Duration.ofSeconds(1)),
            List.of(prompt(ASK, SECRET)));
    assertThat(result.timedOut()).isTrue();
    assertThat(result.unasked()).containsExactly(ASK);
    assertThat(result.output()).contains("working");
    for (String pid : Files.readString(pids).strip().split(" ")) {
      assertThat(ProcessStat.of(Long.parseLong(pid)).filter(ProcessStat::running)).isEmpty();
    }
  }

  @Test
  void hangs_up_a_script_that_asks_what_nobody_knows() throws Exception {
    TerminalResult result =
        terminal.run(
            script("printf 'Continue? [y/n] '; read -r a; echo never")
                .withDeadline(Duration.ofSeconds(1)),
            List.of(prompt(ASK, SECRET)));
    assertThat(result.timedOut()).isTrue();
    assertThat(result.output()).contains("Continue?").doesNotContain("never");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "IFS= read -r p",
        "IFS= read -r p </dev/tty",
        "stty -echo; IFS= read -r p; stty echo",
        "stty -echo </dev/tty; IFS= read -r p </dev/tty; stty echo </dev/tty",
        "stty echo; IFS= read -r p",
        "p=$(bash -c 'IFS= read -rs p; printf %s \"$p\"')",
        "p=$(perl -e 'open T,\"</dev/tty\"; $_=<T>; chomp; print')",
      })
  void passes_a_password_byte_for_byte_and_shows_it_nowhere(String reading) throws Exception {
    Path got = directory.resolve("got");
    TerminalResult result =
        terminal.run(
            script(
                "printf 'Please input ha ssl cert password:'\n"
                    + reading
                    + "\nprintf '%s\\n' \"$p\" | od -An -v -tx1 > \"$1\"\n"
                    + "echo; echo \"it was $p\"; set -x; : \"$p\"; set +x; exit 7",
                got.toString()),
            List.of(prompt(ASK, SECRET)));
    assertThat(Files.readString(got).replaceAll("\\s+", " ").strip()).isEqualTo(hex(SECRET));
    assertThat(result.exitCode()).isEqualTo(7);
    assertThat(result.repeated()).isEmpty();
    assertThat(result.unasked()).isEmpty();
    assertThat(result.output()).contains("it was ***").doesNotContain("Zx9").doesNotContain("\r");
  }

  @Test
  void ends_its_answer_as_the_enter_key_does() throws Exception {
    Path got = directory.resolve("got");
    terminal.run(
        script(
            """
            stty raw
            printf 'Please input ha ssl cert password:'
            perl -e '$/="\\r"; $_ = <STDIN>; print' >"$1"
            stty sane
            """,
            got.toString()),
        List.of(prompt(ASK, SECRET)));
    assertThat(Files.readString(got)).isEqualTo(SECRET + "\r");
  }

  @Test
  void tells_a_prompt_from_a_longer_one_that_holds_it() throws Exception {
    Path got = directory.resolve("got");
    TerminalResult result =
        terminal.run(
            script(
                """
                printf 'Enter pass phrase for x/root-ca.pem:'; read -r a; echo
                printf 'Verifying - Enter pass phrase for x/root-ca.pem:'; read -r b; echo
                printf 'Password'; sleep 0.3; printf ' again:'; read -r c; echo
                printf 'Password:'; read -r d; echo
                echo "$a $b $c $d" > "$1"
                """,
                got.toString()),
            List.of(
                prompt("Password", "four"),
                prompt("Password again:", "three"),
                prompt("Enter pass phrase for", "one"),
                prompt("Verifying - Enter pass phrase for", "two")));
    assertThat(result.repeated()).isEmpty();
    assertThat(Files.readString(got)).isEqualTo("one two three four\n");
  }

  private String outputOf(String script) throws Exception {
    return terminal.run(script(script), List.of(prompt(ASK, "12345678"))).output();
  }

  @Test
  void knows_a_prompt_in_colours_and_broken_lines() throws Exception {
    assertThat(
            outputOf(
                """
                printf '\\033]0;title\\007\\033[1;31mPlease  input\\033[0m\\r\\n  ha ssl \\033(Bcert pass'
                printf 'word:\\n'; read -r p; echo "length ${#p}"
                """))
        .contains("length 8")
        .doesNotContain("\033")
        .doesNotContain("title");
  }

  @Test
  void knows_a_prompt_after_a_title_that_was_never_ended() throws Exception {
    assertThat(
            outputOf(
                """
                printf '\\033]0;OMS tool\n'
                printf 'Please input ha ssl cert password:'; read -r p; echo "length ${#p}"
                """))
        .contains("length 8");
  }

  @Test
  void answers_while_something_keeps_printing() throws Exception {
    TerminalResult result =
        terminal.run(
            script(
                """
                ( while :; do echo tick; sleep 0.03; done ) &
                printf 'Please input ha ssl cert password:'; read -r p; kill $!; echo "length ${#p}"
                """),
            List.of(prompt(ASK, "12345678")));
    assertThat(result.timedOut()).isFalse();
    assertThat(result.output()).contains("length 8");
  }

  @Tag("long")
  @Test
  void drops_most_of_a_hundred_megabytes() throws Exception {
    TerminalResult result =
        terminal.run(
            script("yes 'some line or other of a log' | head -c 100000000; echo; echo last; exit 5")
                .withDeadline(Duration.ofSeconds(120))
                .withOutputLimit(2000),
            List.of(prompt(ASK, SECRET)));
    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(result.truncated()).isTrue();
    assertThat(result.output()).endsWith("last\n").hasSizeLessThan(2100);
  }

  @Test
  void runs_a_script_that_asks_nothing_in_a_clean_environment() throws Exception {
    TerminalResult result =
        terminal.run(
            Command.of(
                    Map.of("PATH", "/usr/bin:/bin", "SHELL", "/bin/odd shell", "hacert_x", "1"),
                    List.of(
                        "sh",
                        "-c",
                        "tty; umask; env; i=0; for a; do printf '<%s>' \"$a\"; done; exit 0",
                        "sh",
                        "",
                        "a b",
                        "$(id)",
                        "'\"\\",
                        "ä"))
                .withUmask("0027"),
            List.of());
    assertThat(result.ok()).isTrue();
    assertThat(result.output())
        .startsWith("/dev/pts/")
        .contains("\n0027\n", "TERM=dumb\n", "SHELL=/bin/odd shell\n", "<><a b><$(id)><'\"\\><ä>")
        .doesNotContain("HACERT_");
  }

  @Test
  void leaves_a_daemon_alone_that_the_script_starts() throws Exception {
    Path pid = directory.resolve("pid");
    TerminalResult result =
        terminal.run(
            script(
                "setsid sh -c 'echo $$ > \"$1\"; exec sleep 300' sh \"$1\" & while [ ! -s \"$1\" ];"
                    + " do sleep 0.01; done; echo done",
                pid.toString()),
            List.of());
    assertThat(result.ok()).isTrue();
    long daemon = Long.parseLong(Files.readString(pid).strip());
    assertThat(ProcessStat.of(daemon).filter(ProcessStat::running)).isPresent();
    ProcessHandle.of(daemon).orElseThrow().destroyForcibly();
  }

  @Test
  void refuses_an_answer_that_a_terminal_would_take_for_a_key() {
    assertThatThrownBy(() -> prompt(ASK, "secret\u0003"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
    assertThat(prompt(ASK, "secret").toString()).doesNotContain("secret");
  }
}
