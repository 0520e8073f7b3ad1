package hacert.supply;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Json;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the build says of the jar's parts, told of made-up ones. */
class ReleaseFilesTest {
  private static final String PROGRAM = "src/build/java/ReleaseFiles.java";

  @TempDir Path directory;
  private Path list;
  private String classPath;

  @BeforeEach
  void make_a_jar_of_two_parts() throws IOException {
    Files.writeString(directory.resolve("hacert.jar"), "the jar");
    list = directory.resolve("list.md");
    classPath = part("org/one/first/1.0/first-1.0.jar") + part("two/second/2/second-2.jar");
  }

  private String part(String path) throws IOException {
    Path file = directory.resolve("repository").resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, path) + File.pathSeparator;
  }

  private void listed(String... parts) throws IOException {
    StringBuilder rows = new StringBuilder("| part | licence | text |\n");
    for (String part : parts) {
      rows.append("| `").append(part).append("` | MIT AND ISC | LICENSE |\n");
    }
    Files.writeString(list, rows);
  }

  @Test
  void a_part_without_a_licence_in_the_list_fails_the_build() throws Exception {
    listed("org.one:first");
    assertThat(run()).startsWith("1\n").contains("in the jar and not listed: [two:second]");
    assertThat(directory.resolve("hacert-sbom.json")).doesNotExist();
    assertThat(directory.resolve("SHA256SUMS")).doesNotExist();
  }

  @Test
  void a_licence_of_a_part_that_is_gone_fails_the_build() throws Exception {
    listed("org.one:first", "two:second", "old:third");
    assertThat(run()).startsWith("1\n").contains("listed and not in the jar: [old:third]");
  }

  @Tag("long")
  @Test
  void two_runs_name_the_parts_in_the_same_bytes() throws Exception {
    listed("two:second", "org.one:first");
    assertThat(run()).isEqualTo("0\n");
    String first = Files.readString(directory.resolve("hacert-sbom.json"));
    String sums = Files.readString(directory.resolve("SHA256SUMS"));
    assertThat(run()).isEqualTo("0\n");
    assertThat(directory.resolve("hacert-sbom.json")).hasContent(first);
    assertThat(directory.resolve("SHA256SUMS")).hasContent(sums);
    assertThat(Json.mapper().readTree(first).path("components").findValuesAsText("purl"))
        .containsExactly("pkg:maven/org.one/first@1.0", "pkg:maven/two/second@2");
    assertThat(first).contains("\"expression\" : \"MIT AND ISC\"");
  }

  /** Exit code, line feed, output. */
  private String run() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String libraries = System.getProperty("java.class.path");
    String repository = directory.resolve("repository").toString();
    List<String> words =
        List.of(
            java,
            "-cp",
            libraries,
            PROGRAM,
            "1.0",
            "" + directory,
            "" + list,
            repository,
            classPath);
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + "\n" + output;
  }
}
