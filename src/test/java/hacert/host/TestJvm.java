package hacert.host;

import hacert.result.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Starts a Java of its own with the classes of the tests, to be killed. */
public final class TestJvm {
  private TestJvm() {}

  static Process start(Class<?> main, String... arguments) throws Exception {
    return start(List.of(), System.getProperty("java.class.path"), main, arguments);
  }

  /** As it is called over ssh: without a locale. */
  static Process startWithoutLocale(Class<?> main, String... arguments) throws Exception {
    return start(
        List.of("env", "LC_ALL=C"), System.getProperty("java.class.path"), main, arguments);
  }

  /** Who cannot read what its mode forbids, even if it is root. */
  public static Process startWithoutMight(Class<?> main, String... arguments) throws Exception {
    List<String> prefix =
        FileMeta.mine(0).owner() == 0
            ? List.of(
                "setpriv",
                "--bounding-set=-dac_override,-dac_read_search",
                "--inh-caps=-dac_override,-dac_read_search")
            : List.of();
    return start(prefix, System.getProperty("java.class.path"), main, arguments);
  }

  /** As an ordinary user, who can read neither root's class path nor root's Java options. */
  static Process startAsNobody(Path classes, Class<?> main, String... arguments) throws Exception {
    for (Class<?> type : List.of(HostException.class, main)) {
      Path source = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.walk(source.resolve("hacert"))) {
        for (Path file : files.toList()) {
          Path copy = classes.resolve(source.relativize(file).toString());
          if (Files.isDirectory(file)) {
            Files.createDirectories(copy);
          } else {
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.toList()) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    return start(
        List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
        classes.toString(),
        main,
        arguments);
  }

  private static Process start(
      List<String> prefix, String classPath, Class<?> main, String... arguments) throws Exception {
    List<String> argv = new ArrayList<>(prefix);
    argv.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            main.getName()));
    argv.addAll(List.of(arguments));
    return new ProcessBuilder(argv).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  static Process start(Class<?> main, Path manifest, Snapshot snapshot, Path generation)
      throws Exception {
    Files.write(manifest, Json.mapper().writeValueAsBytes(snapshot));
    return start(main, manifest.toString(), generation.toString());
  }
}
