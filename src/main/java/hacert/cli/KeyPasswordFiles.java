package hacert.cli;

import hacert.opengauss.ServerBundle;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Parameters;

/** Which files are meant. */
final class KeyPasswordFiles {
  @Parameters(index = "0", paramLabel = "DIR", description = "existing directory of the files")
  private Path directory;

  @Parameters(
      index = "1",
      paramLabel = "PREFIX",
      description = "name of the key before .key, as server or client")
  private String prefix;

  Path directory() {
    return directory;
  }

  /** The name of the file with the password. */
  String cipher() {
    return name() + ServerBundle.CIPHER;
  }

  /** The name of the file with its key. */
  String rand() {
    return name() + ServerBundle.RAND;
  }

  List<Path> paths() {
    return List.of(directory.resolve(cipher()), directory.resolve(rand()));
  }

  private String name() {
    if (!prefix.matches("\\w[\\w.-]*")) {
      throw new UsageProblem("expected a PREFIX such as server or client, got '" + prefix + "'");
    }
    return prefix + ".key";
  }
}
