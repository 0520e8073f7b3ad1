package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.host.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the script that the plugin sends keeps the jar on a host. */
class HostScriptTest {
  private static final byte[] JAR = "a jar".getBytes(StandardCharsets.UTF_8);
  private static final List<String> OLDER =
      List.of("hacert-0a.jar", "hacert-0a-17.0.1-0b.jsa", "hacert-0c.jar");

  @TempDir Path home;
  private Path lib;
  private String hash;
  private String own;

  @BeforeEach
  void older_versions_lie_there() throws Exception {
    hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(JAR));
    own = "hacert-" + hash;
    lib = home.resolve(".hacert/lib");
    AtomicFiles.directories(lib, 0700);
    for (String name : OLDER) {
      Files.writeString(lib.resolve(name), "");
    }
  }

  @Test
  void the_jar_that_is_stored_takes_the_place_of_all_others() throws Exception {
    assertThat(install(JAR)).contains("mark installed");
    assertThat(kept()).containsExactly(own + ".jar");
    assertThat(lib.resolve(own + ".jar")).hasBinaryContent(JAR);
  }

  @Test
  void so_does_one_that_lies_there_already_with_its_class_archive() throws Exception {
    Files.write(lib.resolve(own + ".jar"), JAR);
    Files.writeString(lib.resolve(own + "-17.0.1-0d.jsa"), "");
    assertThat(install(JAR)).contains("mark present");
    assertThat(kept()).containsExactlyInAnyOrder(own + ".jar", own + "-17.0.1-0d.jsa");
  }

  @Test
  void one_that_came_in_part_takes_no_place() throws Exception {
    assertThat(install(new byte[] {1})).doesNotContain("installed");
    assertThat(kept()).containsExactlyInAnyOrderElementsOf(OLDER);
  }

  private List<String> kept() throws IOException {
    try (Stream<Path> all = Files.list(lib)) {
      return all.map(path -> path.getFileName().toString()).toList();
    }
  }

  private String install(byte[] content) throws Exception {
    String script = Lab.PROJECT.resolve("plugins/action/hacert.sh").toString();
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", script, "mark", hash, ".hacert", "", "install", "0", "", "");
    builder.environment().put("HOME", home.toString());
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var in = process.getOutputStream()) {
      in.write(content);
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
