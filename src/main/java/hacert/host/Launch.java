package hacert.host;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Starts processes; the one place where this package does. Over ssh Java often finds no locale,
 * takes its encoding for ASCII and would pass a question mark for each other character. Such text
 * is passed in escapes, which a shell of our own turns back into UTF-8.
 */
final class Launch {
  // printf's %b knows \0 and three octal digits; the dot keeps line feeds at the end.
  private static final String DECODE =
      """
      hacert_n=$#
      while [ "$hacert_n" -gt 0 ]; do
        case $1 in
          *\\\\*) hacert_x=$(printf '%b.' "$1"); set -- "$@" "${hacert_x%.}" ;;
          *) set -- "$@" "$1" ;;
        esac
        shift
        hacert_n=$((hacert_n - 1))
      done
      exec "$@"
      """;

  private static final String ENV = "/usr/bin/env";

  private Launch() {}

  /** A builder for this process in the command's environment and these variables. */
  static ProcessBuilder builder(Command command, Map<String, String> extra, List<String> argv) {
    return builder(encoding(), command, extra, argv);
  }

  static ProcessBuilder builder(
      Charset charset, Command command, Map<String, String> extra, List<String> argv) {
    Map<String, String> plain = new HashMap<>(command.environment());
    plain.putAll(extra);
    List<String> assignments = new ArrayList<>();
    plain.forEach(
        (name, value) -> {
          if (!encodable(charset, name + value)) {
            assignments.add(name + "=" + value);
          }
        });
    plain.entrySet().removeIf(entry -> !encodable(charset, entry.getKey() + entry.getValue()));
    List<String> all = new ArrayList<>();
    if (!assignments.isEmpty()) {
      all.add(ENV);
      all.addAll(assignments);
    }
    all.addAll(argv);
    if (!all.stream().allMatch(argument -> encodable(charset, argument))) {
      List<String> escaped = new ArrayList<>(List.of(Tools.SHELL, "-c", DECODE, "sh"));
      all.forEach(argument -> escaped.add(escape(argument)));
      all = escaped;
    }
    ProcessBuilder builder = new ProcessBuilder(all);
    builder.directory(command.directory().toFile());
    builder.environment().clear();
    builder.environment().putAll(plain);
    return builder;
  }

  /**
   * What a process is given its arguments in: since Java 18 no longer the default encoding, which
   * is UTF-8 there.
   */
  static Charset encoding() {
    return Charset.forName(System.getProperty("sun.jnu.encoding"));
  }

  private static boolean encodable(Charset charset, String text) {
    return charset.newEncoder().canEncode(text);
  }

  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b < 0 || b == '\\') {
        escaped.append(String.format("\\0%03o", b & 0xff));
      } else {
        escaped.append((char) b);
      }
    }
    return escaped.toString();
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
}
