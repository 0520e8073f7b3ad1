package hacert.cli;

import hacert.policy.PasswordRule;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.x509.Certificates;
import hacert.x509.KeyForm;
import hacert.x509.KeySpec;
import hacert.x509.PemKeyWriter;
import hacert.x509.RootAuthority;
import hacert.x509.Subject;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Period;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a root CA: {@code root-ca.crt}, and its encrypted key {@code root-ca.pem}. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Makes a root CA: root-ca.crt, and its encrypted key root-ca.pem, both with mode 0600.",
      "Never replaces a file. Installs nothing. MRS can be given it to install (hacert_bundle), and",
      "openGauss to issue its certificates (hacert_ca)."
    },
    footer = {
      "",
      "The password is all of standard input, without one newline at its end. The rule of the",
      "vendor that it has to keep is checked when the bundle is validated for a target.",
      "",
      "Examples:",
      "  hacert generate --out new --common-name 'HA Root' --password-stdin < password.txt",
      "  hacert generate --out new --key ec-p256 --days 1825 --country DE --company Example \\",
      "      --common-name 'HA Root' --password-stdin < password.txt"
    })
final class Generate implements Callable<Integer> {
  private static final String CERTIFICATE = "root-ca.crt";
  private static final String KEY = "root-ca.pem";

  /** openssl itself takes passwords of keys from 4 characters to 1023 bytes. */
  private static final PasswordRule RULE = new PasswordRule(8, 1023, 0, "", true);

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "existing directory for both files")
  private Path directory;

  @Option(
      names = "--password-stdin",
      required = true,
      description = "read the key's password from standard input, the only way to give it")
  private boolean passwordStdin;

  @Option(
      names = "--key",
      paramLabel = "KIND",
      description = "rsa-2048, rsa-3072 (default), rsa-4096, ec-p256 or ec-p384")
  private String kind = KeySpec.RSA_3072.toString();

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "validity in days, 1 to 36500 (default: ${DEFAULT-VALUE})")
  private int days = RootAuthority.DEFAULT_VALIDITY.getDays();

  @Option(names = "--country", paramLabel = "CC", description = "C, two letters")
  private String country = "";

  @Option(names = "--state", paramLabel = "TEXT", description = "ST")
  private String state = "";

  @Option(names = "--city", paramLabel = "TEXT", description = "L")
  private String city = "";

  @Option(names = "--company", paramLabel = "TEXT", description = "O")
  private String company = "";

  @Option(names = "--organization", paramLabel = "TEXT", description = "OU")
  private String organization = "";

  @Option(names = "--common-name", paramLabel = "TEXT", description = "CN")
  private String commonName = "";

  @Option(names = "--email", paramLabel = "ADDRESS", description = "emailAddress")
  private String email = "";

  @Mixin private Output output;

  private final Surroundings surroundings;

  Generate(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    KeySpec spec = spec();
    if (!passwordStdin) {
      throw new UsageProblem("expected --password-stdin: a password comes by no other way");
    }
    if (days < 1 || days > RootAuthority.LONGEST_VALIDITY.getDays()) {
      throw new UsageProblem(
          "expected --days from 1 to "
              + RootAuthority.LONGEST_VALIDITY.getDays()
              + ", got "
              + days);
    }
    ResultBuilder result = new ResultBuilder("generate", surroundings);
    Subject subject = new Subject(country, state, city, company, organization, commonName, email);
    result.findings(subject.check()).findings(directory());
    char[] password = surroundings.password();
    try {
      result.findings(RULE.check(password));
      if (!result.stopped()) {
        make(spec, subject, password, result);
      }
    } finally {
      Arrays.fill(password, '\0');
    }
    Result built = result.build(Outcome.SUCCEEDED);
    return output.give(
        built,
        out -> {
          for (CertificateSummary made : built.after()) {
            out.println("Made " + Texts.safe(directory + "/" + CERTIFICATE + " and " + KEY));
            Texts.certificate(out, made, surroundings.clock().instant());
          }
        });
  }

  private KeySpec spec() {
    try {
      return KeySpec.parse(kind);
    } catch (IllegalArgumentException e) {
      throw new UsageProblem(e.getMessage());
    }
  }

  /** Asked first, so that a mistake costs no key; writing asks again. */
  private List<Finding> directory() {
    if (!Files.isDirectory(directory)) {
      return List.of(
          Finding.error(
              "OUT_NOT_A_DIRECTORY",
              "Expected a directory at " + directory + ".",
              "Make it, with mode 0700."));
    }
    return List.of(CERTIFICATE, KEY).stream()
        .map(directory::resolve)
        .filter(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS))
        .map(Generate::exists)
        .toList();
  }

  private static Finding exists(Path path) {
    return Finding.error(
        "OUT_EXISTS",
        path + " is there already; nothing was made.",
        "Give another directory, or move the file away: it may be the only copy of a key.");
  }

  private void make(KeySpec spec, Subject subject, char[] password, ResultBuilder result) {
    RootAuthority root =
        RootAuthority.make(
            spec, subject, Period.ofDays(days), surroundings.clock(), surroundings.random());
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(
        KEY, PemKeyWriter.write(root.key(), KeyForm.PKCS8_AES256, password, surroundings.random()));
    files.put(CERTIFICATE, Certificates.pem(root.certificate()));
    try {
      NewFiles.write(directory, files);
      result.after(
          Certificates.summary(directory.resolve(CERTIFICATE).toString(), root.certificate()));
    } catch (FileAlreadyExistsException e) {
      result.finding(exists(directory));
    } catch (IOException e) {
      result.finding(
          Finding.error(
              "OUT_NOT_WRITABLE",
              "The files cannot be written to " + directory + ": " + e.getMessage() + ".",
              "Check owner, mode and free space of the directory."));
    }
  }
}
