package hacert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import hacert.host.HostException;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.result.Outcome;
import hacert.target.Bundle;
import hacert.target.Secret;
import hacert.target.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says whether a bundle may be installed. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Says whether a bundle may be installed on a target.",
      "These are the checks that a rotation makes before it changes anything. Exit code 0: it",
      "may; 3: it may not, and why."
    },
    footer = {
      "",
      "Without a password it is not checked that the key opens and fits.",
      "",
      "Examples:",
      "  hacert validate --target mrs-ha --profile mrs-3x --password-stdin new < password.txt",
      "  hacert validate --target mrs-ha new"
    })
final class Validate implements Callable<Integer> {
  private static final long LARGEST_FILE = 1 << 20;
  private static final JsonNode NO_OVERRIDES = JsonNodeFactory.instance.objectNode();

  @Parameters(paramLabel = "DIR", description = "directory with the bundle's files")
  private Path directory;

  @Option(
      names = "--target",
      required = true,
      paramLabel = "NAME",
      description = "kind of system: mrs-ha")
  private String targetName;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description =
          "vendor version, for its password rule: mrs-2x or mrs-3x (default: ${DEFAULT-VALUE})")
  private String profile = "mrs-2x";

  @Option(
      names = "--password-stdin",
      description = "read the key's password from standard input, the only way to give it")
  private boolean passwordStdin;

  @Mixin private Output output;

  private final Surroundings surroundings;

  Validate(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Target target = Wiring.targets().get(targetName);
    if (target == null) {
      throw new UsageProblem("expected --target to be one of " + Wiring.targets().keySet());
    }
    ResultBuilder result = new ResultBuilder("validate", surroundings);
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : target.bundleFiles()) {
      BundleFile file = BundleFiles.read(directory.resolve(name), LARGEST_FILE);
      if (file instanceof BundleFile.Content content) {
        files.put(name, content.bytes());
      } else if (file instanceof BundleFile.Refused refused) {
        result.finding(refused.finding());
      }
    }
    Optional<Secret> password =
        passwordStdin ? Optional.of(surroundings.secret()) : Optional.empty();
    try (Bundle bundle = new Bundle(files)) {
      if (!result.stopped()) {
        result.findings(
            target.validate(profile, NO_OVERRIDES, bundle, password, surroundings.clock()));
      }
      target.summaries(bundle).forEach(result::before);
    } catch (HostException e) {
      result.finding(e.finding());
    } finally {
      password.ifPresent(Secret::close);
    }
    var built = result.build(Outcome.UNCHANGED);
    return output.give(
        built,
        out ->
            out.println(
                Texts.safe(directory.toString())
                    + (built.exitCode() == 0 ? " may be installed." : " may not be installed.")));
  }
}
