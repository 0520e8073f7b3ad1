package hacert.cli;

import hacert.opengauss.BundlePackage;
import hacert.opengauss.Expectation;
import hacert.opengauss.GivenBundle;
import hacert.opengauss.ServerBundle;
import hacert.opengauss.ServerBundlePolicy;
import hacert.result.Finding;
import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Packs a bundle of openGauss as {@code gs_om -t cert} takes it. */
@Command(
    name = "package",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Packs an openGauss bundle as gs_om -t cert takes it, with mode 0600.",
      "First checks everything that can be told without a cluster; what may not be installed is",
      "not packed. The same files always give the same bytes. Never replaces a file."
    },
    footer = {
      "",
      "Needs cacert.pem, server.crt, server.key, server.key.cipher, server.key.rand, client.crt,",
      "client.key, client.key.cipher and client.key.rand; takes sslcrl-file.crl, openssl.cnf and",
      "client.key.pk8 too. Passes over other files.",
      "",
      "Examples:",
      "  hacert package new",
      "  hacert package new --output /tmp/db-cert-replacement.zip"
    })
final class Package implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "directory with the files")
  private Path directory;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "where to write (default: DIR/" + ServerBundle.PACKAGE + ")")
  private Optional<Path> file = Optional.empty();

  @Mixin private Output output;

  private final Surroundings surroundings;

  Package(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Path target = file.orElseGet(() -> directory.resolve(ServerBundle.PACKAGE)).toAbsolutePath();
    ResultBuilder result = new ResultBuilder("package", surroundings);
    GivenBundle given = GivenBundle.read(directory);
    try (var bundle = given.bundle()) {
      result.findings(given.findings());
      if (!result.stopped()) {
        result.findings(
            ServerBundlePolicy.check(
                bundle,
                new Expectation(
                    List.of(),
                    surroundings.clock().instant(),
                    Optional.empty(),
                    true,
                    given.modes())));
      }
      if (!result.stopped()) {
        write(target, BundlePackage.write(bundle), result);
      }
    }
    return output.give(
        result.build(Outcome.SUCCEEDED),
        out -> {
          if (!result.stopped()) {
            out.println("Wrote " + Texts.safe(target.toString()));
          }
        });
  }

  private static void write(Path target, byte[] zip, ResultBuilder result) {
    try {
      NewFiles.write(target.getParent(), Map.of(target.getFileName().toString(), zip));
    } catch (FileAlreadyExistsException e) {
      result.finding(
          Finding.error(
              "OUT_EXISTS",
              target + " is there already; nothing was written.",
              "Give another file with --output, or move the old one away."));
    } catch (IOException e) {
      result.finding(
          Finding.error(
              "OUT_NOT_WRITABLE",
              target + " cannot be written: " + e.getMessage() + ".",
              "Check that its directory is there, and its owner, mode and free space."));
    }
  }
}
