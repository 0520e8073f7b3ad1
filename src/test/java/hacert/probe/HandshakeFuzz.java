package hacert.probe;

import hacert.fuzz.Properties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server that sends these bytes, whatever it is asked, and closes. The first byte says whether it
 * is taken for a PostgreSQL server or for one that speaks TLS at once.
 */
public final class HandshakeFuzz {
  private static final ServerSocket SERVER = server();
  private static final ExecutorService THREAD =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "server");
            thread.setDaemon(true);
            return thread;
          });
  private static final TlsProbe PROBE = new TlsProbe(Clock.systemUTC(), new SecureRandom());

  private HandshakeFuzz() {}

  private static ServerSocket server() {
    try {
      return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing is served, and it is said in words. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    if (input.length == 0) {
      return;
    }
    Endpoint.Mode mode = input[0] % 2 == 0 ? Endpoint.Mode.POSTGRES : Endpoint.Mode.TLS;
    byte[] answer = Arrays.copyOfRange(input, 1, input.length);
    var served = THREAD.submit(() -> serve(answer));
    Endpoint endpoint =
        new Endpoint(SERVER.getInetAddress().getHostAddress(), SERVER.getLocalPort(), mode);
    ProbeResult result = PROBE.probe(endpoint, Duration.ofSeconds(5), Credentials.NONE);
    served.get();
    if (result instanceof ProbeResult.NotServed none) {
      Properties.plain(none.message());
    } else {
      throw new AssertionError("a handshake with nobody");
    }
  }

  private static Void serve(byte[] answer) {
    try (Socket client = SERVER.accept()) {
      client.getInputStream().read(new byte[4096]);
      client.getOutputStream().write(answer);
      client.shutdownOutput();
      // Closing with something unread would cut off what was sent.
      client.getInputStream().readAllBytes();
    } catch (IOException e) {
      // The probe closes when it has seen enough.
    }
    return null;
  }
}
