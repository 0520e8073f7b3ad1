package hacert.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The processes of the user that this program runs as, found by the program that they run. */
public final class OwnProcesses {
  private static final Path PROC = Path.of("/proc");

  /** What a script's first line may name. */
  private static final Pattern INTERPRETER =
      Pattern.compile("python[0-9.]*|(?:ba|da|k|z)?sh|perl|env");

  private OwnProcesses() {}

  /**
   * A running program.
   *
   * @param pid process id
   * @param arguments what it was called with, without the program's name
   * @param value of the variable asked for, as it was at the program's start; empty where it had
   *     none, or its environment cannot be read
   */
  public record Running(long pid, List<String> arguments, Optional<String> value) {
    /** Copies the list. */
    public Running {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * Those that run this program, themselves or through an interpreter. One that names it only in an
   * argument, as an editor does, is not among them.
   *
   * @param program name of the program's file, without directory
   * @param variable name of an environment variable that tells whose it is
   */
  public static List<Running> running(String program, String variable) {
    int user = FileMeta.mine(0).owner();
    List<Running> found = new ArrayList<>();
    for (ProcessStat process : ProcessStat.all()) {
      Path directory = PROC.resolve(Long.toString(process.pid()));
      try {
        if (process.running() && FileMeta.read(directory).owner() == user) {
          arguments(program, words(directory.resolve("cmdline")))
              .map(words -> new Running(process.pid(), words, value(directory, variable)))
              .ifPresent(found::add);
        }
      } catch (IOException e) {
        // It has ended since, and so does not run.
        continue;
      }
    }
    return List.copyOf(found);
  }

  /** Each word in these files of proc(5) ends with a NUL. */
  static List<String> words(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return Arrays.asList(text.split("\0"));
  }

  private static Optional<String> value(Path process, String variable) {
    try {
      return value(words(process.resolve("environ")), variable);
    } catch (IOException e) {
      // Whose it is cannot be told, which is the answer.
      return Optional.empty();
    }
  }

  static Optional<String> value(List<String> environment, String variable) {
    return environment.stream()
        .filter(word -> word.startsWith(variable + "="))
        .map(word -> word.substring(variable.length() + 1))
        .findFirst();
  }

  private static Optional<List<String>> arguments(String program, List<String> words) {
    int at = 0;
    if (!words.isEmpty() && INTERPRETER.matcher(name(words.get(0))).matches()) {
      at++;
      while (at < words.size() && words.get(at).startsWith("-")) {
        at++;
      }
    }
    return at < words.size() && name(words.get(at)).equals(program)
        ? Optional.of(words.subList(at + 1, words.size()))
        : Optional.empty();
  }

  /** Of a path or of a name alone. */
  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
