package hacert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import hacert.host.HostException;
import hacert.oms.MrsTarget;
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
      "Without a password it is not checked that a CA's key opens and fits, and a PKCS#12 file",
      "cannot be read. A bundle of openGauss brings its password along, which a given one must be.",
      "",
      "Examples:",
      "  hacert validate --target mrs-ha --profile mrs-3x --password-stdin new < password.txt",
      "  hacert validate --target mrs-ha new",
      "  hacert validate --target mrs-ha --password-stdin sub-ca.p12 < password.txt",
      "  hacert validate --target opengauss --profile opengauss db-cert-replacement.zip"
    })
final class Validate implements Callable<Integer> {
  @Parameters(
      paramLabel = "PATH",
      description = {
        "mrs-ha: the CA's certificate, its issuers and its key: one file, or the crt, cer, cert,",
        "pem, der, key, p7b, p7c, p12 and pfx files of a directory, in PEM, DER, PKCS#7 or PKCS#12",
        "form. opengauss: a directory with the files of db-cert-replacement.zip, or that file"
      })
  private Path bundlePath;

  @Option(
      names = "--target",
      required = true,
      paramLabel = "NAME",
      description = "kind of system: mrs-ha or opengauss")
  private String targetName;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description =
          "vendor version, for its password rule: mrs-2x (default with mrs-ha), mrs-3x or opengauss")
  private String profile = "";

  @Option(
      names = "--profile-file",
      paramLabel = "FILE",
      description = "YAML file whose keys are laid over the profile, as hacert_profile_file is")
  private Path profileFile;

  @Option(
      names = "--password-stdin",
      description = "read the key's password from standard input, the only way to give it")
  private boolean passwordStdin;

  @Mixin private Output output;

  private final Surroundings surroundings;

  Validate(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  private String profile() {
    boolean mrs = targetName.equals(MrsTarget.NAME);
    return profile.isEmpty() ? mrs ? "mrs-2x" : targetName : profile;
  }

  @Override
  public Integer call() throws IOException {
    Target target = Wiring.targets().get(targetName);
    if (target == null) {
      throw new UsageProblem("expected --target to be one of " + Wiring.targets().keySet());
    }
    JsonNode overrides =
        profileFile == null ? JsonNodeFactory.instance.objectNode() : ProfileFile.read(profileFile);
    ResultBuilder result = new ResultBuilder("validate", surroundings);
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (Map.Entry<String, BundleFile> file :
        BundleFiles.given(bundlePath, target::mayBeGiven, target::largestGiven).entrySet()) {
      if (file.getValue() instanceof BundleFile.Content content) {
        files.put(file.getKey(), content.bytes());
      } else if (file.getValue() instanceof BundleFile.Refused refused) {
        result.finding(refused.finding());
      }
    }
    Optional<Secret> password =
        passwordStdin ? Optional.of(surroundings.secret()) : Optional.empty();
    try (Bundle bundle = new Bundle(files)) {
      if (!result.stopped()) {
        Target.Validated validated =
            target.validate(profile(), overrides, bundle, password, surroundings.clock());
        result.findings(validated.findings());
        validated.certificates().forEach(result::before);
      }
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
                Texts.safe(bundlePath.toString())
                    + (built.exitCode() == 0 ? " may be installed." : " may not be installed.")));
  }
}
