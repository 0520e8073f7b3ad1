package hacert.cli;

import hacert.host.HostException;
import hacert.opengauss.KeyPassword;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.result.Outcome;
import hacert.target.Secret;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Says whether the two password files of an openGauss key are sound; shows the password if asked.
 */
@Command(
    name = "decrypt",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Says whether PREFIX.key.cipher and PREFIX.key.rand are a sound pair. Exit code 0: they",
      "are; 3: they are not, and why. Whether the password opens the key is said by validate.",
    },
    footer = {
      "",
      "Examples:",
      "  hacert key-password decrypt $PGDATA server",
      "  hacert key-password decrypt --show new client"
    })
final class KeyPasswordDecrypt implements Callable<Integer> {
  /** More than the files have, so that their length is told as it is. */
  private static final long LONGEST = 1 << 20;

  @Mixin private KeyPasswordFiles files;

  @Option(names = "--show", description = "print the password on standard output")
  private boolean show;

  @Mixin private Output output;

  private final Surroundings surroundings;

  KeyPasswordDecrypt(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (show && output.isJson()) {
      throw new UsageProblem("expected --show without --format json: no result holds a password");
    }
    ResultBuilder result = new ResultBuilder("key-password", surroundings);
    Optional<Secret> password = read(result);
    try {
      return output.give(
          result.build(Outcome.UNCHANGED), out -> password.ifPresent(secret -> say(secret, out)));
    } finally {
      password.ifPresent(Secret::close);
    }
  }

  private Optional<Secret> read(ResultBuilder result) {
    List<byte[]> contents = new ArrayList<>();
    for (Path path : files.paths()) {
      BundleFile file = BundleFiles.read(path, LONGEST);
      if (file instanceof BundleFile.Content content) {
        contents.add(content.bytes());
      } else if (file instanceof BundleFile.Refused refused) {
        result.finding(refused.finding());
      }
    }
    try {
      return result.stopped()
          ? Optional.empty()
          : Optional.of(KeyPassword.decrypt(contents.get(0), contents.get(1)));
    } catch (HostException e) {
      result.finding(e.finding());
      return Optional.empty();
    } finally {
      contents.forEach(content -> Arrays.fill(content, (byte) 0));
    }
  }

  private void say(Secret password, PrintWriter out) {
    if (show) {
      char[] chars = password.chars();
      out.println(chars);
      Arrays.fill(chars, '\0');
    } else {
      out.println(files.cipher() + " and " + files.rand() + " are a sound pair.");
    }
  }
}
