package hacert.rotation;

import hacert.fuzz.Properties;
import hacert.host.HostException;
import hacert.oms.MrsTarget;
import hacert.opengauss.OpenGaussTarget;
import hacert.result.Json;
import hacert.result.Result;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;

/**
 * A request with its secrets, and in it what other nodes answered. What decides is run in full,
 * because it looks at nothing else; of the other operations the host is not there.
 */
public final class RequestFuzz {
  private static final Operations OPERATIONS =
      new Operations(
          Map.of(MrsTarget.NAME, new MrsTarget(), OpenGaussTarget.NAME, new OpenGaussTarget()),
          () -> {
            throw new HostException("LOGIN_FAILED", "There is no host.", "Give one.");
          },
          peer -> {
            throw new HostException("PEER_UNREACHABLE", "There is no peer.", "Give one.");
          },
          "fuzz");

  private RequestFuzz() {}

  /** A result, or a refusal of the request. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    try {
      RequestReader.Call call = RequestReader.read(new ByteArrayInputStream(input));
      try (Secrets secrets = call.secrets()) {
        Result result = OPERATIONS.execute(call.request(), secrets);
        Properties.check(result.outcome() != null, "no outcome");
        Json.mapper().writeValueAsBytes(result);
      }
    } catch (HostException e) {
      Properties.check(e.code().equals("REQUEST_INVALID"), "refused as " + e.code());
      Properties.message(e.getMessage());
    }
  }
}
