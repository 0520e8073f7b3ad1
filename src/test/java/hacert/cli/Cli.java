package hacert.cli;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;

/** Runs a command as {@link Commands} does, and keeps what it says. */
public final class Cli {
  /** What one run gave. */
  public record Run(int code, String out, String err) {}

  private Cli() {}

  /** Runs with this text on standard input. */
  public static Run run(String stdin, String... arguments) {
    return run(stdin.getBytes(StandardCharsets.UTF_8), false, arguments);
  }

  /** Runs with these bytes on standard input. */
  public static Run run(byte[] stdin, boolean debug, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Surroundings surroundings =
        new Surroundings(
            new ByteArrayInputStream(stdin), Clock.systemUTC(), new SecureRandom(), debug);
    int code =
        Commands.commandLine(surroundings)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Run(code, out.toString(), err.toString());
  }
}
