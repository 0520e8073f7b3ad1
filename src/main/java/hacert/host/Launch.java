package hacert.host;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts processes; the one place where this package does. */
final class Launch {
  private Launch() {}

  /**
   * A builder for this process in exactly this environment.
   *
   * @throws HostException {@code TEXT_NOT_ENCODABLE}: Java would pass a question mark instead
   */
  static ProcessBuilder builder(Command command, Map<String, String> extra, List<String> argv)
      throws HostException {
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(argv));
    builder.directory(command.directory().toFile());
    builder.environment().clear();
    builder.environment().putAll(command.environment());
    builder.environment().putAll(extra);
    Charset charset = Charset.defaultCharset();
    for (String argument : argv) {
      check(charset, argument, "An argument of " + command.argv().get(0));
    }
    for (Map.Entry<String, String> variable : builder.environment().entrySet()) {
      check(charset, variable.getKey() + variable.getValue(), variable.getKey());
    }
    return builder;
  }

  /**
   * Starts it.
   *
   * @throws HostException {@code COMMAND_NOT_STARTED}
   */
  static Process start(ProcessBuilder builder, Command command) throws HostException {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new HostException(
          "COMMAND_NOT_STARTED",
          command.argv().get(0)
              + " could not be started in "
              + command.directory()
              + ": "
              + e.getMessage(),
          "See that the directory exists and that this user may start more processes.",
          e);
    }
  }

  private static void check(Charset charset, String text, String what) throws HostException {
    if (!charset.newEncoder().canEncode(text)) {
      throw new HostException(
          "TEXT_NOT_ENCODABLE",
          what + " holds characters that " + charset + ", the encoding of this call, has not.",
          "Call the program with a UTF-8 locale, as LC_ALL=C.UTF-8 or LC_ALL=en_US.UTF-8.");
    }
  }
}
