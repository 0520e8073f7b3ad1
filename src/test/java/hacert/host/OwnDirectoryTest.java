package hacert.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose directory it is, in which what runs and what counts as done is kept. */
class OwnDirectoryTest {
  @TempDir Path base;
  private final int me = FileMeta.mine(0).owner();
  private Path own;

  @BeforeEach
  void build() throws Exception {
    own = Files.createDirectory(base.resolve("own"));
    mode("rwx------");
  }

  private void mode(String bits) throws Exception {
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString(bits));
  }

  private static String refused(Path directory, int user) {
    HostException e = Findings.of(() -> OwnDirectory.check(directory, user));
    assertThat(e.code()).isEqualTo("STATE_DIRECTORY_UNSAFE");
    assertThat(e).hasMessageContaining("Nothing was changed");
    return e.getMessage();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwx------", "rwxr-xr-x", "r-x------"})
  void one_that_only_its_owner_can_change_is_taken(String bits) throws Exception {
    mode(bits);
    assertThatCode(() -> OwnDirectory.check(own)).doesNotThrowAnyException();
  }

  @Test
  void one_that_is_not_there_is_nobody_s_yet() {
    assertThatCode(() -> OwnDirectory.check(base.resolve("none"))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwx---", "rwx----w-", "rwxrwxrwx"})
  void one_that_others_can_write_to_is_refused(String bits) throws Exception {
    mode(bits);
    assertThat(refused(own, me)).contains(own.toString(), "others than its owner");
  }

  @Test
  void one_of_another_user_is_refused() {
    assertThat(refused(own, me + 1)).contains("belongs to user " + me);
  }

  @Test
  void a_link_of_this_user_s_to_an_own_directory_is_taken() throws Exception {
    Path link = Files.createSymbolicLink(base.resolve("link"), own);
    assertThatCode(() -> OwnDirectory.check(link)).doesNotThrowAnyException();
    mode("rwxrwx---");
    assertThat(refused(link, me)).contains("others than its owner");
    assertThat(refused(link, me + 1)).contains("belongs to user " + me);
  }

  @Test
  void what_is_no_directory_is_refused() throws Exception {
    Path file = Files.writeString(base.resolve("file"), "");
    Path nowhere = Files.createSymbolicLink(base.resolve("link"), base.resolve("none"));
    assertThat(refused(file, me)).contains("is no directory");
    assertThat(refused(nowhere, me)).contains("is no directory");
  }
}
