package hacert.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.probe.Credentials;
import hacert.probe.Endpoint;
import hacert.probe.ProbeResult;
import hacert.probe.TlsProbe;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.x509.Certificates;
import hacert.x509.PemKeys;
import hacert.x509.UnreadableCertificateException;
import hacert.x509.UnreadableKeyException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what certificates and keys are: in files, and as a port serves them. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Says what certificates and keys are: in files, and as ports serve them.",
      "Changes nothing, trusts nothing, and asks for no password."
    },
    footer = {
      "",
      "Examples:",
      "  hacert inspect root-ca.crt root-ca.pem",
      "  hacert inspect tls://192.0.2.10:20012",
      "  hacert inspect postgres://db1:5432 --format json"
    })
final class Inspect implements Callable<Integer> {
  private static final long LONGEST_FILE = 1 << 20;

  /** No URI by java.net, which knows no host with an underscore; those of databases have it. */
  private static final Pattern PORT =
      Pattern.compile(
          "(?<mode>tls|postgres)://(?<host>[\\w.-]+|\\[[0-9A-Fa-f:.]+(%[\\w.-]+)?])"
              + ":(?<port>[0-9]{1,5})",
          Pattern.CASE_INSENSITIVE);

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH|tls://HOST:PORT|postgres://HOST:PORT",
      description = "PEM file, or port; postgres is for openGauss too")
  private List<String> places;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "for one port (default: ${DEFAULT-VALUE})")
  private int timeout = 10;

  @Mixin private Output output;

  private final Surroundings surroundings;
  private final StringWriter words = new StringWriter();
  private final PrintWriter text = new PrintWriter(words);

  Inspect(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (timeout < 1 || timeout > 3600) {
      throw new UsageProblem("expected --timeout from 1 to 3600 seconds, got " + timeout);
    }
    ResultBuilder result = new ResultBuilder("inspect", surroundings);
    for (String place : places) {
      if (place.startsWith("tls://") || place.startsWith("postgres://")) {
        port(endpoint(place), result);
      } else {
        file(place, result);
      }
      text.println();
    }
    return output.give(result.build(Outcome.SUCCEEDED), out -> out.print(words));
  }

  private static Endpoint endpoint(String place) {
    Matcher parts = PORT.matcher(place);
    try {
      if (parts.matches()) {
        return new Endpoint(
            parts.group("host").replaceAll("[\\[\\]]", ""),
            Integer.parseInt(parts.group("port")),
            Endpoint.Mode.valueOf(parts.group("mode").toUpperCase(Locale.ROOT)));
      }
    } catch (IllegalArgumentException e) {
      // Answered below.
    }
    throw new UsageProblem("expected tls://HOST:PORT or postgres://HOST:PORT, got " + place);
  }

  private void port(Endpoint endpoint, ResultBuilder result) {
    String name = endpoint.toString();
    ProbeResult seen =
        new TlsProbe(surroundings.clock(), surroundings.random())
            .probe(endpoint, Duration.ofSeconds(timeout), Credentials.NONE);
    text.println(Texts.safe(name));
    if (seen instanceof ProbeResult.Served served) {
      Texts.field(text, "serves", served.protocol() + ", " + served.cipher());
      result
          .data()
          .withArray("served")
          .addObject()
          .put("source", name)
          .put("protocol", served.protocol())
          .put("cipher", served.cipher());
    } else if (seen instanceof ProbeResult.NotServed not) {
      Texts.field(text, "serves", "nothing: " + not.kind());
      result.finding(
          Finding.error(
              "PROBE_" + not.kind(),
              not.message() + ".",
              "Check address and port, and whether the service runs."));
    }
    certificates(name, seen.chain(), result);
  }

  private void certificates(String source, List<X509Certificate> chain, ResultBuilder result) {
    for (X509Certificate certificate : chain) {
      CertificateSummary summary = Certificates.summary(source, certificate);
      text.print(certificate == chain.get(0) ? "" : System.lineSeparator());
      result.before(summary);
      Texts.certificate(text, summary, surroundings.clock().instant());
    }
  }

  private void file(String place, ResultBuilder result) {
    BundleFile read = BundleFiles.read(target(place), LONGEST_FILE);
    text.println(Texts.safe(place));
    if (read instanceof BundleFile.Content content) {
      try {
        content(place, content.bytes(), result);
      } finally {
        Arrays.fill(content.bytes(), (byte) 0);
      }
    } else if (read instanceof BundleFile.Refused refused) {
      Texts.field(text, "holds", "nothing that can be read");
      result.finding(refused.finding());
    }
  }

  /** A bundle's files must be no links, but who looks at an installed one may follow them. */
  private static Path target(String place) {
    try {
      Path path = Path.of(place);
      try {
        return path.toRealPath();
      } catch (IOException e) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new UsageProblem("expected a path, got " + place);
    }
  }

  private void content(String place, byte[] bytes, ResultBuilder result) {
    boolean key = PemKeys.present(bytes);
    if (key) {
      key(place, bytes, result);
    }
    try {
      certificates(place, Certificates.read(bytes), result);
    } catch (UnreadableCertificateException e) {
      if (!key || e.reason() != UnreadableCertificateException.Reason.NOT_A_CERTIFICATE) {
        result.finding(
            Finding.error(
                "CERT_UNREADABLE",
                place + ": " + e.getMessage() + ".",
                "Give a PEM file with certificates or a key, copied completely."));
      }
    }
  }

  private void key(String place, byte[] bytes, ResultBuilder result) {
    try {
      PemKeys.Description key = PemKeys.describe(bytes);
      Texts.field(text, "holds", key.text());
      ObjectNode node = result.data().withArray("keys").addObject();
      node.put("source", place).put("form", key.text()).put("encrypted", key.encrypted());
      if (!key.encrypted()) {
        result.finding(
            Finding.warning(
                "KEY_NOT_ENCRYPTED",
                place + ": the private key is not encrypted.",
                "Encrypt it, or check who can read the file."));
      }
    } catch (UnreadableKeyException e) {
      result.finding(
          Finding.error(
              "KEY_UNREADABLE", place + ": " + e.getMessage() + ".", "Check the key file."));
    }
  }
}
