package hacert.rotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import hacert.result.Json;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;

/**
 * One operation of a test host in a process of its own, to be killed: the request comes by standard
 * input and the result goes to standard output, as with the jar.
 */
final class OneCall {
  private OneCall() {}

  /** What it reads. */
  static byte[] input(Request request, Secrets secrets) throws JsonProcessingException {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    input.writeBytes(Json.mapper().writeValueAsBytes(request));
    secrets.frame(request.secrets(), input);
    return input.toByteArray();
  }

  /** Takes the directory of the pair and the name of the host. */
  public static void main(String[] arguments) throws Exception {
    RequestReader.Call call = RequestReader.read(System.in);
    try (Secrets secrets = call.secrets()) {
      Operations operations = TwoHosts.at(Path.of(arguments[0])).operations(arguments[1]);
      System.out.println(
          Json.mapper().writeValueAsString(operations.execute(call.request(), secrets)));
    }
  }
}
