package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.host.HostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the environment of the vendor's commands is found, as gs_om finds it itself. */
class InstallationTest {
  private static final String NAMES_A_FILE = "MPPDB_ENV_SEPARATE_PATH";

  @TempDir private Path base;
  private GaussHost host;
  private Path named;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    named = base.resolve("its environment");
    environment(named, "named");
  }

  private void environment(Path file, String home) throws Exception {
    Files.writeString(file, "export GAUSSHOME=/" + home + " PGHOST=/" + home + "/tmp\n");
  }

  private String home() throws HostException {
    return host.node().installation().gaussHome().toString();
  }

  @Test
  void a_login_that_has_all_is_taken_as_it_is() throws Exception {
    environment(base.resolve(".bashrc"), "shell");
    assertThat(home()).isEqualTo(base + "/app");
  }

  @Test
  void a_file_that_the_login_names_goes_before_the_login() throws Exception {
    host.variable(NAMES_A_FILE, named.toString());
    assertThat(home()).isEqualTo("/named");
    host.variable(NAMES_A_FILE, base + "/nothing");
    assertThat(home()).isEqualTo(base + "/app");
  }

  @Test
  void a_login_that_has_nothing_is_helped_by_the_shell() throws Exception {
    host.variables.remove("GAUSSHOME");
    assertThatThrownBy(this::home).hasMessageContaining("GAUSSHOME of this user");
    environment(base.resolve(".bashrc"), "shell");
    assertThat(home()).isEqualTo("/shell");
  }

  @Test
  void a_file_that_the_shell_names_is_followed() throws Exception {
    host.variables.remove("GAUSSHOME");
    Files.writeString(base.resolve(".bashrc"), "export " + NAMES_A_FILE + "='" + named + "'\n");
    assertThat(home()).isEqualTo("/named");
  }

  @Test
  void the_file_of_the_setting_goes_before_all() throws Exception {
    Path set = base.resolve("set");
    environment(set, "set");
    host.options.put("environment", set.toString());
    host.variable(NAMES_A_FILE, named.toString());
    assertThat(home()).isEqualTo("/set");
    assertThat(host.node().installation().login().variables())
        .containsEntry(NAMES_A_FILE, set.toString());
  }
}
