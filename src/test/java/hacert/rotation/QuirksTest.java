package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What scripts, files and links of a real system may be like, as far as nobody has ruled it out.
 */
class QuirksTest {
  private static final String SAID = "echo \"[INFO] Succeed to replace ha ssl cert.\"";
  private static final String FAILS = "replace-fails-after";

  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  @AfterEach
  void endDaemons() {
    ProcessHandle.allProcesses()
        .filter(p -> p.info().commandLine().filter(c -> c.contains("sleep 98765")).isPresent())
        .forEach(ProcessHandle::destroy);
  }

  private static void edit(TestHost host, String script, String old, String text)
      throws IOException {
    Path file = host.omHome().resolve("sbin").resolve(script);
    if (script.equals("gen-cert.sh")) {
      file = host.run().resolve("workspace/ha/module/hacom/script").resolve(script);
    }
    String before = Files.readString(file);
    assertThat(before).contains(old);
    Files.writeString(file, before.replace(old, text));
  }

  private void ended(Exit exit) {
    Driver.End end = pair.rotate();
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(exit);
  }

  @Tag("long")
  @Test
  void a_pair_without_a_server_certificate_goes_back_to_having_none() throws Exception {
    for (TestHost host : pair.hosts()) {
      Files.delete(host.certHa().resolve("server.crt"));
    }
    List<Map<String, String>> before = List.of(pair.one.installed(), pair.two.installed());
    pair.two.on(FAILS);
    ended(Exit.ROLLED_BACK);
    assertThat(List.of(pair.one.installed(), pair.two.installed())).isEqualTo(before);
    pair.two.off(FAILS);
    pair.anotherRun();
    ended(Exit.DONE);
  }

  @Tag("long")
  @Test
  void a_daemon_that_a_failing_script_leaves_keeps_nobody_from_going_back() throws Exception {
    Map<String, String> before = pair.one.installed();
    edit(pair.one, "replacehaSSLCert.sh", "if on " + FAILS, daemon() + "if on " + FAILS);
    pair.one.on(FAILS);
    ended(Exit.ROLLED_BACK);
    assertThat(pair.one.installed()).isEqualTo(before);
  }

  private static String daemon() {
    return "setsid sleep 98765 </dev/null >/dev/null 2>&1 &\n";
  }

  @Tag("long")
  @Test
  void what_gen_cert_changes_beside_its_output_is_put_right_before_the_backup() throws Exception {
    Map<String, String> before = pair.one.installed();
    edit(
        pair.one,
        "gen-cert.sh",
        "echo \"Generate root-ca pair success.\"",
        daemon()
            + "echo other >\"$local/hacom/conf/ha.key\"; echo x >\"$cert/x\"\n"
            + "echo \"Generate root-ca pair success.\"");
    pair.settings =
        Map.of(
            "source",
            "vendor",
            "subject",
            Map.of(
                "country",
                "DE",
                "state",
                "BY",
                "city",
                "M",
                "company",
                "X",
                "organization",
                "Y",
                "common_name",
                "vendor root",
                "email",
                "a@example.com"));
    pair.two.on(FAILS);
    ended(Exit.ROLLED_BACK);
    assertThat(pair.one.installed()).isEqualTo(before);
  }

  @Test
  void a_script_that_leaves_one_copy_of_the_server_certificate_is_not_believed() throws Exception {
    edit(pair.one, "replacehaSSLCert.sh", "cp \"$cert/root-ca.crt\" \"$local/cert/\"\n", "");
    edit(
        pair.one,
        "replacehaSSLCert.sh",
        "cat \"$made/server.crt\" \"$made/server.key\" >\"$local/cert/server.pem\"\n",
        "");
    ended(Exit.ROLLED_BACK);
    assertThat(pair.codes()).contains("REPLACE_WITHOUT_EFFECT");
  }

