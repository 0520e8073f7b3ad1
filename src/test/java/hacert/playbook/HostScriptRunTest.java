package hacert.playbook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.host.AtomicFiles;
import hacert.host.Command;
import hacert.host.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the shell script on a host runs, and what it does not, with a java that only takes notes.
 */
class HostScriptRunTest {
  private static final byte[] JAR = "a jar".getBytes(UTF_8);

  @TempDir Path base;
  private Path lib;
  private Path jar;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void build() throws Exception {
    lib = base.resolve("home/.hacert/lib");
    AtomicFiles.directories(lib, 0700);
    jar = Files.write(lib.resolve("hacert-" + sha256(JAR) + ".jar"), JAR);
    Path java = Files.createDirectories(base.resolve("bin")).resolve("java");
    Files.writeString(
        java,
        """
        #!/bin/sh
        [ "$1" = -version ] && { echo 'openjdk version "17.0.9"' >&2; exit; }
        echo "$*" >%1$s/argv
        { ulimit -c; env; } >%1$s/around
        """
            .formatted(base));
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private String script(String mode, byte[] stdin) throws Exception {
    List<String> argv = new ArrayList<>();
    // As a profile may leave it.
    argv.addAll(List.of("sh", "-c", "ulimit -S -c \"$(ulimit -H -c)\"; exec sh \"$@\"", "sh"));
    argv.add(Path.of("plugins/action/hacert.sh").toAbsolutePath().toString());
    argv.addAll(List.of("mark", sha256(JAR), ".hacert", "", mode, "0", "", ""));
    environment.put("HOME", base.resolve("home").toString());
    environment.put("PATH", base.resolve("bin") + ":/usr/bin:/bin");
    environment.put("JAVA_TOOL_OPTIONS", "-XX:+HeapDumpOnOutOfMemoryError");
    environment.put("_JAVA_OPTIONS", "-XX:+HeapDumpOnOutOfMemoryError");
    environment.put("CLASSPATH", "/tmp");
    return Commands.system().run(Command.of(environment, argv).withStdin(stdin)).stdout();
  }

  private String argv() throws Exception {
    return Files.readString(base.resolve("argv"));
  }

  @Test
  void java_writes_its_memory_nowhere() throws Exception {
    assertThat(script("run", new byte[0])).endsWith("mark run\n");
    assertThat(argv())
        .contains(
            "-XX:-HeapDumpOnOutOfMemoryError",
            "-XX:+SuppressFatalErrorMessage",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+DisableAttachMechanism",
            "-jar " + jar + " execute");
    assertThat(Files.readString(base.resolve("around")))
        .startsWith("0\n")
        .doesNotContain("JAVA", "CLASSPATH");
  }

  @Test
  void a_daemon_of_the_login_profile_holds_nothing_up() throws Exception {
    Path home = base.resolve("home");
    Path old = base.resolve("bin/java");
    Files.move(old, Files.createDirectories(base.resolve("jdk/bin")).resolve("java"));
    Files.writeString(old, "#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n");
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rwxr-xr-x"));
    environment.put("JAVA_HOME", base.resolve("none").toString());
    Path daemon = base.resolve("daemon");
    Files.writeString(
        home.resolve(".profile"),
        "sleep 60 & echo $! >%s\nexport JAVA_HOME=%s\n".formatted(daemon, base.resolve("jdk")));
    assertThat(script("run", new byte[0])).endsWith("mark run\n");
    Optional<ProcessHandle> runs =
        ProcessHandle.of(Long.parseLong(Files.readString(daemon).strip()));
    assertThat(runs).as("not waited for").isPresent();
    runs.get().destroy();
  }

  @Test
  void an_altered_jar_is_not_run_and_is_stored_anew() throws Exception {
    Files.write(jar, new byte[] {'x'}, StandardOpenOption.APPEND);
    assertThat(script("run", new byte[0])).endsWith("mark jar-missing\n");
    assertThat(base.resolve("argv")).doesNotExist();
    assertThat(script("install", JAR)).endsWith("mark installed\n");
    assertThat(jar).hasBinaryContent(JAR);
    assertThat(script("run", new byte[0])).endsWith("mark run\n");
    assertThat(argv()).contains("-jar " + jar);
  }

  @Test
  void an_altered_class_archive_is_not_used() throws Exception {
    byte[] classes = "classes".getBytes(UTF_8);
    Path archive =
        Files.write(
            lib.resolve("hacert-" + sha256(JAR) + "-17.0.9-" + sha256(classes) + ".jsa"), classes);
    script("run", new byte[0]);
    assertThat(argv()).contains("-XX:SharedArchiveFile=" + archive);
    Files.write(archive, new byte[] {'x'}, StandardOpenOption.APPEND);
    assertThat(script("run", new byte[0])).endsWith("mark run\n");
    assertThat(argv()).contains("-jar " + jar).doesNotContain("SharedArchiveFile");
  }
}
