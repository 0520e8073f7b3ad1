package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An older generation of MRS brings back certificates and the key password, and nothing else. */
class ForeignChangesTest {
  @TempDir static Path scratch;
  private static TwoHosts pair;
  private static Rewind rotated;

  /** Generations 1 to 3, of which 3 runs. */
  @BeforeAll
  static void rotate_twice() throws Exception {
    pair = new TwoHosts(scratch.resolve("hosts"));
    for (TestHost host : pair.hosts()) {
      write(host, "<ha>\n  <ssl keypassword=\"none\" port=\"20012\"/>\n  <vip>192.0.2.1</vip>\n");
      // The vendor's replacement stores the password with another salt each time, and may renew
      // the key that encrypts it.
      Path script = host.omHome().resolve("sbin/replacehaSSLCert.sh");
      Files.writeString(
          script,
          Files.readString(script)
              + "sed -i 's|keypassword=\"[^\"]*\"|keypassword=\"'$(openssl rand -hex 8)'\"|' '"
              + configuration(host)
              + "'\nopenssl rand -out '"
              + cipherKey(host)
              + "' 64\n");
    }
    rotate();
    rotate();
    rotated = new Rewind(scratch.resolve("hosts"));
  }

  @BeforeEach
  void as_rotated() throws Exception {
    rotated.back();
    pair.check = false;
    pair.heard.clear();
  }

  private static Path cipherKey(TestHost host) {
    return host.conf().resolve("ha.key");
  }

  private static Path configuration(TestHost host) {
    return host.conf().resolve("hacom.xml");
  }

  private static void write(TestHost host, String text) throws Exception {
    Files.writeString(configuration(host), text);
    Files.setPosixFilePermissions(
        configuration(host), PosixFilePermissions.fromString("rw-------"));
    Files.setLastModifiedTime(
        configuration(host), Files.getLastModifiedTime(host.certHa().resolve("root-ca.crt")));
  }

  private void edit(TestHost host, String old, String now) throws Exception {
    String text = Files.readString(configuration(host));
    assertThat(text).contains(old);
    Files.writeString(configuration(host), text.replace(old, now));
  }

  private static void rotate() {
    pair.settings = Map.of("force", true);
    assertThat(pair.anotherRun().rotate().exit()).as(codes()).isEqualTo(Exit.DONE);
  }

  private Exit back(int generation) {
    pair.heard.clear();
    pair.settings = Map.of("generation", generation);
    return pair.anotherRun().rollback().exit();
  }

  private static String codes() {
    return pair.heard.stream()
        .flatMap(r -> r.findings().stream())
        .map(f -> f.code() + " " + f.message())
        .distinct()
        .toList()
        .toString();
  }

  private String keyPassword(TestHost host) throws Exception {
    return Files.readString(configuration(host)).replaceAll("(?s).*keypassword=\"(\\w+)\".*", "$1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "two"})
  void a_configuration_that_someone_has_changed_since_is_not_undone(String node) throws Exception {
    TestHost host = node.equals("one") ? pair.one : pair.two;
    edit(host, "192.0.2.1", "192.0.2.99");
    Map<String, String> one = pair.one.installed();
    Map<String, String> two = pair.two.installed();
    assertThat(back(1)).isEqualTo(Exit.REFUSED);
    List<Finding> findings =
        pair.heard.stream()
            .filter(r -> r.operation().equals("stage"))
            .flatMap(r -> r.findings().stream())
            .filter(f -> f.code().equals("CONFIGURATION_DIFFERS"))
            .toList();
    assertThat(findings).as(codes()).hasSize(1);
    assertThat(findings.get(0).message())
        .contains(configuration(host) + " (content)")
        .doesNotContain("192.0.2.99", keyPassword(host));
    assertThat(pair.one.installed()).isEqualTo(one);
    assertThat(pair.two.installed()).isEqualTo(two);
    assertThat(pair.one.journal().isOpen()).isFalse();
  }

  @Tag("long")
  @Test
  void so_it_is_after_later_rotations_which_are_not_refused_themselves() throws Exception {
    edit(pair.one, "20012", "20013");
    rotate();
    // 4 is what was found, 5 what the rotation made of it.
    assertThat(back(3)).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains("CONFIGURATION_DIFFERS");
    assertThat(back(4)).as(codes()).isEqualTo(Exit.DONE);
    assertThat(configuration(pair.one)).content().contains("20013");
  }

  @Tag("long")
  @Test
  void the_key_of_the_cipher_is_somebody_elses_where_no_rotation_has_changed_it() throws Exception {
    Path other = Files.writeString(pair.one.conf().resolve("other.key"), "\0\1\2");
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-------"));
    rotate();
    Files.writeString(other, "\0\1\3");
    assertThat(back(4)).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains(other + " (content)");
  }

  @Test
  void a_file_that_was_added_and_another_mode_are_differences_too() throws Exception {
    Path added = Files.writeString(pair.one.conf().resolve("extra.xml"), "<extra/>");
    assertThat(back(2)).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains(added + " (there or not)");
    Files.delete(added);
    Files.setPosixFilePermissions(
        configuration(pair.one), PosixFilePermissions.fromString("rw-r-----"));
    assertThat(back(2)).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains(configuration(pair.one) + " (mode)");
  }

  @Test
  void a_dry_run_says_so_too() throws Exception {
    edit(pair.one, "192.0.2.1", "192.0.2.99");
    pair.check = true;
    assertThat(back(1)).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains("CONFIGURATION_DIFFERS");
  }

  @Tag("long")
  @Test
  void the_key_password_comes_back_with_the_certificates_of_any_generation() throws Exception {
    String newest = keyPassword(pair.one);
    for (int generation : new int[] {1, 3, 2}) {
      Generation wanted = pair.one.generations().get(generation);
      assertThat(back(generation)).as(codes()).isEqualTo(Exit.DONE);
      assertThat(
              GenerationStore.differences(
                  wanted.manifest(),
                  hacert.host.Snapshot.of(
                      List.of(pair.one.certHa(), pair.one.localCert(), pair.one.conf()),
                      hacert.host.Snapshot.Limits.USUAL)))
          .isEmpty();
      assertThat(keyPassword(pair.one).equals(newest)).isEqualTo(generation == 3);
    }
  }

  @Test
  void certificates_that_were_replaced_by_hand_since_are_no_reason_to_refuse() throws Exception {
    for (TestHost host : pair.hosts()) {
      edit(host, keyPassword(host), "0123456789abcdef");
      Files.writeString(host.certHa().resolve("note.crt"), "by hand");
    }
    pair.settings = Map.of("generation", 2, "accept_unproven", true);
    assertThat(pair.anotherRun().rollback().exit()).as(codes()).isEqualTo(Exit.DONE);
    assertThat(pair.one.certHa().resolve("note.crt")).doesNotExist();
  }
}
