package hacert.cli;

import hacert.result.Exit;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place that turns an exception into words and an exit code. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private final boolean debug;

  Failures(boolean debug) {
    this.debug = debug;
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    String message =
        e instanceof UnmatchedArgumentException unmatched
            ? unknown(unmatched.getUnmatched())
            : e.getMessage();
    return usage(e.getCommandLine(), message);
  }

  /** Names options only: what follows them may be a password that somebody put there. */
  private static String unknown(List<String> arguments) {
    String options =
        arguments.stream()
            .filter(argument -> argument.startsWith("-"))
            .map(argument -> argument.split("=", 2)[0])
            .collect(Collectors.joining(", "));
    return options.isEmpty() ? "one argument too many, not repeated here" : "unknown " + options;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    if (e instanceof UsageProblem) {
      return usage(command, e.getMessage());
    }
    if (e instanceof Refusal refusal) {
      Output.finding(refusal.finding(), command.getErr());
      command.getErr().flush();
      return Exit.REFUSED.code();
    }
    return Unexpected.tell(e, command.getErr(), debug);
  }

  private static int usage(CommandLine command, String message) {
    PrintWriter err = command.getErr();
    err.println("hacert: " + Texts.safe(message));
    err.println("  See: " + command.getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return Exit.USAGE.code();
  }
}
