package hacert.x509;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real openssl, to write what we read and to read what we write. */
public final class Openssl {
  /** What one run of it gave. */
  public record Run(int code, byte[] out) {
    public String text() {
      return new String(out, StandardCharsets.UTF_8);
    }
  }

  private Openssl() {}

  /** Runs it; standard input is for {@code -passin stdin} and the like. */
  public static Run run(byte[] input, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(Arrays.asList(arguments));
    Path log = Files.createTempFile("openssl", ".log");
    try {
      Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
      try (OutputStream in = process.getOutputStream()) {
        in.write(input);
      } catch (IOException e) {
        // It ended without reading all of it; its exit code tells.
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (InputStream from = process.getInputStream()) {
        from.transferTo(out);
      }
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("openssl does not end");
      }
      return new Run(process.exitValue(), out.toByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      Files.delete(log);
    }
  }

  /** Runs it and insists that it succeeds. */
  public static byte[] ok(byte[] input, String... arguments) throws IOException {
    Run run = run(input, arguments);
    if (run.code() != 0) {
      throw new AssertionError("openssl " + String.join(" ", arguments) + " gave " + run.code());
    }
    return run.out();
  }

  /** A password as the line that {@code stdin} sources take. */
  public static byte[] line(String password) {
    return (password + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
