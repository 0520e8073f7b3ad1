package hacert.probe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Things that listen on 127.0.0.1. */
public final class Servers {
  private Servers() {}

  /** What listens; closing it ends it. */
  public interface Listening extends AutoCloseable {
    int port();

    @Override
    void close();
  }

  /** What a server does with one connection. */
  @FunctionalInterface
  public interface Manners {
    void meet(Socket client) throws IOException;
  }

  /** A real {@code openssl s_server} with these arguments. */
  public static Listening openssl(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "9"));
    command.addAll(Arrays.asList(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    String line = out.readLine();
    while (line != null && !line.startsWith("ACCEPT")) {
      line = out.readLine();
    }
    if (line == null) {
      throw new IOException("openssl s_server does not start");
    }
    int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).strip());
    start(() -> out.transferTo(java.io.Writer.nullWriter()));
    return new Listening() {
      @Override
      public int port() {
        return port;
      }

      @Override
      public void close() {
        process.destroyForcibly();
        try {
          process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }

  /** A server that treats each connection in its own way. */
  public static Listening of(Manners manners) throws IOException {
    ServerSocket server = new ServerSocket(0, 9, InetAddress.getByName("127.0.0.1"));
    start(
        () -> {
          while (true) {
            Socket client = server.accept();
            start(
                () -> {
                  try (client) {
                    manners.meet(client);
                  }
                });
          }
        });
    return new Listening() {
      @Override
      public int port() {
        return server.getLocalPort();
      }

      @Override
      public void close() {
        try {
          server.close();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
    };
  }

  /** Answers an SSLRequest with S and hands the connection on to a TLS server. */
  public static Listening postgres(int tlsPort) throws IOException {
    return of(client -> handOn(client, tlsPort));
  }

  /** The same with one connection. */
  public static void handOn(Socket client, int tlsPort) throws IOException {
    byte[] request = client.getInputStream().readNBytes(8);
    if (!Arrays.equals(request, new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f})) {
      return;
    }
    client.getOutputStream().write('S');
    try (Socket tls = new Socket("127.0.0.1", tlsPort)) {
      start(() -> pump(tls.getInputStream(), client.getOutputStream()));
      pump(client.getInputStream(), tls.getOutputStream());
    }
  }

  /** Hands connections on to a server, each of whose answers takes its time. */
  public static Listening slow(int port, Duration delay) throws IOException {
    return of(
        client -> {
          try (Socket server = new Socket("127.0.0.1", port)) {
            start(() -> pump(client.getInputStream(), server.getOutputStream()));
            byte[] answer = new byte[16384];
            int read = server.getInputStream().read(answer);
            while (read >= 0) {
              pause(delay);
              client.getOutputStream().write(answer, 0, read);
              read = server.getInputStream().read(answer);
            }
          }
        });
  }

  private static void pause(Duration time) throws IOException {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void pump(InputStream from, OutputStream to) throws IOException {
    from.transferTo(to);
  }

  private interface Body {
    void run() throws IOException;
  }

  private static void start(Body body) {
    Thread thread =
        new Thread(
            () -> {
              try {
                body.run();
              } catch (IOException e) {
                // The test closed it.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