  @Test
  void nor_is_it_on_the_second_try() throws Exception {
    pair.two.once(FAILS);
    edit(
        pair.two,
        "replacehaSSLCert.sh",
        "cat \"$made/server.crt\" \"$made/server.key\" >\"$local/cert/server.pem\"\n",
        "");
    ended(Exit.ROLLED_BACK);
    assertThat(pair.heard)
        .flatMap(Result::findings)
        .filteredOn(f -> f.code().equals("REPLACE_WITHOUT_EFFECT"))
        .isNotEmpty()
        .allSatisfy(f -> assertThat(f.remedy()).contains("local/cert/server.pem"));
    assertThat(pair.two.count("replaces")).isEqualTo(2);
    assertThat(pair.two.count("restarts")).isZero();
  }

  @Test
  void a_copy_that_a_person_has_put_aside_is_told_and_stops_nothing() throws Exception {
    Path aside = pair.one.certHa().resolve("server.crt.bak");
    Files.copy(pair.one.certHa().resolve("server.crt"), aside, StandardCopyOption.COPY_ATTRIBUTES);
    ended(Exit.DONE);
    assertThat(pair.heard)
        .flatMap(Result::findings)
        .filteredOn(f -> f.code().equals("OLD_CERTIFICATE_LEFT"))
        .isNotEmpty()
        .allSatisfy(f -> assertThat(f.message()).contains(aside.toString()));
  }

  @Tag("long")
  @Test
  void a_copy_that_was_another_one_before_is_none() throws Exception {
    for (TestHost host : pair.hosts()) {
      edit(host, "replacehaSSLCert.sh", "cp \"$cert/root-ca.crt\" \"$local/cert/\"\n", "");
      edit(
          host,
          "replacehaSSLCert.sh",
          "cat \"$made/server.crt\" \"$made/server.key\" >\"$local/cert/server.pem\"\n",
          "");
      Path file = host.localCert().resolve("server.pem");
      FileTime time = Files.getLastModifiedTime(file);
      Files.write(file, Files.readAllBytes(host.certHa().resolve("root-ca.crt")));
      Files.setLastModifiedTime(file, time);
    }
    ended(Exit.DONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "exit 1\n"})
  void what_the_restart_writes_is_no_change_of_somebody_else_s(String end) throws Exception {
    Map<String, String> before = pair.one.installed();
    edit(
        pair.one,
        "restart-oms.sh",
        "rm -f \"$here/ha/down\"\n",
        "rm -f \"$here/ha/down\"\necho seed >\"$local/cert/ha.seed\"\n[ -e \"$here/ha/again\" ] || { touch"
            + " \"$here/ha/again\"\n"
            + end
            + "}\n");
    pair.two.on(FAILS);
    ended(Exit.ROLLED_BACK);
    Map<String, String> now = pair.one.installed();
    assertThat(now.keySet()).anyMatch(name -> name.endsWith("/ha.seed"));
    // What the second restart writes anew changes the directory's time.
    List.of(now, before)
        .forEach(all -> all.keySet().removeIf(name -> name.matches(".*/local/cert(/ha.seed)?")));
    assertThat(now).isEqualTo(before);
  }

  @Test
  void what_ha_of_the_second_node_notes_in_the_mixed_window_stops_nobody() throws Exception {
    edit(
        pair.one,
        "restart-oms.sh",
        "rm -f \"$here/ha/down\"\n",
        "rm -f \"$here/ha/down\"\necho peer >" + pair.two.conf().resolve("ha.state") + "\n");
    ended(Exit.DONE);
  }

  @Test
  void what_ha_of_the_second_node_notes_keeps_the_first_from_no_way_back() throws Exception {
    Map<String, String> before = pair.one.installed();
    edit(
        pair.one,
        "restart-oms.sh",
        "rm -f \"$here/ha/down\"\n",
        "rm -f \"$here/ha/down\"\necho peer >" + pair.two.conf().resolve("ha.state") + "\n");
    pair.two.on(FAILS);
    ended(Exit.ROLLED_BACK);
    assertThat(pair.one.installed()).isEqualTo(before);
  }

