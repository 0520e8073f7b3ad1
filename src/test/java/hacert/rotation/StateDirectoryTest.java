package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.cli.Cli;
import hacert.result.Exit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A state directory that others can write to is neither believed nor used. */
class StateDirectoryTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  private Path open(String name) throws Exception {
    Path directory = pair.one.home().resolve(name);
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
    return directory;
  }

  @ParameterizedTest
  @ValueSource(strings = {".hacert", ".hacert/lib", ".hacert/pair"})
  void is_refused_before_anything_is_changed(String name) throws Exception {
    Files.createDirectories(pair.one.home().resolve(".hacert"));
    Files.setPosixFilePermissions(
        pair.one.home().resolve(".hacert"), PosixFilePermissions.fromString("rwx------"));
    open(name);
    Map<String, String> before = TestHost.tree(base);
    assertThat(pair.rotate().exit()).isEqualTo(Exit.REFUSED);
    assertThat(pair.codes()).contains("STATE_DIRECTORY_UNSAFE");
    assertThat(TestHost.tree(base)).isEqualTo(before);
    pair.check = true;
    assertThat(pair.rotate().exit()).isEqualTo(Exit.REFUSED);
    assertThat(TestHost.tree(base)).isEqualTo(before);
  }

  @Test
  void may_be_a_link_to_another_disk() throws Exception {
    Path disk = Files.createDirectory(base.resolve("disk"));
    Files.setPosixFilePermissions(disk, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(pair.one.home().resolve(".hacert"), disk);
    assertThat(pair.rotate().exit()).as(pair.codes().toString()).isEqualTo(Exit.DONE);
    assertThat(disk.resolve("pair/journal.json")).isRegularFile();
  }

  @Test
  void is_not_read_by_commands_that_are_given_by_hand() throws Exception {
    Path directory = open(".hacert");
    Cli.Run run = Cli.run("", "status", "pair", "--state-dir", directory.toString());
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err())
        .startsWith("error STATE_DIRECTORY_UNSAFE: ")
        .contains(directory.toString(), "hacert_state_dir");
  }

  @Test
  void is_no_directory_that_is_called_tilde() {
    Cli.Run run = Cli.run("", "status", "pair", "--state-dir", "~/state");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("state_dir is ~/state");
  }
}
