package hacert.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  @TempDir Path directory;

  private static final FileMeta MINE = FileMeta.mine(0640);

  private List<String> names() throws Exception {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static int run(String... argv) throws Exception {
    return Commands.system()
        .run(Command.of(Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), List.of(argv)))
        .exitCode();
  }

  @Test
  void keeps_the_old_content_when_the_disk_is_full() throws Exception {
    assumeTrue(MINE.owner() == 0, "only root can mount a small disk");
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=64k", "none", directory.toString()) == 0,
        "mounting is not allowed here");
    try {
      Path file = directory.resolve("server.crt");
      AtomicFiles.write(file, "old".getBytes(UTF_8), MINE);
      HostException e = Findings.of(() -> AtomicFiles.write(file, new byte[1 << 20], MINE));
      assertThat(e.code()).isEqualTo("DISK_FULL");
      assertThat(e)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("old content is still in place");
      assertThat(file).hasContent("old");
      assertThat(names()).containsExactly("server.crt");
    } finally {
      run("umount", directory.toString());
    }
  }

  @Test
  void keeps_the_old_content_when_the_owner_cannot_be_set(@TempDir Path classes) throws Exception {
    // Only an ordinary user can be refused; root becomes one for it.
    Path file = Files.writeString(directory.resolve("f"), "old");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Process child =
        MINE.owner() == 0
            ? TestJvm.startAsNobody(classes, GiveAwayMain.class, file.toString())
            : TestJvm.start(GiveAwayMain.class, file.toString());
    assertThat(new String(child.getInputStream().readAllBytes(), UTF_8))
        .isEqualTo("OWNER_NOT_SETTABLE");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("f");
  }

  /** Tries to give a file to root. */
  static final class GiveAwayMain {
    private GiveAwayMain() {}

    /** Argument: the file. */
    public static void main(String[] args) {
      try {
        AtomicFiles.write(
            Path.of(args[0]), new byte[1], new FileMeta(0, 0, 0644, Optional.empty()));
      } catch (HostException e) {
        System.out.print(e.code());
      }
    }
  }

  @Test
  void says_that_a_directory_is_missing() {
    HostException e =
        Findings.of(() -> AtomicFiles.write(directory.resolve("no/f"), new byte[1], MINE));
    assertThat(e.code()).isEqualTo("FILE_NOT_WRITTEN");
    assertThat(e).hasMessageContaining("Nothing was put there");
  }

  @Test
  void replaces_no_directory() throws Exception {
    Path place = Files.createDirectory(directory.resolve("d"));
    Files.writeString(place.resolve("inside"), "x");
    assertThat(Findings.code(() -> AtomicFiles.write(place, new byte[1], MINE)))
        .isEqualTo("FILE_NOT_WRITTEN");
    assertThat(names()).containsExactly("d");
    assertThat(place.resolve("inside")).hasContent("x");
  }

  @Test
  void replaces_a_link_and_not_its_target() throws Exception {
    Path target = Files.writeString(directory.resolve("target"), "untouched");
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);
    AtomicFiles.write(link, "new".getBytes(UTF_8), MINE);
    assertThat(target).hasContent("untouched");
    assertThat(Files.isSymbolicLink(link)).isFalse();
    assertThat(link).hasContent("new");
  }

  @Test
  void adjusts_no_target_of_a_link() throws Exception {
    Path target = Files.writeString(directory.resolve("target"), "untouched");
    FileMeta before = FileMeta.of(target);
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);
    HostException e =
        Findings.of(() -> AtomicFiles.adjust(link, MINE.withMode(0666).withMtime(Instant.EPOCH)));
    assertThat(e.code()).isEqualTo("FILE_NOT_WRITTEN");
    assertThat(e).hasMessageContaining(link.toString());
    assertThat(FileMeta.of(target)).isEqualTo(before);
  }

  /** As one of the group can, in a directory that a group may write to. */
  @Test
  void follows_no_link_that_is_put_in_the_place_of_the_temporary_file() throws Exception {
    Path victim = Files.writeString(directory.resolve("victim"), "untouched");
    FileMeta before = FileMeta.of(victim);
    Path shared = Files.createDirectory(directory.resolve("shared"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwx---"));
    AtomicInteger swapped = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    Thread swapper =
        new Thread(
            () -> {
              while (!over.get()) {
                swap(shared, victim, swapped);
              }
            });
    swapper.start();
    try {
      Instant end = Instant.now().plusSeconds(1);
      while (Instant.now().isBefore(end)) {
        try {
          AtomicFiles.write(
              shared.resolve("server.crt"),
              "new".getBytes(UTF_8),
              MINE.withMode(0666).withMtime(Instant.EPOCH));
        } catch (HostException e) {
          assertThat(e.code()).isEqualTo("FILE_NOT_WRITTEN");
        }
      }
    } finally {
      over.set(true);
      swapper.join();
    }
    assertThat(swapped).as("swapped names").hasPositiveValue();
    assertThat(victim).hasContent("untouched");
    assertThat(FileMeta.of(victim)).isEqualTo(before);
  }

  private static void swap(Path shared, Path victim, AtomicInteger swapped) {
    try (var files = Files.newDirectoryStream(shared, ".hacert-*.tmp")) {
      for (Path file : files) {
        Files.delete(file);
        Files.createSymbolicLink(file, victim);
        swapped.incrementAndGet();
      }
    } catch (IOException | DirectoryIteratorException e) {
      // The writer was faster.
    }
  }

  @Test
  void sets_owner_mode_and_time() throws Exception {
    Path file = directory.resolve("f");
    Instant time = Instant.parse("2020-01-02T03:04:05.678901Z");
    boolean root = MINE.owner() == 0;
    FileMeta meta =
        new FileMeta(
            root ? 12345 : MINE.owner(), root ? 12346 : MINE.group(), 04750, Optional.of(time));
    AtomicFiles.write(file, new byte[] {0, 1}, meta);
    assertThat(FileMeta.of(file)).isEqualTo(meta);
    assertThat(file).hasBinaryContent(new byte[] {0, 1});
    assertThat(names()).containsExactly("f");
  }

  @Test
  void makes_missing_directories_with_their_mode() throws Exception {
    Path deep = directory.resolve("a/b/c");
    AtomicFiles.directories(deep, 0700);
    AtomicFiles.directories(deep, 0750);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(deep)))
        .isEqualTo("rwx------");
    Files.writeString(directory.resolve("file"), "");
    assertThat(Findings.code(() -> AtomicFiles.directories(directory.resolve("file/x"), 0700)))
        .isEqualTo("FILE_NOT_WRITTEN");
  }

  @Test
  void removes_what_a_killed_call_left_and_nothing_else() throws Exception {
    Files.writeString(directory.resolve(".hacert-0011.tmp"), "half");
    Path upload = Files.createDirectory(directory.resolve(".hacert-2233.tmp"));
    Files.writeString(upload.resolve("file"), "half");
    Files.writeString(directory.resolve(".other.tmp"), "");
    Files.createSymbolicLink(directory.resolve(".hacert-4455.tmp"), directory);
    Files.writeString(directory.resolve("x"), "");
    AtomicFiles.removeLeftovers(directory);
    AtomicFiles.removeLeftovers(directory.resolve("gone"));
    assertThat(names()).containsExactly(".other.tmp", "x");
    AtomicFiles.remove(directory.resolve("x"));
    AtomicFiles.remove(directory.resolve("x"));
    assertThat(names()).containsExactly(".other.tmp");
  }
}
