package hacert.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The two commands for the password files of openGauss keys. */
@Command(
    name = "key-password",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Makes or reads PREFIX.key.cipher and PREFIX.key.rand, in which openGauss keeps the password",
      "of a key. Whoever has both files has the password."
    })
final class KeyPasswords implements Runnable {
  @Spec private CommandSpec spec;

  private KeyPasswords() {}

  static CommandLine commandLine(Surroundings surroundings) {
    return new CommandLine(new KeyPasswords())
        .addSubcommand(new KeyPasswordEncrypt(surroundings))
        .addSubcommand(new KeyPasswordDecrypt(surroundings));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "encrypt or decrypt is expected");
  }
}
