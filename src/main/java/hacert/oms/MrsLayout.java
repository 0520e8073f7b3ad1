package hacert.oms;

import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.host.LoginEnvironment;
import hacert.result.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where everything lies on a management node. The vendor's variables come from omm's login profile
 * only.
 *
 * @param certificates the directory certHA
 * @param localCertificates the directory local/cert
 * @param configuration directories of the HA configuration; those that this version lacks are left
 *     out
 * @param missingConfiguration the directories of the profile that are left out
 * @param generateScript the vendor's script that makes a root CA, which need not be there
 * @param replaceScript the vendor's replacement script
 * @param restartScript the vendor's restart script
 * @param statusScript the vendor's status script
 */
record MrsLayout(
    Path certificates,
    Path localCertificates,
    List<Path> configuration,
    List<Path> missingConfiguration,
    Path generateScript,
    Path replaceScript,
    Path restartScript,
    Path statusScript) {

  static final String ROOT_CERTIFICATE = "root-ca.crt";
  static final String ROOT_KEY = "root-ca.pem";

  private static final String CONFIGURATION_MISSING = "CONFIGURATION_MISSING";
  private static final String BIGDATA_HOME = "BIGDATA_HOME";
  private static final String OMS_RUN_PATH = "OMS_RUN_PATH";

  static MrsLayout of(MrsProfile profile, LoginEnvironment login) throws HostException {
    Path omHome = variable(login, BIGDATA_HOME).resolve(profile.omHome());
    Path run = variable(login, OMS_RUN_PATH);
    List<Path> configuration = new ArrayList<>();
    List<Path> missing = new ArrayList<>();
    for (String name : profile.configuration()) {
      Path directory = run.resolve(name);
      if (Files.isDirectory(directory)) {
        configuration.add(real(directory));
      } else {
        missing.add(directory);
      }
    }
    MrsLayout layout =
        new MrsLayout(
            directory(omHome.resolve(profile.certificates())),
            directory(run.resolve(profile.localCertificates())),
            List.copyOf(configuration),
            List.copyOf(missing),
            run.resolve(profile.generate().script()),
            script(omHome.resolve(profile.replace().script())),
            script(omHome.resolve(profile.restart().script())),
            script(omHome.resolve(profile.status().script())));
    layout.checkUser();
    return layout;
  }

  /** Everything that a replacement may change; no directory stands in it twice. */
  List<Path> rollbackSet() {
    List<Path> all = new ArrayList<>(certificateDirectories());
    all.addAll(configuration);
    return all.stream().distinct().toList();
  }

  /**
   * Whether none of the HA configuration is there to be backed up. It holds the encrypted key
   * password: certificates without it are no way back.
   */
  boolean lacksConfiguration() {
    return configuration.isEmpty() && !missingConfiguration.isEmpty();
  }

  /** What the rollback set lacks. */
  List<Finding> findings() {
    String remedy =
        "Name the directories of this version in hacert_profile_file, key configuration.";
    if (lacksConfiguration()) {
      return List.of(
          Finding.error(
              CONFIGURATION_MISSING,
              "None of the directories of the HA configuration is there: "
                  + missingConfiguration
                  + ". They hold the encrypted key password, and certificates without it are no way"
                  + " back.",
              remedy
                  + " To go on without a proven way back, set hacert_accept_unproven=true: after a"
                  + " failure the run then stops rather than going back."));
    }
    return missingConfiguration.stream()
        .map(
            missing ->
                Finding.warning(
                    CONFIGURATION_MISSING,
                    "the directory "
                        + missing
                        + " is not there and is left out of the backup; if this version keeps the"
                        + " key password elsewhere, certificates alone are no way back",
                    remedy))
        .toList();
  }

  List<Path> certificateDirectories() {
    return Stream.of(certificates, localCertificates).distinct().toList();
  }

  /**
   * The files of this name in the other directories of certificates: HA may read them at its next
   * start in place of those in certHA. A symbolic link to a file there is none; what shares its
   * file otherwise is one, for what is renamed over a file parts them.
   */
  List<Path> copies(String name) {
    Path first = certificates.resolve(name);
    return certificateDirectories().stream()
        .filter(directory -> !directory.equals(certificates))
        .map(directory -> directory.resolve(name))
        .filter(path -> Files.isRegularFile(path) && !same(path, first))
        .toList();
  }

  private static boolean same(Path path, Path first) {
    try {
      return Files.isSymbolicLink(path)
          && !Files.isSymbolicLink(first)
          && Files.isSameFile(path, first);
    } catch (IOException e) {
      // There is no first one.
      return false;
    }
  }

  Path rootCertificate() {
    return certificates.resolve(ROOT_CERTIFICATE);
  }

  Path rootKey() {
    return certificates.resolve(ROOT_KEY);
  }

  private void checkUser() throws HostException {
    int owner = FileMeta.of(certificates).owner();
    int self = FileMeta.mine(0).owner();
    if (owner != self) {
      throw new HostException(
          "WRONG_USER",
          String.format(
              "%s belongs to user id %d, and this program runs as user id %d.",
              certificates, owner, self),
          "Run as the owner of the HA certificates (omm): set ansible_user, or become.");
    }
  }

  private static Path variable(LoginEnvironment login, String name) throws HostException {
    String value = login.variables().getOrDefault(name, "");
    if (!value.startsWith("/")) {
      throw new HostException(
          "MRS_ENVIRONMENT",
          String.format(
              "%s is not set to an absolute path, or not exported, in the login environment of this"
                  + " user (seen: '%s').",
              name, value),
          "Log in as omm, the user whose profile sets BIGDATA_HOME and OMS_RUN_PATH: set"
              + " ansible_user, or become. Where omm's own shell knows it and `env` does not list it,"
              + " export it in that profile.");
    }
    return Path.of(value);
  }

  private static Path directory(Path path) throws HostException {
    if (!Files.isDirectory(path)) {
      throw new HostException(
          "MRS_NOT_HERE",
          "The directory " + path + " is not there.",
          "Check that hacert_profile fits the installed version, and that this is a management"
              + " node.");
    }
    return real(path);
  }

  private static Path real(Path path) throws HostException {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new HostException(
          "MRS_NOT_HERE", path + " cannot be resolved: " + e.getMessage(), "Check the path.");
    }
  }

  /** The same path, if a script is there. */
  static Path script(Path path) throws HostException {
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      throw new HostException(
          "SCRIPT_MISSING",
          "The vendor's script " + path + " is not there, or cannot be read.",
          "Check that hacert_profile fits the installed version; docs/profiles.md says how to"
              + " describe another one.");
    }
    return path;
  }
}
