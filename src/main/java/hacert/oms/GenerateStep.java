package hacert.oms;

import hacert.host.CleanText;
import hacert.host.Command;
import hacert.host.CommandResult;
import hacert.host.HostException;
import hacert.host.MarkedProcesses;
import hacert.host.Prompt;
import hacert.host.Scrubber;
import hacert.host.TerminalResult;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.BundleSpec;
import hacert.target.Host;
import hacert.target.Secret;
import hacert.target.VendorMaker;
import hacert.x509.Subject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs {@code gen-cert.sh}, which makes a root CA in local/cert. It takes the password as an
 * argument or asks for it, as the profile says; its words alone prove nothing: the files must be
 * new.
 */
final class GenerateStep implements VendorMaker {
  private final Host host;
  private final MrsLayout layout;
  private final MrsProfile.Generate profile;
  private final Optional<X509Certificate> installed;

  /** How the script ended. */
  private record Ended(int exitCode, boolean timedOut, Optional<String> repeated, String output) {}

  /**
   * @param installed the installed root certificate, from which absent parts of the subject are
   *     taken
   */
  GenerateStep(
      Host host,
      MrsLayout layout,
      MrsProfile.Generate profile,
      Optional<X509Certificate> installed) {
    this.host = host;
    this.layout = layout;
    this.profile = profile;
    this.installed = installed;
  }

  @Override
  public List<Finding> check(BundleSpec spec) throws HostException {
    MrsLayout.script(layout.generateScript());
    arguments(spec);
    return profile.passwordArgument().isEmpty()
        ? List.of()
        : List.of(
            Finding.warning(
                "PASSWORD_IN_ARGUMENTS",
                layout.generateScript()
                    + " of this version takes the password as an argument: while it runs, every"
                    + " user of this host can read it in the list of processes.",
                "Use hacert_source make, which passes it to nobody, or see that nobody else is"
                    + " logged in there."));
  }

  @Override
  public String output() {
    return layout.localCertificates().resolve("root-ca.").toString();
  }

  @Override
  public Bundle make(BundleSpec spec, Secret password, String marker, Path kept)
      throws HostException {
    List<String> argv =
        new ArrayList<>(List.of("sh", MrsLayout.script(layout.generateScript()).toString()));
    argv.addAll(arguments(spec));
    Optional<byte[]> before = read(MrsLayout.ROOT_CERTIFICATE);
    byte[] secret = password.copy();
    try {
      Ended ended =
          profile.passwordArgument().isEmpty()
              ? asked(argv, secret, marker)
              : told(argv, secret, marker);
      ScriptOutput.keep(kept, "generate", ended.output());
      judge(ended);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : List.of(MrsLayout.ROOT_CERTIFICATE, MrsLayout.ROOT_KEY)) {
      read(name).ifPresent(content -> files.put(name, content));
    }
    byte[] certificate = files.get(MrsLayout.ROOT_CERTIFICATE);
    if (files.size() < 2 || before.filter(b -> Arrays.equals(b, certificate)).isPresent()) {
      throw new HostException(
          "GENERATE_WITHOUT_EFFECT",
          layout.generateScript()
              + " said that it worked, but made no new root CA in "
              + layout.localCertificates()
              + ".",
          "Look at /var/log/Bigdata/omm/oms/ha/scriptlog on this host, or use hacert_source make.");
    }
    return new Bundle(files);
  }

  /** Each value is an argument of its own; none is ever part of a shell's text. */
  private List<String> arguments(BundleSpec spec) throws HostException {
    Subject subject = RootBundle.checkedSubject(spec, installed);
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("country", subject.country());
    parts.put("state", subject.state());
    parts.put("city", subject.city());
    parts.put("company", subject.company());
    parts.put("organize", subject.organization());
    parts.put("common-name", subject.commonName());
    parts.put("email", subject.email());
    List<String> missing =
        parts.keySet().stream()
            .filter(name -> parts.get(name).isEmpty())
            .map(name -> name.equals("organize") ? "organization" : name.replace('-', '_'))
            .toList();
    if (!missing.isEmpty()) {
      throw new HostException(
          "SUBJECT_INCOMPLETE",
          layout.generateScript()
              + " needs every part of the subject; missing, in hacert_subject and in the installed"
              + " root certificate: "
              + String.join(", ", missing)
              + ".",
          "Set them in hacert_subject.");
    }
    List<String> arguments = new ArrayList<>(List.of("--root-ca"));
    parts.forEach((name, value) -> arguments.add("--" + name + "=" + value));
    return arguments;
  }

  private Command command(List<String> argv, String marker) {
    return MarkedProcesses.mark(
            Command.of(host.login(), argv), marker, layout.generateScript().toString())
        .withDeadline(Duration.ofSeconds(profile.seconds()));
  }

  private Ended asked(List<String> argv, byte[] secret, String marker) throws HostException {
    List<Prompt> prompts =
        profile.prompts().stream().map(text -> new Prompt(text, secret)).toList();
    TerminalResult result = host.terminal().run(command(argv, marker), prompts);
    return new Ended(result.exitCode(), result.timedOut(), result.repeated(), result.output());
  }

  private Ended told(List<String> argv, byte[] secret, String marker) throws HostException {
    List<String> all = new ArrayList<>(argv);
    all.add(profile.passwordArgument() + new String(secret, StandardCharsets.UTF_8));
    CommandResult result = host.commands().run(command(all, marker));
    return new Ended(
        result.exitCode(),
        result.timedOut(),
        Optional.empty(),
        Scrubber.clean(CleanText.of(result.stdout() + result.stderr()), secret));
  }

  private void judge(Ended result) throws HostException {
    if (result.repeated().isPresent()) {
      throw new HostException(
          "GENERATE_ASKED_AGAIN",
          String.format(
              "%s asked '%s' once more than the profile knows: it did not accept the password, or"
                  + " is of another version. Its output ends: %s",
              layout.generateScript(), result.repeated().get(), ReplaceStep.tail(result.output())),
          "Check hacert_profile, and generate.prompts in hacert_profile_file.");
    }
    if (result.timedOut()) {
      throw new HostException(
          "GENERATE_TIMED_OUT",
          String.format(
              "%s did not end within %d s and was ended. Its output ends: %s",
              layout.generateScript(), profile.seconds(), ReplaceStep.tail(result.output())),
          "See what it waits for: a prompt may read otherwise than generate.prompts of the"
              + " profile.");
    }
    if (result.exitCode() != 0 || !result.output().contains(profile.success())) {
      throw new HostException(
          "GENERATE_FAILED",
          String.format(
              "%s: expected exit code 0 and '%s'; seen exit code %d, and output that ends: %s",
              layout.generateScript(),
              profile.success(),
              result.exitCode(),
              ReplaceStep.tail(result.output())),
          "Look at /var/log/Bigdata/omm/oms/ha/scriptlog on this host.");
    }
  }

  private Optional<byte[]> read(String name) {
    byte[] content = InstalledCertificates.content(layout.localCertificates().resolve(name));
    return content.length == 0 ? Optional.empty() : Optional.of(content);
  }
}
