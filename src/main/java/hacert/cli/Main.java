package hacert.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Entry point of the jar, and the list of its commands. */
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
public final class Main implements Runnable {
  /** Examples that are to be copied must not be broken into lines. */
  private static final int HELP_WIDTH = 100;

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    // UTF-8 whatever the locale says: a name in a certificate must not turn into question marks.
    PrintWriter out = writer(FileDescriptor.out);
    PrintWriter err = writer(FileDescriptor.err);
    int code = commandLine(Surroundings.ofProcess()).setOut(out).setErr(err).execute(args);
    out.flush();
    err.flush();
    System.exit(code);
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  /** All commands, ready to run; tests set its writers. */
  static CommandLine commandLine(Surroundings surroundings) {
    Failures failures = new Failures(surroundings.debug());
    return new CommandLine(new Main())
        .addSubcommand(new Inspect(surroundings))
        .addSubcommand(new Generate(surroundings))
        .addSubcommand(new Validate(surroundings))
        .addSubcommand(new Status(surroundings))
        .addSubcommand(new Record(surroundings))
        .addSubcommand(new Rotate(surroundings))
        .addSubcommand(new Rollback(surroundings))
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
