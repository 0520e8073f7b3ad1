package hacert.oms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.HostException;
import hacert.target.InstallSpec;
import hacert.target.Options;
import hacert.target.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real scripts through a real pseudo-terminal. */
class ReplaceStepTest {
  private static final String PASSWORD = "It's$`\\\"1x ü";
  private static final String SUCCESS = "\necho '[INFO] Succeed to replace ha ssl cert.'";
  private static final String ON_TERMINAL =
      """
      stty -echo </dev/tty
      printf 'Please input ha ssl cert password:' >/dev/tty
      IFS= read -r answer </dev/tty
      stty echo </dev/tty
      """;

  @TempDir Path base;
  private ScriptHost host;
  private boolean renewCipher;

  @BeforeEach
  void build() throws Exception {
    host = new ScriptHost(base);
  }

  private void run() throws Exception {
    ReplaceStep step = host.replace();
    try (Secret password = new Secret(PASSWORD.getBytes(UTF_8))) {
      step.run(
          password,
          new InstallSpec(
              "rotation.mgmt1",
              renewCipher,
              base.resolve("kept"),
              true,
              false,
              Options.Apply.LOCAL));
    }
  }

  private HostException failure() {
    HostException e = catchThrowableOfType(HostException.class, this::run);
    assertThat(e).as("a failure").isNotNull();
    assertThat(e.getMessage()).doesNotContain(PASSWORD);
    return e;
  }

  @Test
  void a_prompt_that_comes_again_means_a_wrong_password() throws Exception {
    host.script(
        "replacehaSSLCert.sh", ON_TERMINAL + "echo '[ERROR] wrong'\n" + ON_TERMINAL + SUCCESS);
    HostException e = failure();
    assertThat(e.code()).isEqualTo("REPLACE_PASSWORD_WRONG");
    assertThat(e.getMessage()).contains("[ERROR] wrong");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo '[ERROR] The password is wrong.'; exit 1",
        "echo '[ERROR] Failed to synchronize.'; exit 0",
        "exit 0",
        "echo '[INFO] Succeed to replace ha ssl cert.'; exit 1",
        "echo '[info] succeed'; exit 0",
        "kill -9 $$"
      })
  void fails_unless_exit_code_and_text_are_both_right(String end) throws Exception {
    host.script("replacehaSSLCert.sh", ON_TERMINAL + end);
    HostException e = failure();
    assertThat(e.code()).isEqualTo("REPLACE_FAILED");
    assertThat(e.getMessage()).contains("replacehaSSLCert.sh", "exit code");
  }

  @Test
  void fails_with_what_was_shown_last_and_never_with_an_echoed_password() throws Exception {
    host.script(
        "replacehaSSLCert.sh", ON_TERMINAL + "echo \"[ERROR] can not use $answer here\"; exit 1");
    assertThat(failure().getMessage()).contains("[ERROR] can not use *** here");
  }

  @Test
  void keeps_the_output_of_each_run_without_the_password() throws Exception {
    host.script(
        "replacehaSSLCert.sh", ON_TERMINAL + "echo \"[ERROR] can not use $answer here\"; exit 1");
    failure();
    host.script("replacehaSSLCert.sh", ON_TERMINAL + SUCCESS);
    run();
    Path first = base.resolve("kept/replace-1/output");
    assertThat(first).content().contains("[ERROR] can not use *** here").doesNotContain(PASSWORD);
    assertThat(Files.getAttribute(first, "unix:mode")).isEqualTo(0100600);
    assertThat(base.resolve("kept/replace-2/output")).content().contains("[INFO] Succeed");
  }

  @Test
  void a_place_where_nothing_can_be_kept_does_not_fail_a_replacement() throws Exception {
    Files.writeString(base.resolve("kept"), "in the way");
    host.script("replacehaSSLCert.sh", ON_TERMINAL + SUCCESS);
    run();
  }

  @Test
  void ends_a_script_that_hangs_and_shows_what_it_waits_for() throws Exception {
    host.overrides = "{\"replace\": {\"seconds\": 1}}";
    host.script("replacehaSSLCert.sh", "printf 'Enter the other password:'; exec sleep 1000");
    HostException e = failure();
    assertThat(e.code()).isEqualTo("REPLACE_TIMED_OUT");
    assertThat(e.getMessage()).contains("within 1 s", "Enter the other password:");
  }

  @Test
  void answers_on_the_terminal() throws Exception {
    host.script(
        "replacehaSSLCert.sh",
        ON_TERMINAL + "printf '%s\\n' \"$answer\" >" + base.resolve("seen") + SUCCESS);
    run();
    assertThat(host.lines("seen")).containsExactly(PASSWORD);
  }

  @Test
  void answers_on_standard_input() throws Exception {
    host.script(
        "replacehaSSLCert.sh",
        "printf 'Please input ha ssl cert password:'; IFS= read -r answer\n"
            + "printf '%s\\n' \"$answer\" >"
            + base.resolve("seen")
            + SUCCESS);
    run();
    assertThat(host.lines("seen")).containsExactly(PASSWORD);
  }

  @Test
  void passes_arguments_of_the_profile_the_mark_and_the_login_umask() throws Exception {
    host.overrides = "{\"replace\": {\"arguments\": [\"-u\", \"a b\"]}}";
    host.script(
        "replacehaSSLCert.sh",
        "{ printf '%s\\n' \"$@\"; umask; echo $HACERT_ROTATION; } >"
            + base.resolve("seen")
            + "\n"
            + ON_TERMINAL
            + SUCCESS);
    run();
    assertThat(host.lines("seen")).containsExactly("-u", "a b", "0077", "rotation.mgmt1");
  }

  @Test
  void renews_the_cipher_where_asked_to_with_the_profiles_argument() throws Exception {
    host.overrides = "{\"replace\": {\"renew_cipher\": \"-u\", \"arguments\": [\"-f\"]}}";
    renewCipher = true;
    host.script(
        "replacehaSSLCert.sh",
        "printf '%s\\n' \"$@\" >" + base.resolve("seen") + "\n" + ON_TERMINAL + SUCCESS);
    run();
    assertThat(host.lines("seen")).containsExactly("-f", "-u");
  }
}
