package hacert.fuzz;

import hacert.opengauss.ServerConfiguration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** {@code postgresql.conf}. */
public final class ServerConfigurationFuzz {
  private ServerConfigurationFuzz() {}

  /** Everything that is asked of it has an answer. */
  public static void fuzzerTestOneInput(byte[] file) {
    String text = new String(file, StandardCharsets.UTF_8);
    Optional<ServerConfiguration> read = ServerConfiguration.parse(text, Path.of("/data/dn1"));
    read.ifPresent(
        configuration -> {
          configuration.port();
          configuration.listenAddresses();
          configuration.otherChannels();
          configuration.includes();
          configuration.findings("db1");
        });
  }
}
