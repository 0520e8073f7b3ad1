package hacert.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs one operation that a playbook asks for. */
@Command(
    name = "execute",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Runs one operation for a playbook.",
      "Reads a request on standard input and writes the result, one JSON document, on standard",
      "output; docs/protocol.md describes both."
    },
    footerHeading = "%nExample:%n",
    footer = "  java -jar hacert.jar execute < request.json")
final class ExecuteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private final Surroundings surroundings;

  ExecuteCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    return Execution.run(surroundings, spec.commandLine().getOut(), spec.commandLine().getErr());
  }
}
