package hacert.host;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a user has after logging in. Vendor scripts rely on it, and a command run over ssh does not
 * have it.
 *
 * @param variables all variables that the login profile exports
 * @param umask umask that it sets, octal, as {@code 0077}
 * @param home home directory: {@code HOME} of this program's environment, else that of passwd(5)
 */
public record LoginEnvironment(Map<String, String> variables, String umask, Path home) {
  private static final String MARK = "HACERT_MARK";
  private static final String FILE = "HACERT_FILE";

  // Only words that every shell knows: the login shell need not be a POSIX one.
  private static final String SCRIPT =
      "printf '\\n%s\\n' \"$HACERT_MARK\"; umask; /usr/bin/env -0; printf '\\n%s\\n' \"$HACERT_MARK\"";

  /** Variables that belong to the shell that was asked, and not to the user. */
  private static final Set<String> OF_THE_SHELL = Set.of(MARK, FILE, "_", "PWD", "OLDPWD", "SHLVL");

  private static final int FIELDS = 7;
  private static final int LARGEST = 8 << 20;

  /** Copies the variables. */
  public LoginEnvironment {
    variables = Map.copyOf(variables);
  }

  /**
   * Asks the user's login shell.
   *
   * @param commands runs the shell
   * @param own this program's own environment
   * @param deadline how long the profile may take
   * @throws HostException {@code LOGIN_TIMED_OUT}, {@code LOGIN_FAILED}, {@code HOME_UNKNOWN}
   */
  public static LoginEnvironment capture(
      Commands commands, Map<String, String> own, Duration deadline) throws HostException {
    String mark = mark();
    Map<String, String> environment = new HashMap<>(own);
    environment.put(MARK, mark);
    String shell = complete(commands, environment);
    CommandResult result =
        commands.run(
            question(shell, environment)
                .withDirectory(start(environment.getOrDefault("HOME", "")))
                .withUmask("")
                .withDeadline(deadline)
                .withOutputLimit(LARGEST));
    if (result.timedOut()) {
      throw new HostException(
          "LOGIN_TIMED_OUT",
          "The login profile of this user did not end within "
              + deadline.toSeconds()
              + " s ("
              + shell
              + " -l).",
          "Log in as this user by hand and see what its profile waits for.");
    }
    String answer =
        between(result.stdout(), mark)
            .orElseThrow(
                () ->
                    new HostException(
                        "LOGIN_FAILED",
                        "The login profile of this user ends the shell or replaces it ("
                            + shell
                            + " -l, exit code "
                            + result.exitCode()
                            + "): the login environment is not known.",
                        "Make the profile leave non-interactive shells alone; try "
                            + shell
                            + " -l -c env."));
    return parse(answer, environment.getOrDefault("HOME", ""));
  }

  /**
   * The same after a file was sourced by a shell, as people do before they call a vendor's tools.
   *
   * @param file absolute path
   * @param deadline how long the file may take
   * @throws HostException {@code ENVIRONMENT_FILE}
   */
  public LoginEnvironment sourcing(Commands commands, Path file, Duration deadline)
      throws HostException {
    String mark = mark();
    // The files are written for bash; where there is none, sh reads the plain ones.
    String shell = Tools.find("bash").orElse(Tools.SHELL);
    Command question =
        Command.of(
                variables,
                List.of(
                    shell, "-c", "[ -r \"$HACERT_FILE\" ] || exit; . \"$HACERT_FILE\"; " + SCRIPT))
            .withVariable(MARK, mark)
            .withVariable(FILE, file.toString())
            .withDirectory(start(home.toString()))
            .withUmask(umask)
            .withDeadline(deadline)
            .withOutputLimit(LARGEST);
    CommandResult result = commands.run(question);
    Optional<String> answer = between(result.stdout(), mark);
    if (answer.isEmpty()) {
      throw new HostException(
          "ENVIRONMENT_FILE",
          file
              + " cannot be sourced"
              + (result.timedOut() ? " within " + deadline.toSeconds() + " s" : "")
              + ": "
              + CleanText.of(result.stderr()).strip(),
          "Try `. "
              + file
              + "` by hand as this user: the file must be readable, and must not end the shell.");
    }
    return parse(answer.get(), home.toString());
  }

