package hacert.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleFilesTest {
  @TempDir Path dir;

  private static String refusal(Path file, long most) {
    return ((BundleFile.Refused) BundleFiles.read(file, most)).finding().code();
  }

  @Test
  void tells_why_a_file_cannot_be_used() throws Exception {
    Path file = Files.write(dir.resolve("file"), new byte[10]);
    Path link = Files.createSymbolicLink(dir.resolve("link"), file);
    Path loop = Files.createSymbolicLink(dir.resolve("loop"), dir.resolve("loop"));
    assertThat(refusal(dir.resolve("none"), 10)).isEqualTo("FILE_MISSING");
    assertThat(refusal(file.resolve("below"), 10)).isEqualTo("FILE_UNREADABLE");
    assertThat(refusal(dir, 10)).isEqualTo("FILE_NOT_REGULAR");
    assertThat(refusal(link, 10)).isEqualTo("FILE_NOT_REGULAR");
    assertThat(refusal(loop, 10)).isEqualTo("FILE_NOT_REGULAR");
    assertThat(refusal(Path.of("/dev/zero"), 10)).isEqualTo("FILE_NOT_REGULAR");
    assertThat(refusal(file, 9)).isEqualTo("FILE_TOO_LARGE");
    assertThat(refusal(Files.createFile(dir.resolve("empty")), 9)).isEqualTo("FILE_EMPTY");
  }

  @Test
  void does_not_wait_for_the_writer_of_a_pipe() throws Exception {
    Path pipe = dir.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> assertThat(refusal(pipe, 10)).isEqualTo("FILE_NOT_REGULAR"));
  }

  @Test
  void tells_a_file_that_must_not_be_read() throws IOException {
    Path file = Files.write(dir.resolve("file"), new byte[10]);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(file), "root reads everything");
    assertThat(refusal(file, 10)).isEqualTo("FILE_UNREADABLE");
  }

  @Test
  void a_file_whose_size_is_not_announced_is_bounded_too() {
    assertThat(refusal(Path.of("/proc/self/maps"), 100)).isEqualTo("FILE_TOO_LARGE");
  }

  @Test
  void gives_what_a_file_holds_up_to_the_limit_and_does_not_print_it() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "secret");
    BundleFile read = BundleFiles.read(file, 6);
    assertThat(read).isInstanceOf(BundleFile.Content.class).hasToString("Content[6 bytes]");
    assertThat(((BundleFile.Content) read).bytes()).asString().isEqualTo("secret");
  }
}
