package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HA may read the root files of local/cert at its next start, as well as those of certHA. */
class RootCopiesTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
    for (TestHost host : pair.hosts()) {
      // This vendor's script leaves local/cert/root-ca.* alone.
      script(host, "cp \"$cert/root-ca.crt\" \"$local/cert/\"", ":");
      Path key = Files.copy(host.certHa().resolve("root-ca.pem"), copy(host, "root-ca.pem"));
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
      Files.setLastModifiedTime(key, FileTime.from(Instant.now().minusSeconds(3600)));
    }
  }

  private static Path copy(TestHost host, String name) {
    return host.localCert().resolve(name);
  }

  private static void script(TestHost host, String from, String to) throws Exception {
    Path script = host.omHome().resolve("sbin/replacehaSSLCert.sh");
    String text = Files.readString(script);
    assertThat(text).contains(from);
    Files.writeString(script, text.replace(from, to));
  }

  @Test
  void are_replaced_where_they_lie_and_keep_their_modes() throws Exception {
    String old = pair.one.root();
    assertThat(pair.rotate().exit()).as("%s", pair.codes()).isEqualTo(Exit.DONE);
    assertThat(pair.one.root()).isNotEqualTo(old);
    for (TestHost host : pair.hosts()) {
      for (String name : List.of("root-ca.crt", "root-ca.pem")) {
        assertThat(copy(host, name)).hasSameBinaryContentAs(host.certHa().resolve(name));
      }
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(copy(host, "root-ca.pem"))))
          .isEqualTo("rw-r-----");
    }
  }

  @Tag("long")
  @Test
  void are_not_put_where_there_were_none_and_may_be_a_link() throws Exception {
    Files.delete(copy(pair.one, "root-ca.pem"));
    Files.delete(copy(pair.one, "root-ca.crt"));
    Files.createSymbolicLink(
        copy(pair.one, "root-ca.crt"), pair.one.certHa().resolve("root-ca.crt"));
    assertThat(pair.rotate().exit()).as("%s", pair.codes()).isEqualTo(Exit.DONE);
    assertThat(copy(pair.one, "root-ca.pem")).doesNotExist();
    assertThat(copy(pair.one, "root-ca.crt")).isSymbolicLink();
  }

  @Tag("long")
  @Test
  void that_the_script_brings_back_end_the_rotation_before_a_restart() throws Exception {
    Map<String, String> before = pair.one.installed();
    Path old = Files.copy(copy(pair.one, "root-ca.crt"), base.resolve("old.crt"));
    script(pair.one, "echo \"[INFO]", "cp " + old + " \"$local/cert/root-ca.crt\"\necho \"[INFO]");
    assertThat(pair.rotate().exit()).as("%s", pair.codes()).isEqualTo(Exit.ROLLED_BACK);
    assertThat(pair.codes()).contains("REPLACE_WITHOUT_EFFECT");
    assertThat(pair.one.count("restarts")).isZero();
    assertThat(pair.one.installed()).isEqualTo(before);
  }

  @Tag("long")
  @Test
  void of_another_root_are_a_reason_for_a_rotation() throws Exception {
    assertThat(pair.rotate().exit()).as("%s", pair.codes()).isEqualTo(Exit.DONE);
    assertThat(pair.anotherRun().plan().action()).isEqualTo(Plan.Action.NONE);
    Path other = Files.createDirectories(base.resolve("other"));
    TwoHosts.newRoot(other, 3650, "other");
    Files.write(copy(pair.one, "root-ca.crt"), Files.readAllBytes(other.resolve("root-ca.crt")));
    Files.setLastModifiedTime(
        copy(pair.one, "root-ca.crt"), FileTime.from(Instant.now().minusSeconds(3600)));
    assertThat(pair.plan().due()).extracting(Plan.Reason::code).contains("BUNDLE_INCONSISTENT");
  }
}