  /** The same with one more variable. */
  public LoginEnvironment with(String name, String value) {
    Map<String, String> more = new TreeMap<>(variables);
    more.put(name, value);
    return new LoginEnvironment(more, umask, home);
  }

  /** The same without this variable. */
  public LoginEnvironment without(String name) {
    Map<String, String> fewer = new TreeMap<>(variables);
    fewer.remove(name);
    return new LoginEnvironment(fewer, umask, home);
  }

  private static String mark() {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    return "hacert-" + HexFormat.of().formatHex(random);
  }

  private static Command question(String shell, Map<String, String> environment) {
    // A C shell is a login shell only without further arguments.
    return shell.endsWith("csh")
        ? Command.of(environment, List.of(shell, "-l"))
            .withStdin((SCRIPT + "\n").getBytes(StandardCharsets.US_ASCII))
        : Command.of(environment, List.of(shell, "-l", "-c", SCRIPT));
  }

  /** Where a login begins: files may be named from there. Without a home that is the root. */
  private static Path start(String home) {
    return home.startsWith("/") && new File(home).isDirectory() ? Path.of(home) : Path.of("/");
  }

  private static Optional<String> between(String output, String mark) {
    String line = "\n" + mark + "\n";
    int start = output.indexOf(line);
    int end = output.indexOf(line, start + line.length());
    return start < 0 || end < 0
        ? Optional.empty()
        : Optional.of(output.substring(start + line.length(), end));
  }

  private static LoginEnvironment parse(String answer, String home) throws HostException {
    int line = answer.indexOf('\n');
    String umask = line < 0 ? "" : answer.substring(0, line).trim();
    if (!umask.matches("[0-7]{1,4}")) {
      throw new HostException(
          "LOGIN_FAILED",
          "The login shell answered \"" + umask + "\" where its umask was expected.",
          "See that the login profile does not switch tracing on (set -x).");
    }
    Map<String, String> variables = new TreeMap<>();
    for (String entry : answer.substring(line + 1).split("\0")) {
      int equals = entry.indexOf('=');
      if (equals > 0 && !OF_THE_SHELL.contains(entry.substring(0, equals))) {
        variables.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    return new LoginEnvironment(variables, "0".repeat(4 - umask.length()) + umask, directory(home));
  }

  private static Path directory(String home) throws HostException {
    try {
      if (home.startsWith("/")) {
        return Path.of(home);
      }
    } catch (InvalidPathException e) {
      // Its characters are not in the encoding of this call.
    }
    throw new HostException(
        "HOME_UNKNOWN",
        "HOME is \"" + home + "\", which is no absolute path in the encoding of this call.",
        "Call the program with HOME set to the home directory of the user, in a UTF-8 locale if"
            + " its name needs one.");
  }

  /** Names the login shell, and puts HOME in where it is missing, both from the user database. */
  private static String complete(Commands commands, Map<String, String> environment)
      throws HostException {
    String named = environment.getOrDefault("SHELL", "");
    if (usable(named) && environment.containsKey("HOME")) {
      return named;
    }
    List<String> account = account(commands, environment);
    if (account.size() == FIELDS) {
      environment.putIfAbsent("HOME", account.get(5));
    }
    if (usable(named)) {
      return named;
    }
    return account.size() == FIELDS && usable(account.get(6)) ? account.get(6) : Tools.SHELL;
  }

  /** The fields of this user in passwd(5); empty when there is no such user. */
  private static List<String> account(Commands commands, Map<String, String> environment)
      throws HostException {
    Optional<String> getent = Tools.find("getent");
    if (getent.isEmpty()) {
      return List.of();
    }
    String uid = Integer.toString(FileMeta.mine(0).owner());
    CommandResult entry =
        commands.run(Command.of(environment, List.of(getent.get(), "passwd", uid)));
    return entry.ok() ? List.of(entry.stdout().strip().split(":", -1)) : List.of();
  }

  /** Whether one can log in with it: accounts that nobody may log in to have a false one. */
  private static boolean usable(String shell) {
    return shell.startsWith("/")
        && !shell.endsWith("/nologin")
        && !shell.endsWith("/false")
        && Files.isExecutable(Path.of(shell));
  }
}
