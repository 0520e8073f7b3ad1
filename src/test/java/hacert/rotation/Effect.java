package hacert.rotation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Something that a call does to the files of its host, by one system call.
 *
 * @param call the system call
 * @param number which of its kind it is in the thread that works, from 1 on
 * @param path the file, relative to the host, and without what is random in its name
 */
record Effect(String call, int number, String path) {
  /** The system calls by which files are changed. */
  static final List<String> CHANGES =
      List.of(
          "rename",
          "mkdir",
          "unlink",
          "rmdir",
          "symlink",
          "chmod",
          "fchmod",
          "lchown",
          "fchown",
          "fchownat",
          "utimensat");

  /**
   * These, and those that come before them. Files that are opened to be made are listed and not
   * harmed: what is opened to be read has its part in their numbers, and that differs from call to
   * call.
   */
  static final List<String> ALL =
      Stream.concat(CHANGES.stream(), Stream.of("openat", "write")).toList();

  private static final String TERMINAL = "(terminal)";

  /** What strace writes where it gave an error in place of a call. */
  static final String INJECTED = "(INJECTED)";

  private static final Pattern LINE = Pattern.compile("(\\d+) +(\\w+)\\((.*)");
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"|<(/[^>]*)>");

  /** Reads what strace wrote of the thread that changes files of the host. */
  static List<Effect> of(List<String> trace, Path host) {
    return of(trace, host, "");
  }

  /** The effect in whose place strace gave an error, else the last one. */
  static Optional<Effect> harmed(List<String> trace, Path host) {
    boolean error = trace.stream().anyMatch(line -> line.contains(INJECTED));
    List<Effect> effects = of(trace, host, error ? INJECTED : "");
    return effects.isEmpty() ? Optional.empty() : Optional.of(effects.get(effects.size() - 1));
  }

  boolean onTerminal() {
    return path.equals(TERMINAL);
  }

  private static List<Effect> of(List<String> trace, Path host, String containing) {
    String own = host + "/home/.hacert";
    String thread =
        trace.stream()
            .filter(line -> line.contains(own))
            .findFirst()
            .map(line -> line.substring(0, line.indexOf(' ')))
            .orElse("");
    List<Effect> effects = new ArrayList<>();
    Map<String, Integer> count = new HashMap<>();
    for (String line : trace) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches() || !matcher.group(1).equals(thread)) {
        continue;
      }
      String call = matcher.group(2);
      int number = count.merge(call, 1, Integer::sum);
      if (line.contains(containing) && !(call.equals("openat") && !line.contains("O_CREAT"))) {
        path(matcher.group(3), host).ifPresent(p -> effects.add(new Effect(call, number, p)));
      }
    }
    return effects;
  }

  /** The last path that a system call names is the one that it changes. */
  private static Optional<String> path(String arguments, Path host) {
    Matcher quoted = QUOTED.matcher(arguments);
    String last = null;
    while (quoted.find()) {
      String path = quoted.group(1) != null ? quoted.group(1) : quoted.group(2);
      if (path.startsWith(host + "/")) {
        last = host.relativize(Path.of(path)).toString();
      } else if (path.startsWith("/dev/p")) {
        last = TERMINAL;
      }
    }
    return Optional.ofNullable(last)
        .map(p -> p.replace(host.getParent().toString().substring(1), "PAIR"))
        .map(p -> p.replaceAll("[0-9a-f]{16}", "X"))
        .map(p -> p.replaceAll("\\d{8}T\\d{6}-[0-9a-f]+", "ROTATION"))
        .map(p -> p.replaceAll("\\d{8}T\\d{6}\\.\\d{3}-", "TIME-"));
  }

  @Override
  public String toString() {
    return call + " " + path;
  }
}
