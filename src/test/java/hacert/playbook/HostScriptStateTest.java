package hacert.playbook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import hacert.host.Command;
import hacert.host.Commands;
import hacert.host.FileMeta;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script on a host trusts no jar in a directory that others can write to, whatever it is asked.
 */
class HostScriptStateTest {
  private static final byte[] JAR = "a jar".getBytes(UTF_8);
  private static final int STRANGER = 12345;

  @TempDir Path base;
  private Path state;
  private Path lib;
  private Path jar;

  @BeforeEach
  void build() throws Exception {
    state = Files.createDirectories(base.resolve("home")).resolve(".hacert");
    lib = state.resolve("lib");
    jar = lib.resolve("hacert-" + hash() + ".jar");
    Path java = Files.createDirectories(base.resolve("bin")).resolve("java");
    Files.writeString(
        java,
        "#!/bin/sh\n[ \"$1\" = -version ] && { echo 'openjdk version \"17.0.9\"' >&2; exit; }\n"
            + "echo \"$*\" >"
            + base.resolve("argv")
            + "\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String hash() throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(JAR));
  }

  private void made() throws Exception {
    Files.createDirectories(lib);
    mode(state, "rwx------");
    mode(lib, "rwx------");
    Files.write(jar, JAR);
  }

  private static void mode(Path directory, String bits) throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(bits));
  }

  private static void give(Path path) throws Exception {
    assumeThat(FileMeta.mine(0).owner()).isZero();
    Files.setAttribute(path, "unix:uid", STRANGER, LinkOption.NOFOLLOW_LINKS);
  }

  private String script(String mode) throws Exception {
    int size = mode.equals("dry") ? JAR.length : 0;
    List<String> argv =
        List.of(
            "sh",
            Path.of("plugins/action/hacert.sh").toAbsolutePath().toString(),
            "mark",
            hash(),
            ".hacert",
            "",
            mode,
            Integer.toString(size),
            "",
            "");
    Map<String, String> environment =
        Map.of(
            "HOME",
            base.resolve("home").toString(),
            "PATH",
            base.resolve("bin") + ":/usr/bin:/bin");
    return Commands.system().run(Command.of(environment, argv).withStdin(JAR)).stdout();
  }

  private void refused(String mode, String why) throws Exception {
    List<String> before = all();
    assertThat(script(mode)).startsWith("mark begun\nmark state-unsafe " + state).contains(why);
    assertThat(base.resolve("argv")).doesNotExist();
    assertThat(all()).isEqualTo(before);
  }

  private List<String> all() throws Exception {
    try (Stream<Path> below = Files.walk(base)) {
      return below.map(Path::toString).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"install", "run", "dry", "probe", "remove"})
  void one_that_others_can_write_to_is_refused(String mode) throws Exception {
    made();
    mode(state, "rwxrwx---");
    refused(mode, "others than its owner (mode 770)");
    mode(state, "rwx------");
    mode(lib, "rwx---rwx");
    refused(mode, "/lib can be written to by others than its owner (mode 707)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"install", "run", "dry", "probe", "remove"})
  void one_that_another_user_made_is_refused(String mode) throws Exception {
    made();
    give(lib);
    refused(mode, "/lib belongs to user " + STRANGER);
    give(state);
    refused(mode, "belongs to user " + STRANGER);
  }

  @Test
  void a_link_of_another_user_s_is_refused_wherever_it_points() throws Exception {
    Path own = Files.createDirectory(base.resolve("disk"));
    Files.createSymbolicLink(state, own);
    give(state);
    refused("install", "is a link that belongs to user " + STRANGER);
    Files.delete(state);
    made();
    Path moved = Files.move(lib, own.resolve("lib"));
    Files.createSymbolicLink(lib, moved);
    give(lib);
    refused("run", "/lib is a link that belongs to user " + STRANGER);
  }

  @Test
  void a_link_to_nowhere_or_a_file_is_no_directory() throws Exception {
    Files.createSymbolicLink(state, base.resolve("none"));
    refused("dry", "is no directory");
    Files.delete(state);
    Files.writeString(state, "");
    refused("install", "is no directory");
  }

  @Test
  void state_that_was_moved_to_another_disk_is_found_there() throws Exception {
    Path disk = Files.createDirectory(base.resolve("disk"));
    mode(disk, "rwxr-x---");
    Files.createSymbolicLink(state, disk);
    assertThat(script("install")).endsWith("mark installed\n");
    assertThat(disk.resolve("lib").resolve(jar.getFileName())).hasBinaryContent(JAR);
    assertThat(script("run")).endsWith("mark run\n");
    assertThat(base.resolve("argv")).exists();
    mode(disk, "rwxrwx---");
    Files.delete(base.resolve("argv"));
    refused("run", "others than its owner");
  }

  @Test
  void a_host_that_was_never_touched_is_probed_and_dry_run_as_ever() throws Exception {
    assertThat(script("probe")).endsWith("mark absent\n");
    assertThat(script("dry")).endsWith("mark run\n");
    assertThat(script("remove")).endsWith("mark absent\n");
    assertThat(state).doesNotExist();
    assertThat(script("install")).endsWith("mark installed\n");
    assertThat(script("run")).endsWith("mark run\n");
    for (Path directory : List.of(state, lib)) {
      assertThat(Files.getAttribute(directory, "unix:mode")).isEqualTo(040700);
    }
  }
}
