package hacert.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The list of commands. */
@Command(
    name = "hacert",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    description = "Rotates the TLS certificates of highly available systems, and proves it.",
    footer = {
      "",
      "Exit codes: 0 done, 1 unexpected error, 2 usage, 3 refused, 4 rolled back, 5 a person must"
          + " decide, 6 locked by another rotation."
    })
final class Commands implements Runnable {
  /** Examples that are to be copied must not be broken into lines. */
  private static final int HELP_WIDTH = 100;

  @Spec private CommandSpec spec;

  private Commands() {}

  /** All commands, ready to run; tests set its writers. */
  static CommandLine commandLine(Surroundings surroundings) {
    Failures failures = new Failures(surroundings.debug());
    return new CommandLine(new Commands())
        .addSubcommand(new Inspect(surroundings))
        .addSubcommand(new Generate(surroundings))
        .addSubcommand(new Validate(surroundings))
        .addSubcommand(KeyPasswords.commandLine(surroundings))
        .addSubcommand(new Package(surroundings))
        .addSubcommand(new Status(surroundings))
        .addSubcommand(new Record(surroundings))
        .addSubcommand(new Rotate(surroundings))
        .addSubcommand(new Rollback(surroundings))
        .addSubcommand(new Purge(surroundings))
        .addSubcommand(new ExecuteCommand(surroundings))
        .setUsageHelpWidth(HELP_WIDTH)
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is expected");
  }
}
