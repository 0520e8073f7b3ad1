package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.host.HostException;
import hacert.result.Severity;
import hacert.target.Bundle;
import hacert.target.InstallSpec;
import hacert.target.Made;
import hacert.target.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** gs_om -t cert is believed by the files alone, whatever it says and however it exits. */
class CertificateStepTest {
  /** Unpacks the package of {@code --cert-file} as the vendor's tool does with {@code -L}. */
  private static final String UNPACK =
      "for word; do case $word in --cert-file=*) zip=${word#--cert-file=} ;; esac; done; "
          + "python3 -m zipfile -e \"$zip\" \"$GAUSSHOME/share/sslcert/om\"; "
          + "cp \"$GAUSSHOME\"/share/sslcert/om/* '@DATA@'; ";

  @TempDir private Path base;
  private GaussHost host;
  private Bundle bundle;
  private boolean first = true;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    try (Made before = host.make(GaussHost.PASSWORD)) {
      host.install(before.bundle());
    }
    Made made = host.make(null);
    bundle = made.bundle();
  }

  /** The tool does this for {@code -t cert}, and tells the status else. */
  private void cert(String action) throws Exception {
    host.script(
        "gs_om",
        "[ \"$2\" = status ] && exec cat '" + base.resolve("status") + "'",
        "echo \"$*\" >>'" + base.resolve("calls") + "'",
        action.replace("@DATA@", host.data().toString()));
  }

  private String run(Options.Apply apply) throws HostException {
    return new CertificateStep(host.node()).run(bundle, spec(apply));
  }

  private InstallSpec spec(Options.Apply apply) {
    return new InstallSpec("rotation.db1", false, base.resolve("kept"), first, false, apply);
  }

  private Path packed() {
    return spec(Options.Apply.LOCAL).secrets().resolve(ServerBundle.PACKAGE);
  }

  private void fails(String code) {
    assertThatThrownBy(() -> run(Options.Apply.LOCAL))
        .isInstanceOfSatisfying(HostException.class, e -> assertThat(e.code()).isEqualTo(code));
    assertThat(packed()).doesNotExist();
  }

  @Test
  void does_not_believe_a_success_without_effect() throws Exception {
    cert("echo 'Replace SSL cert files with local mode successfully.'");
    fails("CERT_WITHOUT_EFFECT");
  }

  @Test
  void tells_what_gs_om_said_when_it_fails_half_way() throws Exception {
    cert(
        "printf x >'@DATA@/server.crt'; echo '[GAUSS-50231] : Failed to generate P file.'; exit 1");
    assertThatThrownBy(() -> run(Options.Apply.LOCAL))
        .hasMessageContaining("GAUSS-50231")
        .hasMessageContaining("server.crt");
  }

  /** What gs_om leaves behind would keep the next one from taking a backup. */
  @Test
  void removes_what_a_failed_gs_om_leaves_behind() throws Exception {
    cert(
        "touch '@DATA@/certFlag'; mkdir -p \"$PGHOST/tempCertDir\";"
            + " echo key >\"$PGHOST/tempCertDir/server.key\"; exit 1");
    fails("GS_OM_FAILED");
    assertThat(host.data().resolve("certFlag")).doesNotExist();
    assertThat(base.resolve("tmp/tempCertDir")).doesNotExist();
  }

  @Test
  void believes_the_files_where_gs_om_fails_after_it_has_installed() throws Exception {
    cert(UNPACK + "exit 1");
    assertThat(run(Options.Apply.LOCAL)).contains("though it ended with code 1");
  }

  @Test
  void wants_the_directory_of_the_tools_replaced_too() throws Exception {
    cert(UNPACK + "printf x >\"$GAUSSHOME/share/sslcert/om/client.crt\"");
    fails("CERT_WITHOUT_EFFECT");
  }

  /** It fills the directory only where it is there, and is content otherwise. */
  @Test
  void makes_the_directory_of_the_tools_where_gs_om_finds_none() throws Exception {
    for (Path file : Files.list(host.om()).toList()) {
      Files.delete(file);
    }
    Files.delete(host.om());
    host.configuration("ssl = off");
    LocalFacts facts = new LocalFacts(host.node(), new Ports(host.node()), host.options());
    assertThat(Samples.codes(facts.read(false).findings())).contains("TOOLS_DIRECTORY_MISSING");
    cert(
        UNPACK
                .replace("$GAUSSHOME/share/sslcert/om", "$PGHOST/unpacked")
                .replace("\"$GAUSSHOME\"/share/sslcert/om/*", "\"$PGHOST\"/unpacked/*")
            + "rm -r \"$PGHOST/unpacked\"");
    assertThat(run(Options.Apply.LOCAL)).isEqualTo("installed by gs_om");
    for (String name : ServerBundle.Place.OM.files()) {
      if (bundle.files().containsKey(name)) {
        assertThat(host.om().resolve(name)).hasBinaryContent(bundle.files().get(name));
      }
    }
    assertThat(run(Options.Apply.LOCAL)).isEqualTo("its files are the bundle's already");
    assertThat(Samples.codes(facts.read(false).findings()))
        .doesNotContain("TOOLS_DIRECTORY_MISSING");
  }

  /** Before 5.0 gs_om installed in data directories only. */
  @Test
  void wants_the_data_directory_only_of_an_old_version() throws Exception {
    host.script("gaussdb", "echo 'gaussdb (openGauss 3.1.0 build 4e931f9a) compiled at x'");
    cert(UNPACK + "printf x >\"$GAUSSHOME/share/sslcert/om/client.crt\"");
    assertThat(run(Options.Apply.LOCAL)).isEqualTo("installed by gs_om");
  }

  @Test
  void runs_again_after_a_failure_and_not_again_after_a_success() throws Exception {
    cert("exit 1");
    fails("GS_OM_FAILED");
    cert(UNPACK);
    assertThat(run(Options.Apply.LOCAL)).isEqualTo("installed by gs_om");
    assertThat(run(Options.Apply.LOCAL)).isEqualTo("its files are the bundle's already");
    assertThat(Files.readAllLines(base.resolve("calls"))).hasSize(2);
  }

  @Test
  void asks_for_this_node_or_for_all() throws Exception {
    cert(UNPACK);
    run(Options.Apply.LOCAL);
    host.install(ServerBundle.SERVER_CERTIFICATE, new byte[] {1});
    run(Options.Apply.CLUSTER);
    List<String> calls = Files.readAllLines(base.resolve("calls"));
    assertThat(calls.get(0)).startsWith("-t cert --cert-file=").endsWith(".zip -L");
    assertThat(calls.get(1)).startsWith("-t cert --cert-file=").endsWith(".zip");
  }

  @Test
  void only_looks_on_another_node_where_the_first_installs_on_all() throws Exception {
    cert("exit 1");
    first = false;
    assertThatThrownBy(() -> run(Options.Apply.CLUSTER))
        .hasMessageContaining("should have installed the bundle here too");
    host.install(bundle);
    assertThat(run(Options.Apply.CLUSTER)).isEqualTo("its files are the bundle's already");
    assertThat(base.resolve("calls")).doesNotExist();
  }

  @Test
  void names_the_crl_in_the_settings_of_the_server_and_only_then() throws Exception {
    CrlSetting setting = new CrlSetting(host.node());
    assertThat(setting.follow(Map.of())).isFalse();
    host.install(ServerBundle.CRL, new byte[] {1});
    assertThat(setting.follow(Map.of())).isTrue();
    assertThat(host.node().configuration().crlFile()).isEqualTo("sslcrl-file.crl");
    Files.delete(host.data().resolve(ServerBundle.CRL));
    assertThat(setting.follow(Map.of())).isTrue();
    assertThat(host.node().configuration().crlFile()).isEmpty();
    host.script("gs_guc", "exit 1");
    host.install(ServerBundle.CRL, new byte[] {1});
    assertThatThrownBy(() -> setting.follow(Map.of())).hasMessageContaining("ssl_crl_file");
  }

  /** An operator may have taken it out of force, because it has ended say, and left the file. */
  @Test
  void names_no_crl_that_none_named_when_the_files_were_kept() throws Exception {
    host.install(ServerBundle.CRL, new byte[] {1});
    CrlSetting setting = new CrlSetting(host.node());
    Map<String, String> kept = setting.kept();
    assertThat(setting.follow(kept)).isFalse();
    assertThat(setting.follow(Map.of())).isTrue();
    assertThat(setting.kept()).containsExactly(Map.entry("ssl_crl_file", ServerBundle.CRL));
    assertThat(setting.follow(kept)).isTrue();
    assertThat(host.node().configuration().crlFile()).isEmpty();
    host.settings("ssl_crl_file = 'a\\nrm b\\n/../sslcrl-file.crl'");
    assertThat(setting.kept())
        .as("RESTORE.txt quotes it")
        .containsExactly(Map.entry("ssl_crl_file", ServerBundle.CRL));
    Files.delete(host.data().resolve(ServerBundle.CRL));
    setting.follow(Map.of("ssl_crl_file", ServerBundle.CRL));
    assertThat(host.node().configuration().crlFile()).as("no file").isEmpty();
  }

  /** gs_om may set the setting only, or be ended before it removes the file. */
  @Test
  void takes_a_crl_away_that_the_bundle_does_not_hold() throws Exception {
    host.install(ServerBundle.CRL, new byte[] {1});
    new CrlSetting(host.node()).follow(Map.of());
    cert(UNPACK + "gs_guc set -D '@DATA@' -c \"ssl_crl_file=''\"");
    assertThat(run(Options.Apply.LOCAL)).isEqualTo("installed by gs_om");
    assertThat(host.data().resolve(ServerBundle.CRL)).doesNotExist();
    assertThat(host.node().configuration().crlFile()).isEmpty();
  }

  /** They may be the only copies: nothing removes them, whatever is asked for. */
  @Test
  void a_clean_up_does_not_cover_what_a_rollback_moved_away() throws Exception {
    host.configuration("ssl = off");
    host.options.put("clean_up", true);
    Path key = host.data().resolve(ServerBundle.SERVER_KEY);
    Files.move(key, Files.createDirectory(host.data().resolve("tempDir")).resolve("server.key"));
    LocalFacts facts = new LocalFacts(host.node(), new Ports(host.node()), host.options());
    assertThat(facts.read(false).findings())
        .anyMatch(f -> f.code().equals("ROLLBACK_CUT_OFF") && f.severity() == Severity.ERROR);
  }

  /** As where one directory was left out of a run: each has an archive of its own. */
  @Test
  void wants_each_directory_as_its_own_archive_has_it_after_the_rollback_of_the_vendor()
      throws Exception {
    Path cm = Files.createDirectories(base.resolve("app/share/sslcert/cm"));
    for (String name : List.of("server.crt", "server.key")) {
      Files.writeString(cm.resolve(name), "of an earlier run");
    }
    for (Path directory : List.of(host.data(), host.om(), cm)) {
      String tar = "tar -zcf " + VendorBackup.FILE + " *.crt *.key";
      assertThat(
              new ProcessBuilder("sh", "-c", tar).directory(directory.toFile()).start().waitFor())
          .isZero();
    }
    Bundle back = new VendorBackup(host.node()).read();
    host.install(bundle);
    Files.writeString(cm.resolve("server.key"), "of this run");
    InstallSpec spec =
        new InstallSpec(
            "rotation.db1", false, base.resolve("kept"), true, true, Options.Apply.LOCAL);
    String unpack =
        "for d in '@DATA@' \"$GAUSSHOME\"/share/sslcert/om; do"
            + " (cd \"$d\" && tar -zxf gsql_cert_backup.tar.gz); done; ";
    cert(unpack);
    assertThatThrownBy(() -> new CertificateStep(host.node()).run(back, spec))
        .hasMessageContaining(cm.resolve("server.key") + "]");
    cert(unpack + "cd '" + cm + "' && tar -zxf gsql_cert_backup.tar.gz");
    assertThat(new CertificateStep(host.node()).run(back, spec)).isEqualTo("installed by gs_om");
    assertThat(cm.resolve("server.key")).hasContent("of an earlier run");
  }

  @Test
  void removes_what_a_gs_om_leaves_that_fails_behind_the_last_file() throws Exception {
    cert(UNPACK + "touch '@DATA@/certFlag'; mkdir -p \"$PGHOST/tempCertDir\"; exit 1");
    assertThat(run(Options.Apply.LOCAL)).contains("though it ended with code 1");
    assertThat(host.data().resolve("certFlag")).doesNotExist();
    assertThat(base.resolve("tmp/tempCertDir")).doesNotExist();
  }

  /** Killed after the last file and before the rest: gs_om sets ssl_crl_file at the very end. */
  @Test
  void ends_what_a_killed_call_has_only_begun() throws Exception {
    bundle.files().put(ServerBundle.CRL, new byte[] {1});
    host.install(bundle);
    Path left = packed();
    Files.createDirectories(left.getParent());
    Files.writeString(left, "private keys");
    assertThat(run(Options.Apply.LOCAL)).isEqualTo("its files are the bundle's already");
    assertThat(left).doesNotExist();
    assertThat(host.node().configuration().crlFile()).isEqualTo(ServerBundle.CRL);
  }

  @Test
  void gives_the_tools_of_every_node_their_files_where_an_old_version_does_not() throws Exception {
    host.script("gaussdb", "echo 'gaussdb (openGauss 3.1.0 build 4e931f9a) compiled at x'");
    host.install(bundle);
    Files.delete(host.om().resolve(ServerBundle.CLIENT_KEY));
    first = false;
    run(Options.Apply.CLUSTER);
    assertThat(host.om().resolve(ServerBundle.CLIENT_KEY))
        .hasBinaryContent(bundle.files().get(ServerBundle.CLIENT_KEY));
  }

  @Test
  void leaves_no_key_for_jdbc_of_another_certificate_where_an_old_version_would() throws Exception {
    host.script("gaussdb", "echo 'gaussdb (openGauss 3.1.0 build 4e931f9a) compiled at x'");
    bundle = Samples.without(bundle, ServerBundle.JDBC_KEY);
    host.install(bundle);
    assertThat(host.om().resolve(ServerBundle.JDBC_KEY)).exists();
    run(Options.Apply.LOCAL);
    assertThat(host.om().resolve(ServerBundle.JDBC_KEY)).doesNotExist();
  }
}
