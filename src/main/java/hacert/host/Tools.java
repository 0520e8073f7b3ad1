package hacert.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The few programs of the operating system that this package starts itself. They are looked for
 * where distributions put them and not in {@code PATH}, which a login profile may have bent.
 */
final class Tools {
  static final String SHELL = "/bin/sh";

  private static final List<String> DIRECTORIES = List.of("/usr/bin", "/bin", "/usr/local/bin");

  private Tools() {}

  static Optional<String> find(String name) {
    return DIRECTORIES.stream()
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  static String setsid() throws HostException {
    return find("setsid")
        .orElseThrow(
            () ->
                new HostException(
                    "TOOL_MISSING",
                    "The program setsid was not found in " + String.join(", ", DIRECTORIES) + ".",
                    "Install the package util-linux on this host."));
  }
}
