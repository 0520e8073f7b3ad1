package hacert.opengauss;

import hacert.host.CommandResult;
import hacert.host.HostException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The server's setting {@code ssl_crl_file}. It names the CRL where there is one, else nothing:
 * with the name of a file that is missing, the server refuses every TLS connection. It is read at
 * the server's start; what the file holds is read for each connection.
 */
final class CrlSetting {
  private final LocalNode node;

  CrlSetting(LocalNode node) {
    this.node = node;
  }

  /**
   * Brings it in line with the data directory, as gs_om does after a replacement.
   *
   * @return whether it had to be changed
   * @throws HostException {@code CRL_SETTING}
   */
  boolean follow() throws HostException {
    Path data = node.dataDirectory();
    boolean there = Files.isRegularFile(data.resolve(ServerBundle.CRL));
    String wanted = there ? ServerBundle.CRL : "";
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
                    "ssl_crl_file='" + wanted + "'"));
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
}
