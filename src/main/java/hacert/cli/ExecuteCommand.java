package hacert.cli;

import hacert.host.HostException;
import hacert.result.Exit;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.rotation.RequestReader;
import java.io.IOException;
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
  public Integer call() throws IOException {
    Result result;
    try {
      RequestReader.Call call = RequestReader.read(surroundings.stdin());
      try (var secrets = call.secrets()) {
        result = Wiring.operations().execute(call.request(), secrets);
      }
    } catch (HostException e) {
      result =
          new ResultBuilder("execute", surroundings)
              .finding(e.finding())
              .build("", false, Outcome.REFUSED, Exit.USAGE);
    }
    spec.commandLine().getOut().println(Json.mapper().writeValueAsString(result));
    return result.exitCode();
  }
}
