package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.host.HostException;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.Made;
import hacert.target.RestartNeed;
import hacert.target.RestartNeed.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a cluster has to be stopped and started for other files, and when not. */
class RestartReasonsTest {
  @TempDir private Path base;
  private GaussHost host;
  private final Map<String, String> settings = new HashMap<>();
  private Optional<Boolean> rolesWritten = Optional.empty();

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    try (Made made = host.make(GaussHost.PASSWORD)) {
      host.install(made.bundle());
    }
  }

  private RestartNeed need(Bundle bundle) throws Exception {
    LocalNode node = host.node();
    rolesWritten.ifPresent(node::rolesWritten);
    return new RestartReasons(node, host.options(), false).of(bundle::at, settings);
  }

  private RestartNeed need(String password) throws Exception {
    try (Made made = host.make(password)) {
      return need(made.bundle());
    }
  }

  private static List<String> errors(RestartNeed need) {
    return need.findings().stream()
        .filter(f -> Finding.stops(List.of(f)))
        .map(Finding::code)
        .toList();
  }

  @Test
  void needs_none_for_other_certificates_with_the_same_password() throws Exception {
    RestartNeed need = need((String) null);
    assertThat(need.scope()).isEqualTo(Scope.NONE);
    assertThat(need.findings()).isEmpty();
  }

  @Test
  void needs_one_for_another_password() throws Exception {
    RestartNeed need = need("Other$Pass1");
    assertThat(need.scope()).isEqualTo(Scope.CLUSTER);
    assertThat(need.why()).isEqualTo("the key password changes");
    assertThat(errors(need)).isEmpty();
  }

  /** A key that is not encrypted has no password to be kept, and a restart is due for one. */
  @Test
  void needs_one_where_the_installed_key_is_not_encrypted() throws Exception {
    for (String end : List.of(ServerBundle.CIPHER, ServerBundle.RAND)) {
      Files.delete(host.data().resolve(ServerBundle.SERVER_KEY + end));
    }
    assertThatThrownBy(() -> host.make(null))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.finding().remedy()).contains("hacert_password"));
    assertThat(need(GaussHost.PASSWORD).scope()).isEqualTo(Scope.CLUSTER);
  }

  @Test
  void takes_a_password_that_cannot_be_read_for_another() throws Exception {
    Files.writeString(host.data().resolve("server.key.rand"), "x");
    assertThat(need(GaussHost.PASSWORD).why()).isEqualTo("the key password changes");
  }

  @Test
  void refuses_what_needs_one_where_there_must_be_none() throws Exception {
    host.options.put("restart", "never");
    assertThat(errors(need("Other$Pass1"))).containsExactly("RESTART_NEEDED");
    assertThat(errors(need((String) null))).isEmpty();
  }

  /** As after a replacement by hand with another password: the process has the old one. */
  @Test
  void needs_one_where_the_server_works_with_something_else_than_what_is_installed()
      throws Exception {
    try (Made made = host.make(null)) {
      RestartNeed need =
          new RestartReasons(host.node(), host.options(), true).of(made.bundle()::at, Map.of());
      assertThat(need.scope()).isEqualTo(Scope.CLUSTER);
      assertThat(need.why()).contains("something else than what is installed");
    }
  }

  @Test
  void restarts_always_where_that_is_asked_for() throws Exception {
    host.options.put("restart", "always");
    assertThat(need((String) null).scope()).isEqualTo(Scope.CLUSTER);
  }

  /** The setting that names the CRL is read at the start; what the CRL holds is not. */
  @Test
  void needs_one_where_a_crl_comes_or_goes_and_none_where_it_changes() throws Exception {
    host.options.put("revoke", List.of("0a"));
    assertThat(need((String) null).why()).isEqualTo("a CRL is added");
    settings.put("ssl_crl_file", "");
    assertThat(need((String) null).scope()).as("it comes out of force").isEqualTo(Scope.NONE);
    settings.clear();
    host.configuration("ssl = on", "port = 15400", "ssl_crl_file = 'sslcrl-file.crl'");
    assertThat(need((String) null).scope()).isEqualTo(Scope.NONE);
    host.options.remove("revoke");
    assertThat(need((String) null).why()).isEqualTo("the CRL is taken away");
  }

  @Test
  void needs_one_where_the_cluster_manager_has_certificates() throws Exception {
    Files.createDirectories(host.base.resolve("app/share/sslcert/cm"));
    assertThat(need((String) null).why()).contains("cluster manager");
  }

  @Test
  void needs_one_where_the_shared_storage_has_certificates_and_uses_them() throws Exception {
    Files.createDirectories(host.base.resolve("app/share/sslcert/dss"));
    assertThat(need((String) null).scope()).isEqualTo(Scope.NONE);
    host.variables.put("DSS_SSL", "on");
    assertThat(need((String) null).why()).contains("shared storage");
  }

  @Test
  void needs_one_for_a_server_that_loads_its_certificates_at_its_start() throws Exception {
    host.script("gaussdb", "echo 'gaussdb (openGauss 1.0.1 build 13b34b53) compiled at x'");
    assertThat(need((String) null).why()).contains("older than 1.1");
  }

  @Test
  void tells_an_old_server_by_its_status_where_no_program_tells_the_version() throws Exception {
    for (String program : List.of("gaussdb", "gsql")) {
      host.script(program, "exit 1");
    }
    assertThat(need((String) null).scope()).isEqualTo(Scope.NONE);
  }

  @Test
  void a_cluster_manager_keeps_the_roles_itself() throws Exception {
    host.status("Standby Normal", "Primary Normal");
    Path status = base.resolve("status");
    Files.writeString(
        status,
        """
        [  CMServer State   ]

        node    node_ip         instance                              state
        -------------------------------------------------------------------
        1  db1  192.0.2.11      1    /opt/cm/cm_server                Standby
        2  db2  192.0.2.12      2    /opt/cm/cm_server                Primary

        """
            + Files.readString(status));
    assertThat(host.node().known().managed()).isTrue();
    RestartNeed need = need((String) null);
    assertThat(need.why()).contains("cluster manager");
    assertThat(need.findings().stream().map(Finding::code)).containsExactly("CLUSTER_RESTART");
  }

  @Test
  void refuses_a_restart_in_roles_that_are_not_the_current_ones() throws Exception {
    host.status("Standby Normal", "Primary Normal");
    assertThat(errors(need("Other$Pass1"))).containsExactly("ROLES_SWITCHED");
    assertThat(errors(need((String) null))).isEmpty();
    rolesWritten = Optional.of(false);
    assertThat(errors(need("Other$Pass1"))).containsExactly("ROLES_SWITCHED");
    rolesWritten = Optional.of(true);
    assertThat(errors(need("Other$Pass1"))).isEmpty();
    rolesWritten = Optional.empty();
    Files.writeString(host.base.resolve("app/bin/cluster_dynamic_config"), "");
    assertThat(errors(need("Other$Pass1"))).isEmpty();
  }
}