  @Test
  void hard_links_between_the_directories_are_parted_and_both_are_new() throws Exception {
    for (TestHost host : pair.hosts()) {
      Path copy = host.localCert().resolve("root-ca.crt");
      Files.delete(copy);
      Files.createLink(copy, host.certHa().resolve("root-ca.crt"));
      edit(host, "replacehaSSLCert.sh", "cp \"$cert/root-ca.crt\" \"$local/cert/\"\n", "");
    }
    ended(Exit.DONE);
    for (TestHost host : pair.hosts()) {
      assertThat(host.localCert().resolve("root-ca.crt"))
          .hasSameBinaryContentAs(host.certHa().resolve("root-ca.crt"));
    }
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"root-ca.crt", "server.crt"})
  void a_file_of_cert_ha_that_is_a_link_into_local_cert_is_read_and_replaced(String name)
      throws Exception {
    for (TestHost host : pair.hosts()) {
      Path link = host.certHa().resolve(name);
      Path file = host.localCert().resolve(name);
      Files.deleteIfExists(file);
      Files.move(link, file);
      Files.createSymbolicLink(link, file);
    }
    Map<String, String> before = pair.one.installed();
    pair.two.on(FAILS);
    ended(Exit.ROLLED_BACK);
    assertThat(pair.one.installed()).isEqualTo(before);
    pair.two.off(FAILS);
    pair.anotherRun();
    ended(Exit.DONE);
  }

  @Test
  void a_link_to_what_is_in_no_backup_is_refused_before_anything_is_changed() throws Exception {
    Path shared = pair.two.here.resolve("server.crt");
    Files.move(pair.two.certHa().resolve("server.crt"), shared);
    Files.createSymbolicLink(pair.two.certHa().resolve("server.crt"), shared);
    List<Map<String, String>> before = List.of(pair.one.installed(), pair.two.installed());
    pair.check = true;
    ended(Exit.REFUSED);
    pair.check = false;
    pair.anotherRun();
    ended(Exit.REFUSED);
    assertThat(pair.codes()).contains("LINK_LEADS_OUT");
    assertThat(List.of(pair.one.installed(), pair.two.installed())).isEqualTo(before);
  }

  @Test
  void a_script_that_fails_and_puts_the_old_root_back_gets_the_new_one_again() throws Exception {
    String old = pair.two.root();
    Path aside = Files.createDirectory(base.resolve("aside"));
    for (String name : List.of("root-ca.crt", "root-ca.pem")) {
      Files.copy(pair.two.certHa().resolve(name), aside.resolve(name));
    }
    edit(
        pair.two,
        "replacehaSSLCert.sh",
        "if on " + FAILS + "; then",
        "if on " + FAILS + "; then cp " + aside + "/root-ca.* \"$cert/\"");
    pair.two.once(FAILS);
    ended(Exit.DONE);
    assertThat(pair.two.root()).isNotEqualTo(old).isEqualTo(pair.one.root());
  }

  @Test
  void directories_get_back_the_modes_that_they_had() throws Exception {
    for (TestHost host : pair.hosts()) {
      Files.setPosixFilePermissions(host.certHa(), PosixFilePermissions.fromString("rwxr-x---"));
      edit(host, "replacehaSSLCert.sh", SAID, "chmod 700 \"$cert\"\n" + SAID);
    }
    ended(Exit.DONE);
    assertThat(Stream.of(pair.one, pair.two).map(QuirksTest::mode)).containsOnly("rwxr-x---");
  }

  private static String mode(TestHost host) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(host.certHa()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Tag("long")
  @Test
  void a_start_time_that_is_rounded_now_and_then_is_no_restart() throws Exception {
    for (TestHost host : pair.hosts()) {
      edit(
          host,
          "status-oms.sh",
          "read -r start <\"$pair/$node/ha/start\" || :",
          "start=$(date -d \"$(cat \"$pair/$node/ha/start\") $(($(date +%N | sed 's/^0*//') % 2)) seconds\""
              + " '+%Y-%m-%d %H:%M:%S')");
    }
    Map<String, String> before = pair.one.installed();
    pair.two.on(FAILS);
    ended(Exit.ROLLED_BACK);
    assertThat(pair.one.installed()).isEqualTo(before);
  }
}
