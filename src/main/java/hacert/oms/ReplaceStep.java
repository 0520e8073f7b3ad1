package hacert.oms;

import hacert.host.Command;
import hacert.host.HostException;
import hacert.host.MarkedProcesses;
import hacert.host.Prompt;
import hacert.host.TerminalResult;
import hacert.result.Finding;
import hacert.target.Host;
import hacert.target.InstallSpec;
import hacert.target.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs {@code replacehaSSLCert.sh}, which issues this node's HA server certificate from the root in
 * certHA and installs it. What it says is not believed alone: the caller checks the files.
 */
final class ReplaceStep {
  private static final int SHOWN = 500;
  private static final Duration TRIAL = Duration.ofSeconds(20);

  private final Host host;
  private final MrsLayout layout;
  private final MrsProfile.Replace profile;

  ReplaceStep(Host host, MrsLayout layout, MrsProfile.Replace profile) {
    this.host = host;
    this.layout = layout;
    this.profile = profile;
  }

  /**
   * Tries the way in which the script is run on a terminal, with a shell that does nothing: that
   * there is none must not be found out between the changes of two nodes.
   */
  static List<Finding> check(Host host) {
    Command nothing = Command.of(host.login(), List.of("sh", "-c", ":")).withDeadline(TRIAL);
    try {
      TerminalResult result = host.terminal().run(nothing, List.of());
      return result.ok()
          ? List.of()
          : List.of(
              Finding.error(
                  "PTY_UNAVAILABLE",
                  "A shell that does nothing, run on a pseudo-terminal of this host, "
                      + (result.timedOut()
                          ? "did not end within " + TRIAL.toSeconds() + " s"
                          : "ended with code " + result.exitCode())
                      + ". Its output ends: "
                      + tail(result.output()),
                  "Try `script -qec 'sh -c :' /dev/null` by hand as this user."));
    } catch (HostException e) {
      return List.of(e.finding());
    }
  }

  void run(Secret password, InstallSpec spec) throws HostException {
    List<String> argv = new ArrayList<>(List.of("sh", layout.replaceScript().toString()));
    argv.addAll(profile.arguments());
    if (spec.renewCipher()) {
      argv.add(profile.renewCipher());
    }
    byte[] answer = password.copy();
    TerminalResult result;
    try {
      result =
          host.terminal()
              .run(
                  MarkedProcesses.mark(
                          Command.of(host.login(), argv),
                          spec.marker(),
                          layout.replaceScript().toString())
                      .withDeadline(Duration.ofSeconds(profile.seconds())),
                  List.of(new Prompt(profile.prompt(), answer)));
    } finally {
      Arrays.fill(answer, (byte) 0);
    }
    ScriptOutput.keep(spec.kept(), "replace", result.output());
    judge(result);
  }

  private void judge(TerminalResult result) throws HostException {
    if (result.repeated().isPresent()) {
      throw new HostException(
          "REPLACE_PASSWORD_WRONG",
          layout.replaceScript()
              + " asked for the password again and waited: it did not accept it. Its output ends: "
              + tail(result.output()),
          "Check hacert_password against the key in root-ca.pem, which it opened in stage; what else"
              + " the script did not like may stand in /var/log/Bigdata/omm/oms/ha/scriptlog on"
              + " this host.");
    }
    if (result.timedOut()) {
      throw new HostException(
          "REPLACE_TIMED_OUT",
          String.format(
              "%s did not end within %d s and was ended. Its output ends: %s",
              layout.replaceScript(), profile.seconds(), tail(result.output())),
          "Look at /var/log/Bigdata/omm/oms/ha/scriptlog on this host.");
    }
    if (!result.ok() || !result.output().contains(profile.success())) {
      throw new HostException(
          "REPLACE_FAILED",
          String.format(
              "%s: expected exit code 0 and '%s'; seen exit code %d, and output that ends: %s",
              layout.replaceScript(), profile.success(), result.exitCode(), tail(result.output())),
          "Look at /var/log/Bigdata/omm/oms/ha/scriptlog on this host.");
    }
  }

  static String tail(String output) {
    String text = output.strip();
    return text.isEmpty() ? "(nothing)" : text.substring(Math.max(0, text.length() - SHOWN));
  }
}
