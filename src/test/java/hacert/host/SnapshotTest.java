package hacert.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hacert.result.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
  @TempDir Path directory;

  private Path root;
  private Path absent;
  private Path generation;

  @BeforeEach
  void fill() throws Exception {
    root = Files.createDirectory(directory.resolve("certHA"));
    absent = directory.resolve("absent");
    generation = directory.resolve("generation");
    write("root-ca.crt", "certificate", "rw-r--r--");
    write("root-ca.pem", "key", "rw-------");
    Files.createDirectories(root.resolve("sub/deep"));
    write("sub/deep/empty", "", "r--r-----");
    Files.createDirectory(root.resolve("bare"));
    Files.writeString(directory.resolve("outside"), "outside");
    Files.createSymbolicLink(root.resolve("link"), Path.of("../outside"));
    Files.createSymbolicLink(root.resolve("dangling"), Path.of("/no/such/place"));
    Files.createSymbolicLink(root.resolve("up"), directory);
    Files.setLastModifiedTime(
        root.resolve("sub"), FileTime.from(Instant.parse("2020-01-02T03:04:05.123456Z")));
    Files.setPosixFilePermissions(
        root.resolve("bare"), PosixFilePermissions.fromString("r-xr-x---"));
  }

  private void write(String name, String content, String mode) throws Exception {
    Path file = Files.writeString(root.resolve(name), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private Snapshot take() throws HostException {
    return Snapshot.of(List.of(root, absent), Snapshot.Limits.USUAL);
  }

  private static List<String> texts(List<Snapshot.Difference> differences) {
    return differences.stream()
        .map(d -> d.aspect() + " " + Path.of(d.path()).getFileName())
        .toList();
  }

  private void spoil() throws Exception {
    Files.writeString(root.resolve("root-ca.crt"), "changed");
    Files.delete(root.resolve("root-ca.pem"));
    Files.createDirectory(root.resolve("root-ca.pem"));
    Files.writeString(root.resolve("root-ca.pem/x"), "in the way");
    Files.setPosixFilePermissions(
        root.resolve("sub/deep"), PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.delete(root.resolve("sub/deep/empty"));
    Files.setPosixFilePermissions(
        root.resolve("bare"), PosixFilePermissions.fromString("rwxr-x---"));
    Files.delete(root.resolve("bare"));
    Files.writeString(root.resolve("bare"), "a file now");
    Files.delete(root.resolve("link"));
    Files.writeString(root.resolve("link"), "no link");
    Files.delete(root.resolve("dangling"));
    Files.createSymbolicLink(root.resolve("dangling"), Path.of("elsewhere"));
    Files.createDirectories(root.resolve("new/tree"));
    Files.writeString(root.resolve("new/tree/file"), "new");
    Files.createSymbolicLink(root.resolve("new/way-out"), directory.resolve("outside"));
    Files.writeString(root.resolve(".hacert-00.tmp"), "left by a kill");
    Files.createDirectories(absent);
    Files.writeString(absent.resolve("came"), "later");
  }

  @Test
  void refuses_what_is_too_large() {
    assertThat(Findings.code(() -> Snapshot.of(List.of(root), new Snapshot.Limits(3, 1000))))
        .isEqualTo("SNAPSHOT_TOO_LARGE");
    assertThat(Findings.code(() -> Snapshot.of(List.of(root), new Snapshot.Limits(1000, 10))))
        .isEqualTo("SNAPSHOT_TOO_LARGE");
  }

  @Test
  void refuses_a_root_that_is_a_link() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("workspace"), root);
    assertThat(Findings.code(() -> Snapshot.of(List.of(link), Snapshot.Limits.USUAL)))
        .isEqualTo("SNAPSHOT_ROOT_IS_LINK");
  }

  @Test
  void names_every_file_that_is_a_link_with_the_command_that_mends_it() throws Exception {
    List<Path> links = new ArrayList<>();
    for (String name : List.of("cacert.pem", "server.crt")) {
      Path target = Files.writeString(root.resolve("site-" + name), name);
      links.add(Files.createSymbolicLink(directory.resolve(name), target));
    }
    HostException refused =
        catchThrowableOfType(HostException.class, () -> Snapshot.of(links, Snapshot.Limits.USUAL));
    assertThat(refused.getMessage()).contains(links.get(0).toString(), links.get(1).toString());
    for (Path link : links) {
      String command =
          String.format(
              "cp --remove-destination \"$(readlink -f %s)\" %s && chmod 600 %s", link, link, link);
      assertThat(refused.finding().remedy()).contains(command);
      assertThat(new ProcessBuilder("sh", "-c", command).start().waitFor()).isZero();
      assertThat(link).isRegularFile().hasContent(link.getFileName().toString());
    }
    assertThat(Snapshot.of(links, Snapshot.Limits.USUAL).entries()).hasSize(2);
  }

  @Test
  void does_not_touch_anything_with_a_damaged_backup() throws Exception {
    Snapshot before = take();
    before.copyTo(generation);
    Path copy = generation.resolve("files" + root.resolve("root-ca.pem"));
    Files.writeString(copy, "kez");
    spoil();
    Snapshot spoiled = take();
    assertThat(Findings.code(() -> before.restore(generation))).isEqualTo("BACKUP_DAMAGED");
    assertThat(Snapshot.differences(spoiled, take())).isEmpty();
  }

  @Test
  void refuses_to_copy_what_has_changed_since() throws Exception {
    Snapshot before = take();
    Files.writeString(root.resolve("root-ca.crt"), "Certificate");
    assertThat(Findings.code(() -> before.copyTo(generation))).isEqualTo("SNAPSHOT_CHANGED");
  }

  @Test
  void reports_what_it_may_not_remove() throws Exception {
    Snapshot before = take();
    before.copyTo(generation);
    Path pipe = Files.createDirectory(root.resolve("run")).resolve("pipe");
    Commands.system()
        .run(Command.of(Map.of("PATH", "/usr/bin:/bin"), List.of("mkfifo", pipe.toString())));
    HostException e = Findings.of(() -> before.restore(generation));
    assertThat(e.code()).isEqualTo("RESTORE_INCOMPLETE");
    assertThat(e).hasMessageContaining("run");
    assertThat(Files.exists(pipe)).isTrue();
  }

  @Test
  void brings_everything_back() throws Exception {
    Snapshot before = take();
    before.copyTo(generation);
    spoil();
    assertThat(Snapshot.differences(before, take())).hasSizeGreaterThan(10);
    before.restore(generation);
    assertThat(Snapshot.differences(before, take())).isEmpty();
    assertThat(absent).doesNotExist();
    assertThat(directory.resolve("outside")).hasContent("outside");
    assertThat(root.resolve("root-ca.crt")).hasContent("certificate");
  }

  @Test
  void touches_nothing_when_nothing_differs() throws Exception {
    Snapshot before = take();
    before.copyTo(generation);
    Object inode = Files.getAttribute(root.resolve("root-ca.crt"), "unix:ino");
    Object changed = Files.getAttribute(root.resolve("root-ca.crt"), "unix:ctime");
    Files.writeString(root.resolve("root-ca.pem"), "other");
    before.restore(generation);
    assertThat(Files.getAttribute(root.resolve("root-ca.crt"), "unix:ino")).isEqualTo(inode);
    assertThat(Files.getAttribute(root.resolve("root-ca.crt"), "unix:ctime")).isEqualTo(changed);
  }

  @Test
  void gives_back_owners() throws Exception {
    assumeTrue(FileMeta.mine(0).owner() == 0, "only root gives files away");
    Files.setAttribute(root.resolve("root-ca.pem"), "unix:uid", 12345);
    Files.setAttribute(root.resolve("sub"), "unix:gid", 12346);
    Files.setAttribute(root.resolve("link"), "unix:uid", 12345, LinkOption.NOFOLLOW_LINKS);
    Snapshot before = take();
    before.copyTo(generation);
    spoil();
    Files.setAttribute(root.resolve("sub"), "unix:gid", 0);
    before.restore(generation);
    assertThat(Snapshot.differences(before, take())).isEmpty();
  }

  @Test
  void says_what_differs() throws Exception {
    Snapshot before = take();
    Files.writeString(root.resolve("root-ca.crt"), "changed");
    Files.writeString(root.resolve("added"), "");
    Files.setPosixFilePermissions(
        root.resolve("root-ca.pem"), PosixFilePermissions.fromString("rw-r-----"));
    Files.delete(root.resolve("dangling"));
    List<Snapshot.Difference> found = Snapshot.differences(before, take());
    assertThat(texts(found))
        .contains("CONTENT root-ca.crt", "ADDED added", "MODE root-ca.pem", "REMOVED dangling");
    assertThat(found.toString()).contains("root-ca.pem: mode 0600 -> 0640");
  }

  @Test
  void keeps_its_copies_to_itself() throws Exception {
    take().copyTo(generation);
    Path copy = generation.resolve("files" + root.resolve("root-ca.crt"));
    assertThat(FileMeta.of(copy).mode()).isEqualTo(0600);
    assertThat(FileMeta.of(copy.getParent()).mode()).isEqualTo(0700);
    assertThat(FileMeta.of(generation).mode()).isEqualTo(0700);
  }

  @Test
  void is_the_same_after_a_way_through_json() throws Exception {
    Snapshot before = take();
    String json = Json.mapper().writeValueAsString(before);
    assertThat(json).contains("\"link_target\":\"../outside\"", "\"mode\":\"0600\"", "\"file\"");
    assertThat(Json.mapper().readValue(json, Snapshot.class)).isEqualTo(before);
    assertThat(before.entries()).noneMatch(entry -> entry.path().contains("/up/"));
  }

  /** What another one does to the files as long as it is not interrupted. */
  private interface Meddling {
    void once() throws IOException;
  }

  private static Thread meddle(Meddling meddling) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!Thread.currentThread().isInterrupted()) {
                  meddling.once();
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    thread.start();
    return thread;
  }

  @Test
  void sees_no_fault_in_a_file_that_goes_while_it_looks() throws Exception {
    Path passing = root.resolve("sub/passing");
    Thread other =
        meddle(
            () -> {
              Files.writeString(passing, "x");
              Files.delete(passing);
            });
    try {
      for (int time = 0; time < 200; time++) {
        assertThat(take().entries()).extracting(Snapshot.Entry::path).contains(root + "/link");
      }
    } finally {
      other.interrupt();
      other.join();
    }
  }

  @Test
  void is_not_held_up_by_a_service_that_writes_the_same_again() throws Exception {
    Snapshot before = take();
    before.copyTo(generation);
    makeWritable();
    spoil();
    Thread other = meddle(() -> Files.setLastModifiedTime(root, FileTime.from(Instant.now())));
    try {
      before.restore(generation);
    } finally {
      other.interrupt();
      other.join();
    }
    assertThat(texts(Snapshot.differences(before, take()))).allMatch(t -> t.startsWith("TIME"));
  }

  @Test
  void refuses_a_name_that_is_not_in_the_encoding_of_the_call() throws Exception {
    Files.createDirectory(root.resolve("备份"));
    Process child = TestJvm.startWithoutLocale(TakeMain.class, root.toString());
    assertThat(new String(child.getInputStream().readAllBytes(), UTF_8))
        .isEqualTo("TEXT_NOT_ENCODABLE");
  }

  /** Says what is wrong with a directory. */
  static final class TakeMain {
    private TakeMain() {}

    /** Argument: the directory. */
    public static void main(String[] args) {
      try {
        Snapshot.of(List.of(Path.of(args[0])), Snapshot.Limits.USUAL);
      } catch (HostException e) {
        System.out.print(e.code());
      }
    }
  }

  /** A restore that is cut off after any of its steps is finished by the next one. */
  @Tag("long")
  @Test
  void ends_right_wherever_it_was_cut_off() throws Exception {
    Snapshot before = take();
    before.copyTo(generation);
    for (int delay = 0; delay < 12; delay++) {
      before.restore(generation);
      makeWritable();
      spoil();
      Process child =
          TestJvm.start(RestoreMain.class, directory.resolve("manifest"), before, generation);
      Await.until("the child to restore", () -> child.getInputStream().read() == 'r');
      java.util.concurrent.locks.LockSupport.parkNanos(delay * 1_500_000L);
      child.destroyForcibly().waitFor();
      before.restore(generation);
      assertThat(Snapshot.differences(before, take())).isEmpty();
    }
  }

  private void makeWritable() throws Exception {
    Files.setPosixFilePermissions(
        root.resolve("bare"), PosixFilePermissions.fromString("rwxr-x---"));
  }

  /** Restores, in a process that can be killed. */
  static final class RestoreMain {
    private RestoreMain() {}

    /** Arguments: manifest, generation. */
    public static void main(String[] args) throws Exception {
      Snapshot snapshot =
          Json.mapper().readValue(Files.readAllBytes(Path.of(args[0])), Snapshot.class);
      System.out.print('r');
      System.out.flush();
      snapshot.restore(Path.of(args[1]));
    }
  }
}
