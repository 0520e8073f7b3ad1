package hacert.opengauss;

import static hacert.opengauss.Samples.CLOCK;
import static hacert.opengauss.Samples.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.result.Severity;
import hacert.target.Bundle;
import hacert.x509.EnterpriseCa;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Bundles of our own CA and of one made by openssl, and what {@link ServerBundlePolicy} finds. */
abstract class ServerBundleChecks {
  static final String SERVER = "extendedKeyUsage=serverAuth;subjectAltName=DNS:server";
  static final String CLIENT = "extendedKeyUsage=clientAuth";
  static final Duration DAY = Duration.ofDays(1);
  static CertificateAuthority ca;
  static Bundle bundle;
  static EnterpriseCa shop;

  @BeforeAll
  static void make(@TempDir Path dir) throws Exception {
    ca = Samples.authority();
    bundle = Samples.made(ca);
    shop = EnterpriseCa.make(dir, "ec:P-256");
    issue("server", "ec:P-256", "sub", SERVER);
    issue("client", "ec:P-256", "sub", CLIENT);
    shop.join("ca.pem", "sub.crt", "root.crt");
  }

  /** With an end before that of its CA, which would be a finding. */
  static void issue(String name, String keys, String issuer, String extensions, String... more)
      throws Exception {
    List<String> words = new ArrayList<>(List.of(more));
    words.addAll(List.of("-days", "2000"));
    shop.issue(name, keys, issuer, extensions, words.toArray(String[]::new));
  }

  static List<String> codes(Bundle checked, Expectation expectation) {
    List<Finding> findings = ServerBundlePolicy.check(checked, expectation);
    assertThat(findings)
        .allSatisfy(
            f -> {
              assertThat(f.message()).isNotBlank();
              assertThat(f.remedy()).isNotBlank();
              assertThat(f.toString()).doesNotContain(PASSWORD);
            });
    return findings.stream()
        .map(f -> (f.severity() == Severity.WARNING ? "warning " : "") + f.code())
        .toList();
  }

  static List<String> codes(Bundle checked) {
    return codes(checked, Samples.expectation(CLOCK.instant()));
  }

  static List<String> codesAt(Instant now) {
    return codes(bundle, Samples.expectation(now));
  }

  /** Names are left out: those of openssl's certificates are others. */
  static List<String> shopCodes(String server, String client, String cacert) throws Exception {
    return codes(
        Samples.enterprise(shop, server, client, cacert),
        new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of()));
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static byte[] file(String name) {
    return bundle.files().get(name);
  }
}
