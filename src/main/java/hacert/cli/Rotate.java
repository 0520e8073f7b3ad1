package hacert.cli;

import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.rotation.Secrets;
import hacert.rotation.Settings;
import hacert.target.Secret;
import hacert.target.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Rotates a cluster from one of its nodes. */
@Command(
    name = "rotate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Rotates a cluster from one of its nodes, if a rotation is due.",
      "It goes the way of the playbook rotate-certs.yml. The other nodes are reached by ssh as the",
      "same user. An interrupted rotation goes on, whoever began it."
    },
    footer = {
      "",
      "The password is all of standard input, without one newline at its end: with MRS that of the",
      "CA's key, with openGauss that of new keys, where it is not to stay the present one. To make",
      "certificates openGauss needs --ca-password-stdin, on the node that keeps the CA: another one",
      "would make a new CA. With --bundle it needs no password.",
      "",
      "Examples:",
      "  hacert rotate prod_mrs1 --target mrs-ha --profile mrs-2x --self mgmt1=192.0.2.11 \\",
      "      --peer mgmt2=192.0.2.12 --check --password-stdin < password.txt",
      "  hacert rotate prod_mrs1 --password-stdin < password.txt     (as in the last rotation)",
      "  hacert rotate prod_og1 --target opengauss --profile opengauss --self db1=192.0.2.31 \\",
      "      --peer db2=192.0.2.32 --bundle db-cert-replacement.zip",
      "  hacert rotate prod_og1 --ca-password-stdin < ca-password.txt",
      "  hacert rotate prod_og1 --setting options.trust=finish"
    })
final class Rotate implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--password-stdin",
      description = "read the key's password from standard input, the only way to give it")
  private boolean passwordStdin;

  @Option(
      names = "--ca-password-stdin",
      description = {
        "read the password of the CA that issues openGauss certificates from standard input; with",
        "--password-stdin as well it is the second line"
      })
  private boolean caPasswordStdin;

  @Option(
      names = "--bundle",
      paramLabel = "PATH",
      description = {
        "what to install, as validate takes it. With MRS a key with a password must have the one",
        "that is given here, and without this option a root CA is made"
      })
  private Path bundle;

  @Option(names = "--check", description = "dry run: nothing is written, nothing is restarted")
  private boolean check;

  @Option(names = "--force", description = "rotate now, though nothing is due")
  private boolean force;

  @Mixin private Output output;

  private final Surroundings surroundings;

  Rotate(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Map<String, Secret> named = new HashMap<>();
    List<String> asked = new ArrayList<>();
    if (passwordStdin) {
      asked.add(Secrets.PASSWORD);
    }
    if (caPasswordStdin) {
      asked.add(Secrets.CA_PASSWORD);
    }
    named.putAll(surroundings.secrets(asked));
    if (bundle != null) {
      Target target = Wiring.targets().get(cluster.target());
      if (target == null) {
        throw new UsageProblem("expected --target to be one of " + Wiring.targets().keySet());
      }
      BundleFiles.given(bundle, target::mayBeGiven, target::largestGiven)
          .forEach((name, file) -> named.put(Secrets.BUNDLE + name, of(file)));
    }
    try (Secrets secrets = new Secrets(named)) {
      return new Drive(surroundings, cluster, check)
          .run("rotate", Settings.Intent.ROTATE, cluster.settings(force, 0), secrets, output);
    }
  }

  private static Secret of(BundleFile file) {
    if (file instanceof BundleFile.Refused refused) {
      throw new UsageProblem(refused.finding().message());
    }
    return new Secret(((BundleFile.Content) file).bytes());
  }
}
