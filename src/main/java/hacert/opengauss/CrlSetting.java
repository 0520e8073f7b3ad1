package hacert.opengauss;

import hacert.host.CommandResult;
import hacert.host.HostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The server's setting {@code ssl_crl_file}. It names the CRL where there is one, else nothing:
 * with the name of a file that is missing, the server refuses every TLS connection. It is read at
 * the server's start; what the file holds is read for each connection.
 */
final class CrlSetting {
  private static final String NAME = "ssl_crl_file";

  private final LocalNode node;

  CrlSetting(LocalNode node) {
    this.node = node;
  }

  /**
   * What a backup keeps of it, for a file may lie there that no setting names: not in what words it
   * is named, for others wrote them; and not where it names a file that is missing.
   */
  Map<String, String> kept() throws HostException {
    boolean named = !node.configuration().crlFile().isEmpty();
    return Map.of(NAME, named && isThere() ? ServerBundle.CRL : "");
  }

  /**
   * What it should be.
   *
   * @param there whether there is, or will be, a file
   * @param kept what a backup kept that is brought back; empty where the file alone counts
   */
  static String wanted(boolean there, Map<String, String> kept) {
    return there && !kept.getOrDefault(NAME, ServerBundle.CRL).isEmpty() ? ServerBundle.CRL : "";
  }

  /**
   * Brings it in line with the data directory, as gs_om does after a replacement.
   *
   * @param kept as for {@link #wanted}
   * @return whether it had to be changed
   * @throws HostException {@code CRL_SETTING}
   */
  boolean follow(Map<String, String> kept) throws HostException {
    Path data = node.dataDirectory();
    String wanted = wanted(isThere(), kept);
    if (node.configuration().crlFile().equals(wanted)) {
      return false;
    }
    Installation installation = node.installation();
    CommandResult result =
        installation
            .host()
            .commands()
            .run(
                installation.command(
                    installation.profile().gsGuc(),
                    "set",
                    "-D",
                    data.toString(),
                    "-c",
                    NAME + "='" + wanted + "'"));
    if (!node.configuration().crlFile().equals(wanted)) {
      throw new HostException(
          "CRL_SETTING",
          String.format(
              "ssl_crl_file of %s should be '%s', and gs_guc (exit code %d) left it at '%s'.",
              data, wanted, result.exitCode(), node.configuration().crlFile()),
          "Set it by hand with gs_guc set -D, then run the same command again.");
    }
    return true;
  }

  private boolean isThere() throws HostException {
    return Files.isRegularFile(node.dataDirectory().resolve(ServerBundle.CRL));
  }
}
