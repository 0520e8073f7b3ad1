package hacert.playbook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All that lies on the hosts of a cluster, to be compared with itself later, to the byte. */
final class Footprint {
  private Footprint() {}

  /**
   * Of every host everything, home and temporary directory included, but not the lab's own books,
   * logs and the database behind openGauss; and of this machine, where a host's shell without a
   * profile makes its temporary files, the names of those that could be ours.
   */
  static Map<String, String> of(LabCluster cluster) {
    Map<String, String> all = new TreeMap<>();
    for (LabHost host : cluster.hosts()) {
      List<Path> books = Stream.of("lab", "var/log", "pg").map(host.directory()::resolve).toList();
      Tree.withTimes(host.directory(), path -> books.stream().anyMatch(path::startsWith))
          .forEach((name, is) -> all.put(host.name() + "/" + name, is));
      // What was made and removed in it leaves its mark on the directory's own time.
      all.put(host.name() + "/tmp", "");
    }
    temporary().forEach(path -> all.put(path.toString(), ""));
    return all;
  }

  private static List<Path> temporary() {
    List<Path> jars = new ArrayList<>();
    try (Stream<Path> directories = Files.list(Path.of("/tmp"))) {
      directories
          .filter(d -> d.getFileName().toString().startsWith("tmp."))
          .map(d -> d.resolve("hacert.jar"))
          .filter(Files::exists)
          .filter(Footprint::ours)
          .forEach(jars::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return jars;
  }

  /** Other tests run beside this one: only what no living process works with is left behind. */
  private static boolean ours(Path jar) {
    return ProcessHandle.allProcesses()
        .noneMatch(p -> p.info().commandLine().filter(c -> c.contains(jar.toString())).isPresent());
  }
}
