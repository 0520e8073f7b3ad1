package hacert.cli;

import hacert.target.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What commands need of the world.
 *
 * @param stdin where secrets and requests come from
 * @param clock tells now
 * @param random for keys and serials
 * @param debug whether an unforeseen error is shown with its stack trace
 */
public record Surroundings(InputStream stdin, Clock clock, SecureRandom random, boolean debug) {
  private static final int LONGEST_SECRET = 4096;

  /** Those of this process; {@code HACERT_DEBUG=1} in its environment asks for stack traces. */
  public static Surroundings ofProcess() {
    return new Surroundings(
        System.in,
        Clock.systemUTC(),
        new SecureRandom(),
        "1".equals(System.getenv("HACERT_DEBUG")));
  }

  /** Name of this host as its kernel has it: it need not resolve. */
  String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "localhost";
    }
  }

  /**
   * The whole of standard input as a password: UTF-8, without one newline (or carriage return and
   * newline) at its end. The caller wipes it.
   *
   * @throws UsageProblem if it is empty, longer than 4096 bytes or not UTF-8
   */
  char[] password() throws IOException {
    byte[] bytes = stdin.readNBytes(LONGEST_SECRET + 1);
    try {
      if (bytes.length > LONGEST_SECRET) {
        throw new UsageProblem(
            "expected a password on standard input, got more than " + LONGEST_SECRET + " bytes");
      }
      int length = bytes.length;
      if (length > 0 && bytes[length - 1] == '\n') {
        length -= length > 1 && bytes[length - 2] == '\r' ? 2 : 1;
      }
      if (length == 0) {
        throw new UsageProblem("expected a password on standard input, got nothing");
      }
      return Utf8.chars(bytes, length);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** The same as a secret, which the caller closes. */
  Secret secret() throws IOException {
    return secrets(List.of("password")).get("password");
  }

  /**
   * One secret a line, which the caller closes; a single one may hold line feeds.
   *
   * @param names what they are called, in the order of the lines; empty: nothing is read
   * @throws UsageProblem as {@link #password}, or if there are fewer lines
   */
  Map<String, Secret> secrets(List<String> names) throws IOException {
    Map<String, Secret> read = new LinkedHashMap<>();
    if (names.isEmpty()) {
      return read;
    }
    char[] all = password();
    int from = 0;
    for (int i = 0; i < names.size(); i++) {
      int end = i == names.size() - 1 ? all.length : from;
      while (end < all.length && all[end] != '\n') {
        end++;
      }
      if (end <= from) {
        throw new UsageProblem(
            "expected " + names.size() + " lines on standard input, one for each password");
      }
      ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(all, from, end - from));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      Arrays.fill(encoded.array(), (byte) 0);
      read.put(names.get(i), new Secret(bytes));
      from = end + 1;
    }
    Arrays.fill(all, '\0');
    return read;
  }
}
