package hacert.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A command to run: an argument list, never a shell line.
 *
 * @param argv program and arguments; the program is looked for in {@code PATH} of {@code
 *     environment} when it has no slash
 * @param environment the whole environment of the command; nothing else is inherited
 * @param umask its umask, octal, as {@code 0077}; empty: inherited
 * @param directory its working directory
 * @param stdin what it reads on standard input; empty: {@code /dev/null}. May be a secret: the
 *     caller wipes it
 * @param deadline how long it may take
 * @param outputLimit how many characters of each output stream are kept, half from the beginning
 *     and half from the end; the rest is read and dropped
 */
public record Command(
    List<String> argv,
    Map<String, String> environment,
    String umask,
    Path directory,
    byte[] stdin,
    Duration deadline,
    int outputLimit) {

  private static final int DEFAULT_OUTPUT_LIMIT = 1 << 20;
  private static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(60);

  /** Checks and copies the lists; {@code stdin} is not copied, so that it can be wiped. */
  public Command {
    argv = List.copyOf(argv);
    environment = Map.copyOf(environment);
    if (argv.isEmpty()) {
      throw new IllegalArgumentException("a command needs a program");
    }
    if (!umask.matches("[0-7]{0,4}")) {
      throw new IllegalArgumentException("no octal umask: " + umask);
    }
    if (outputLimit < 2) {
      throw new IllegalArgumentException("output limit below 2: " + outputLimit);
    }
  }

  /** A command in this environment, in {@code /}, with umask 0077 and 60 seconds. */
  public static Command of(Map<String, String> environment, List<String> argv) {
    return new Command(
        argv,
        environment,
        "0077",
        Path.of("/"),
        new byte[0],
        DEFAULT_DEADLINE,
        DEFAULT_OUTPUT_LIMIT);
  }

  /** A command as the user would run it after logging in: environment, umask, home directory. */
  public static Command of(LoginEnvironment login, List<String> argv) {
    return of(login.variables(), argv).withUmask(login.umask()).withDirectory(login.home());
  }

  /** The same with one more variable in its environment. */
  public Command withVariable(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new Command(argv, more, umask, directory, stdin, deadline, outputLimit);
  }

  /** The same with this octal umask. */
  public Command withUmask(String octal) {
    return new Command(argv, environment, octal, directory, stdin, deadline, outputLimit);
  }

  /** The same in this working directory. */
  public Command withDirectory(Path path) {
    return new Command(argv, environment, umask, path, stdin, deadline, outputLimit);
  }

  /** The same with this standard input. */
  public Command withStdin(byte[] bytes) {
    return new Command(argv, environment, umask, directory, bytes, deadline, outputLimit);
  }

  /** The same with this time to run. */
  public Command withDeadline(Duration duration) {
    return new Command(argv, environment, umask, directory, stdin, duration, outputLimit);
  }

  /** The same with this many characters kept of each output stream. */
  public Command withOutputLimit(int characters) {
    return new Command(argv, environment, umask, directory, stdin, deadline, characters);
  }

  /** The arguments only: environment and standard input are nobody's business. */
  @Override
  public String toString() {
    return "Command" + argv;
  }
}
