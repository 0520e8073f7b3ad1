package hacert.opengauss;

import hacert.host.Command;
import hacert.host.HostException;
import hacert.host.LoginEnvironment;
import hacert.target.Host;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The openGauss software of this user on this host: its environment and its directories.
 *
 * @param login the environment in which the vendor's commands run
 * @param gaussHome {@code GAUSSHOME}
 * @param pgHost {@code PGHOST}, where gs_om keeps what it needs for a while
 */
record Installation(
    Host host, OpenGaussProfile profile, LoginEnvironment login, Path gaussHome, Path pgHost) {

  private static final String ENVIRONMENT_FILE = "MPPDB_ENV_SEPARATE_PATH";
  static final Duration SOURCING = Duration.ofSeconds(30);

  /**
   * Finds it.
   *
   * @param environment file to source; empty: the login has everything
   * @throws HostException {@code GAUSS_ENVIRONMENT}, and what {@link LoginEnvironment#sourcing}
   *     throws
   */
  static Installation find(Host host, OpenGaussProfile profile, String environment)
      throws HostException {
    LoginEnvironment login =
        environment.isEmpty()
            ? usual(host)
            : host.login()
                .sourcing(host.commands(), Path.of(environment), SOURCING)
                .with(ENVIRONMENT_FILE, environment);
    return new Installation(
        host, profile, login, directory(login, "GAUSSHOME"), directory(login, "PGHOST"));
  }

  /**
   * As gs_om finds its environment: in the file that the login names, else in {@code ~/.bashrc},
   * which may name it. A login that has the environment without either is taken as it is.
   */
  private static LoginEnvironment usual(Host host) throws HostException {
    LoginEnvironment login = host.login();
    Path shell = login.home().resolve(".bashrc");
    if (!login.variables().containsKey(ENVIRONMENT_FILE)
        && !login.variables().containsKey("GAUSSHOME")
        && Files.isReadable(shell)) {
      login = login.sourcing(host.commands(), shell, SOURCING);
    }
    Path named = Path.of(login.variables().getOrDefault(ENVIRONMENT_FILE, ""));
    return named.isAbsolute() && Files.isReadable(named)
        ? login.sourcing(host.commands(), named, SOURCING)
        : login;
  }

  private static Path directory(LoginEnvironment login, String variable) throws HostException {
    String value = login.variables().getOrDefault(variable, "");
    if (!value.startsWith("/")) {
      throw new HostException(
          "GAUSS_ENVIRONMENT",
          String.format(
              "%s of this user should name a directory, and is '%s': this is not the user of an"
                  + " openGauss cluster, or its login does not set the environment.",
              variable, value),
          "Log in as the cluster's user and see `env`. Where a file has to be sourced, name it in"
              + " hacert_opengauss_env; by hand with --setting options.environment=FILE.");
    }
    return Path.of(value);
  }

  Command command(String... words) {
    return Command.of(login, List.of(words))
        .withDeadline(Duration.ofSeconds(profile.statusSeconds()));
  }

  Path om() {
    return gaussHome.resolve(profile.sslDirectories().om());
  }

  /** Whether there is the directory of the tools, which gs_om fills and does not make. */
  boolean hasOm() {
    return Files.isDirectory(om());
  }

  /** Where the cluster manager's files lie, if it has any. */
  Optional<Path> cm() {
    return there(profile.sslDirectories().cm());
  }

  /** Where the shared storage's files lie, if it has any and uses them. */
  Optional<Path> dss() {
    return there(profile.sslDirectories().dss())
        .filter(d -> "on".equals(login.variables().get("DSS_SSL")));
  }

  /**
   * The settings of the shared storage, where it uses certificates: gs_om writes the password of
   * their key into it, encrypted ({@code SSL_PWD_CIPHERTEXT}).
   */
  Optional<Path> dssSettings() {
    return dss()
        .map(d -> login.variables().getOrDefault("DSS_HOME", ""))
        .filter(home -> home.startsWith("/"))
        .map(home -> Path.of(home, "cfg", "dss_inst.ini"));
  }

  /**
   * The directories beside the data directory that gs_om of this version fills on this node, and
   * brings back, each from its own archive.
   */
  Map<ServerBundle.Place, Path> filled() {
    Map<ServerBundle.Place, Path> filled = new EnumMap<>(ServerBundle.Place.class);
    if (version().filter(ServerVersion::installsOmDirectory).isPresent()) {
      there(profile.sslDirectories().om()).ifPresent(d -> filled.put(ServerBundle.Place.OM, d));
      cm().ifPresent(d -> filled.put(ServerBundle.Place.CM, d));
      dss().ifPresent(d -> filled.put(ServerBundle.Place.DSS, d));
    }
    return filled;
  }

  /** All directories of certificates that gs_om may write to, beside data directories. */
  List<Path> sslDirectories() {
    return Stream.of(
            profile.sslDirectories().om(),
            profile.sslDirectories().cm(),
            profile.sslDirectories().dss())
        .map(gaussHome::resolve)
        .toList();
  }

  private Optional<Path> there(String directory) {
    return Optional.of(gaussHome.resolve(directory)).filter(Files::isDirectory);
  }

  /** Whether {@code gs_om -t refreshconf} has written down here which roles the nodes had then. */
  boolean knowsCurrentRoles() {
    return Files.exists(currentRoles());
  }

  /** Where it writes them down. */
  Path currentRoles() {
    return gaussHome.resolve("bin/cluster_dynamic_config");
  }

  /** The server's version; empty where no program of the installation tells it. */
  Optional<ServerVersion> version() {
    for (String program : List.of(profile.gaussdb(), profile.gsql(), profile.gsOm())) {
      try {
        Optional<ServerVersion> told =
            ServerVersion.parse(host.commands().run(command(program, "-V")).stdout());
        if (told.isPresent()) {
          return told;
        }
      } catch (HostException e) {
        // Not every version has every program.
        continue;
      }
    }
    return Optional.empty();
  }

  /** The database user that the cluster was installed with: the one of the operating system. */
  String user() {
    return login.variables().getOrDefault("USER", System.getProperty("user.name"));
  }
}
