package hacert.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoginEnvironmentTest {
  @TempDir Path home;

  private LoginEnvironment capture(String shell, String profile, Duration deadline)
      throws Exception {
    Files.writeString(home.resolve(".profile"), profile);
    return LoginEnvironment.capture(
        Commands.system(),
        Map.of("PATH", "/usr/bin:/bin", "HOME", home.toString(), "SHELL", shell),
        deadline);
  }

  private LoginEnvironment capture(String profile) throws Exception {
    return capture("/bin/sh", profile, Duration.ofSeconds(30));
  }

  @Test
  void refuses_a_profile_that_hangs() {
    HostException e = Findings.of(() -> capture("/bin/sh", "sleep 300", Duration.ofMillis(500)));
    assertThat(e.code()).isEqualTo("LOGIN_TIMED_OUT");
    assertThat(e.finding().remedy()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 1", "exec true", "exec sh", "kill -9 $$", "read -r x; exit 0"})
  void refuses_a_profile_that_does_not_come_back(String profile) {
    assertThat(Findings.code(() -> capture(profile))).isEqualTo("LOGIN_FAILED");
  }

  @Test
  void refuses_a_profile_that_traces_into_the_answer() {
    assertThat(Findings.code(() -> capture("exec 2>&1; set -x"))).isEqualTo("LOGIN_FAILED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bin/sh", "/bin/bash", "/usr/sbin/nologin", "/no/such/shell", ""})
  void has_what_the_profile_exports_and_nothing_of_its_banner(String shell) throws Exception {
    LoginEnvironment login =
        capture(
            shell,
            """
            echo 'Welcome! FAKE=1'; printf 'hacert-00\\n'; umask 0027
            export OMS_RUN_PATH=/opt/x LINES2='two
            lines' QUOTED="it's \\"x\\" \\$y ä"
            sleep 60 &
            trap 'echo bye BYE=1' EXIT
            """,
            Duration.ofSeconds(30));
    assertThat(login.variables())
        .containsEntry("OMS_RUN_PATH", "/opt/x")
        .containsEntry("LINES2", "two\nlines")
        .containsEntry("QUOTED", "it's \"x\" $y ä")
        .doesNotContainKeys("FAKE", "BYE", "HACERT_MARK", "PWD", "_", "SHLVL");
    assertThat(login.umask()).isEqualTo("0027");
    assertThat(login.home()).isEqualTo(home);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/bin/csh", "/bin/tcsh"})
  void asks_a_c_shell_too(String shell) throws Exception {
    assumeThat(Path.of(shell)).as("script/prepare installs it").isExecutable();
    Files.writeString(
        home.resolve(".login"), "echo Welcome; umask 077; setenv OMS_RUN_PATH '/opt/a b'\n");
    LoginEnvironment login = capture(shell, "", Duration.ofSeconds(30));
    assertThat(login.variables()).containsEntry("OMS_RUN_PATH", "/opt/a b");
    assertThat(login.umask()).isEqualTo("0077");
  }

  @Test
  void begins_at_home_as_a_login_does() throws Exception {
    Files.writeString(home.resolve("oms.env"), "export OMS_RUN_PATH=$PWD/run\n");
    Files.writeString(home.resolve("more.env"), "export MORE=$OMS_RUN_PATH/more\n");
    Files.writeString(home.resolve("gauss_env"), ". ./more.env\n");
    LoginEnvironment login = capture(". ./oms.env");
    assertThat(login.variables()).containsEntry("OMS_RUN_PATH", home + "/run");
    assertThat(
            login
                .sourcing(Commands.system(), home.resolve("gauss_env"), Duration.ofSeconds(30))
                .variables())
        .containsEntry("MORE", home + "/run/more");
  }

  @Test
  void does_without_a_directory_of_its_own() throws Exception {
    LoginEnvironment login =
        LoginEnvironment.capture(
            Commands.system(),
            Map.of("PATH", "/usr/bin:/bin", "HOME", home + "/none", "SHELL", "/bin/sh"),
            Duration.ofSeconds(30));
    assertThat(login.home()).isEqualTo(home.resolve("none"));
  }

  @Test
  void does_without_a_shell_and_a_home_of_its_own() throws Exception {
    LoginEnvironment login =
        LoginEnvironment.capture(
            Commands.system(), Map.of("PATH", "/usr/bin:/bin"), Duration.ofSeconds(30));
    assertThat(login.home()).isDirectory();
  }
}
