package hacert.supply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Json;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** The files of a release belong together: the jar, what it is made of, the hashes. */
class ReleaseIT {
  private static final Path TARGET = Path.of("target");
  private static final Path JAR = TARGET.resolve("hacert.jar");
  private static final Path LIST = Path.of("LICENSES/third-party.md");

  @Test
  void the_sbom_names_exactly_the_parts_whose_classes_are_in_the_jar() throws Exception {
    Set<String> expected = new TreeSet<>(own());
    for (JsonNode component : sbom().path("components")) {
      Path part =
          onClassPath(
              component.path("name").asText() + "-" + component.path("version").asText() + ".jar");
      String hash = component.path("hashes").path(0).path("content").asText();
      assertThat(sha256(part)).as("%s", component).isEqualTo(hash);
      Set<String> classes = classes(part);
      assertThat(classes).as("%s", part).isNotEmpty();
      expected.addAll(classes);
    }
    assertThat(classes(JAR)).isEqualTo(expected);
  }

  @Test
  void the_sbom_is_of_this_jar_and_of_no_moment() throws Exception {
    JsonNode sbom = sbom();
    assertThat(sbom.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(
            sbom.path("metadata").path("component").path("hashes").path(0).path("content").asText())
        .isEqualTo(sha256(JAR));
    assertThat(sbom.has("serialNumber")).isFalse();
    assertThat(sbom.path("metadata").has("timestamp")).isFalse();
  }

  @Test
  void the_texts_of_all_licences_are_in_the_jar() throws IOException {
    List<String> texts =
        Files.readAllLines(LIST).stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("\\|")[3])
            .flatMap(cell -> Stream.of(cell.split("[\\s,;]+")))
            .filter(word -> word.startsWith("META-INF/") || word.matches("LICENSE|[\\w-]+\\.txt"))
            .map(word -> word.startsWith("META-INF/") ? word : "META-INF/licenses/" + word)
            .distinct()
            .toList();
    assertThat(texts).hasSizeGreaterThan(6);
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(texts).allSatisfy(text -> assertThat(jar.getEntry(text)).as(text).isNotNull());
    }
  }

  @Test
  void sha256sum_finds_the_release_files_whole() throws Exception {
    Process check =
        new ProcessBuilder("sha256sum", "--check", "--strict", "SHA256SUMS")
            .directory(TARGET.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(output).isZero();
    assertThat(output.lines()).containsExactly("hacert.jar: OK", "hacert-sbom.json: OK");
  }

  private static JsonNode sbom() throws IOException {
    return Json.mapper().readTree(TARGET.resolve("hacert-sbom.json").toFile());
  }

  private static Path onClassPath(String name) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(path -> path.endsWith(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not on the class path"));
  }

  private static String sha256(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
  }

  /**
   * Names and checksums of a jar's classes, but for descriptions of modules, which are left out.
   */
  private static Set<String> classes(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      return jar.stream()
          .filter(e -> e.getName().endsWith(".class") && !e.getName().endsWith("module-info.class"))
          .map(e -> e.getName() + " " + Long.toHexString(e.getCrc()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** The same of the program's own. */
  private static List<String> own() throws IOException {
    Path root = TARGET.resolve("classes");
    List<String> own = new ArrayList<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(path -> path.toString().endsWith(".class")).toList()) {
        CRC32 crc = new CRC32();
        crc.update(Files.readAllBytes(file));
        own.add(root.relativize(file) + " " + Long.toHexString(crc.getValue()));
      }
    }
    return own;
  }
}
