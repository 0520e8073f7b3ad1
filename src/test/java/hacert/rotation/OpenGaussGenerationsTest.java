package hacert.rotation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.Command;
import hacert.host.CommandResult;
import hacert.host.Commands;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.opengauss.GaussHost;
import hacert.opengauss.OpenGaussTarget;
import hacert.opengauss.ServerBundle;
import hacert.result.CertificateSummary;
import hacert.result.Json;
import hacert.target.ManagedNode;
import hacert.target.NodeIdentity;
import hacert.target.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Generations of an openGauss node: its data directory holds more than what is ours. */
class OpenGaussGenerationsTest {
  @TempDir Path base;
  private GaussHost host;
  private Site site;

  /** Generations 1, as found, and 2, which a rotation installed. */
  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    open();
    Files.writeString(host.data().resolve("pg_hba.conf"), "not ours");
    install("old");
    keep(1, 0);
    install("new");
    Files.writeString(host.data().resolve("gsql_cert_backup.tar.gz"), "the vendor's backup");
    host.install(ServerBundle.CRL, "new CRL".getBytes(UTF_8));
    keep(2, 1);
  }

  private void open() throws Exception {
    ManagedNode node =
        new OpenGaussTarget()
            .open(
                host.host(),
                new NodeIdentity("db1", "192.0.2.11", 22, ""),
                "opengauss",
                Json.mapper().createObjectNode(),
                Options.defaults());
    site =
        new Site(
            null,
            null,
            host.host(),
            null,
            new OpenGaussTarget(),
            node,
            new StateDirectory(base.resolve("kept; it's $(touch oops)/og")),
            "test");
  }

  private void install(String what) throws Exception {
    for (String name : ServerBundle.REQUIRED) {
      host.install(name, (what + " " + name).getBytes(UTF_8));
    }
  }

  private void keep(int number, int from) throws Exception {
    site.generations()
        .keep(
            new Generation(
                Generation.SCHEMA,
                number,
                Instant.now(),
                Records.ROTATION,
                from,
                Generation.Origin.INSTALLED,
                true,
                "d",
                List.of(),
                site.node().settings(),
                site.installed()),
            site.node().restartByHand());
  }

  private CommandResult restoreByHand(int generation) throws Exception {
    return Commands.system()
        .run(
            Command.of(
                host.host().login(),
                List.of("sh", site.state().generation(generation) + "/RESTORE.txt")));
  }

  private void check(int generation) throws HostException {
    new ForeignChanges(site).check(site.generations().get(generation));
  }

  @Test
  void restore_txt_brings_all_files_of_a_generation_back_and_touches_no_other() throws Exception {
    Snapshot second = site.installed();
    String settings = Files.readString(host.data().resolve("postgresql.conf"));
    CommandResult result = restoreByHand(1);
    assertThat(result.ok()).as(result.toString()).isTrue();
    assertThat(GenerationStore.differences(site.generations().get(1).manifest(), site.installed()))
        .isEmpty();
    assertThat(host.data().resolve(ServerBundle.SERVER_KEY)).hasContent("old server.key");
    assertThat(host.data().resolve(ServerBundle.CRL)).doesNotExist();
    assertThat(host.data().resolve("postgresql.conf")).hasContent(settings.strip());
    assertThat(host.data().resolve("pg_hba.conf")).hasContent("not ours");
    assertThat(base.resolve("oops")).doesNotExist();
    assertThat(restoreByHand(2).ok()).isTrue();
    assertThat(GenerationStore.differences(second, site.installed())).isEmpty();
  }

  /** The CRL of generation 2 lies there, and nothing has put it in force. */
  @Test
  void restore_txt_tells_what_the_settings_said_of_the_files() throws Exception {
    assertThat(site.state().generation(2).resolve("RESTORE.txt"))
        .content()
        .contains("\n# Set then: ssl_crl_file=''\n");
  }

  /** Somebody took a CRL out of force, or put it in, and left the files as they are. */
  @Test
  void a_generation_that_is_kept_already_gets_the_settings_that_a_rotation_finds()
      throws Exception {
    Records pair = new Records();
    pair.settings = Map.of("force", true);
    Plan plan = pair.go();
    assertThat(plan.from()).isEqualTo(2);
    assertThat(site.generations().get(2).settings()).isEqualTo(Map.of("ssl_crl_file", ""));
    List<CertificateSummary> certificates = pair.one.installed;
    site.generations().describe(site.generations().get(2).with(Map.of(), certificates), "start");
    host.settings("ssl_crl_file = 'sslcrl-file.crl'");
    open();
    Steps.Done done = new Backup(site, plan).make(site.node().facts(false));
    Map<String, String> named = Map.of("ssl_crl_file", "sslcrl-file.crl");
    assertThat(site.generations().get(2).settings()).isEqualTo(named);
    assertThat(site.state().generation(2).resolve("RESTORE.txt"))
        .content()
        .contains("\n# Set then: ssl_crl_file='sslcrl-file.crl'\n");
    assertThat(site.generations().get(2).certificates())
        .as("the node tells of none that it can read")
        .isEqualTo(certificates);
    assertThat(done.data().path("settings").path("ssl_crl_file").asText())
        .isEqualTo("sslcrl-file.crl");
    assertThat(GenerationStore.differences(site.generations().get(2).manifest(), site.installed()))
        .isEmpty();
  }

  @Test
  void restore_txt_mends_modes_and_what_became_a_link() throws Exception {
    Snapshot second = site.installed();
    Path key = host.data().resolve(ServerBundle.SERVER_KEY);
    Path crt = host.om().resolve(ServerBundle.SERVER_CERTIFICATE);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    Files.delete(crt);
    Files.createSymbolicLink(crt, host.data().resolve("pg_hba.conf"));
    assertThat(restoreByHand(2).ok()).isTrue();
    assertThat(GenerationStore.differences(second, site.installed())).isEmpty();
    assertThat(host.data().resolve("pg_hba.conf")).hasContent("not ours");
  }

  @Test
  void certificates_keys_and_their_password_may_differ_in_any_way() throws Exception {
    check(1);
    install("by hand");
    Files.delete(host.data().resolve("gsql_cert_backup.tar.gz"));
    Files.delete(host.om().resolve(ServerBundle.SERVER_KEY + ServerBundle.RAND));
    // What a rollback of gs_om's own has left.
    Files.createFile(host.om().resolve("emptyflag"));
    check(1);
    check(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"added", "changed", "removed"})
  void a_file_of_others_beside_the_certificates_would_be_lost_and_is_refused(String how)
      throws Exception {
    Path other = host.om().resolve("someone's own.conf");
    if (!how.equals("added")) {
      Files.writeString(other, "a = 1\n");
      keep(3, 0);
    }
    switch (how) {
      case "removed" -> Files.delete(other);
      default -> Files.writeString(other, "a = 2\n");
    }
    HostException e =
        catchThrowableOfType(HostException.class, () -> check(how.equals("added") ? 2 : 3));
    assertThat(e.code()).isEqualTo("CONFIGURATION_DIFFERS");
    assertThat(e)
        .hasMessageContaining(other.toString())
        .hasMessageContaining("Nothing was changed");
  }

  /** gs_om writes the password of the shared storage's key into its settings. */
  @Test
  void the_key_password_in_the_settings_of_the_shared_storage_comes_back_with_the_key()
      throws Exception {
    Files.createDirectories(base.resolve("app/share/sslcert/dss"));
    Path settings = Files.createDirectories(base.resolve("dss/cfg")).resolve("dss_inst.ini");
    host.variable("DSS_SSL", "on");
    host.variable("DSS_HOME", base.resolve("dss").toString());
    open();
    String before = "INST_ID=0\nSSL_PWD_CIPHERTEXT=b2xk\nLSNR_PATH=/dss\n";
    Files.writeString(settings, before);
    keep(3, 2);
    Files.writeString(settings, before.replace("b2xk", "bmV3"));
    keep(4, 3);
    check(3);
    assertThat(restoreByHand(3).ok()).isTrue();
    assertThat(settings).hasContent(before.strip());
    Files.writeString(settings, before.replace("/dss", "/other"));
    HostException e = catchThrowableOfType(HostException.class, () -> check(3));
    assertThat(e.code()).isEqualTo("CONFIGURATION_DIFFERS");
  }

  @Test
  void settings_of_the_server_are_not_in_a_generation_and_stay_as_they_are() throws Exception {
    Files.writeString(host.data().resolve("postgresql.conf"), "ssl = on\nport = 15499\n");
    check(1);
    Generation first = site.generations().get(1);
    first.manifest().restore(site.state().generation(1));
    assertThat(host.data().resolve("postgresql.conf")).content().contains("15499");
    assertThat(host.data().resolve(ServerBundle.SERVER_KEY)).hasContent("old server.key");
    assertThat(first.manifest().entries())
        .extracting(Snapshot.Entry::path)
        .doesNotContain(host.data().resolve("postgresql.conf").toString());
  }
}
