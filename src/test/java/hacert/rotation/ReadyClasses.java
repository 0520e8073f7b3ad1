package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The classes of this process in a class data archive, as the hosts have one of the jar: a Java VM
 * that is started to make a single call mostly loads classes, and much more slowly under strace.
 */
final class ReadyClasses {
  private final String path;
  private final Path archive;

  /** Makes the archive in this directory from what a call of {@code stage} loads. */
  ReadyClasses(Path directory) throws IOException {
    path = archives(directory);
    archive = directory.resolve("classes.jsa");
    Path base = Files.createDirectories(directory.resolve("pair"));
    TwoHosts pair = new TwoHosts(base);
    Request stage = pair.request("stage", pair.one, pair.plan(), List.of(), null, List.of());
    Process process =
        new ProcessBuilder(command("-XX:ArchiveClassesAtExit=" + archive, base, pair.one))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (OutputStream stdin = process.getOutputStream();
        Secrets secrets = pair.secrets()) {
      stdin.write(OneCall.input(stage, secrets));
    }
    process.onExit().join();
    assertThat(archive).as("what a call has loaded").isNotEmptyFile();
  }

  /** The command line of {@link OneCall} on a host of this pair. */
  List<String> command(Path pair, TestHost host) {
    return command("-XX:SharedArchiveFile=" + archive, pair, host);
  }

  private List<String> command(String option, Path pair, TestHost host) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-Xmx256m",
        option,
        "-cp",
        path,
        OneCall.class.getName(),
        pair.toString(),
        host.name);
  }

  /** The class path of this process; a class data archive takes no directories of classes. */
  private static String archives(Path directory) throws IOException {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path classes = Path.of(entry);
      entries.add(
          Files.isDirectory(classes)
              ? packed(classes, directory.resolve(entries.size() + ".jar")).toString()
              : entry);
    }
    return String.join(File.pathSeparator, entries);
  }

  private static Path packed(Path classes, Path jar) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(classes)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (Path file : files) {
        zip.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, zip);
      }
    }
    return jar;
  }
}
