package hacert.cli;

import hacert.host.HostException;
import hacert.result.Exit;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.rotation.RequestReader;
import java.io.IOException;
import java.io.PrintWriter;

/** One operation: from the request on standard input to the result on standard output. */
final class Execution {
  private Execution() {}

  /**
   * Runs it.
   *
   * @return the exit code
   */
  static int run(Surroundings surroundings, PrintWriter out, PrintWriter err) {
    try {
      Result result = result(surroundings);
      out.println(Json.mapper().writeValueAsString(result));
      return result.exitCode();
    } catch (IOException | RuntimeException e) {
      return Unexpected.tell(e, err, surroundings.debug());
    }
  }

  private static Result result(Surroundings surroundings) throws IOException {
    try {
      RequestReader.Call call = RequestReader.read(surroundings.stdin());
      try (var secrets = call.secrets()) {
        return Wiring.operations().execute(call.request(), secrets);
      }
    } catch (HostException e) {
      return new ResultBuilder("execute", surroundings)
          .finding(e.finding())
          .build("", false, Outcome.REFUSED, Exit.USAGE);
    }
  }
}
