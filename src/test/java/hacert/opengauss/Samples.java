package hacert.opengauss;

import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.Secret;
import hacert.x509.Certificates;
import hacert.x509.EnterpriseCa;
import hacert.x509.KeySpec;
import hacert.x509.Subject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Bundles to test with: made by us, and made by the real openssl. */
final class Samples {
  static final SecureRandom RANDOM = new SecureRandom();
  static final Clock CLOCK = Clock.systemUTC();
  static final String PASSWORD = "Gauss@12";
  static final List<String> NAMES = List.of("db1", "db2.example.org", "192.0.2.1", "2001:db8::1");

  private Samples() {}

  static Secret secret(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }

  static Subject subject(String commonName) {
    return new Subject("", "", "", "Example", "", commonName, "");
  }

  static CertificateAuthority authority() throws Exception {
    return CertificateAuthority.make(KeySpec.EC_P256, subject("Root"), 3650, CLOCK, RANDOM);
  }

  static BundleMaker.Order order(KeySpec spec, Optional<BundleMaker.Revocation> revocation) {
    return new BundleMaker.Order(spec, 365, subject(""), NAMES, "omm", revocation);
  }

  /** Without findings. */
  static Bundle made(CertificateAuthority ca, BundleMaker.Order order) throws Exception {
    return BundleMaker.make(ca, order, secret(PASSWORD), RANDOM).bundle();
  }

  static Bundle made(CertificateAuthority ca) throws Exception {
    return made(ca, order(KeySpec.EC_P256, Optional.empty()));
  }

  static Bundle with(Bundle bundle, String name, byte[] content) {
    Map<String, byte[]> files = new LinkedHashMap<>(bundle.files());
    files.put(name, content);
    return new Bundle(files);
  }

  static Bundle without(Bundle bundle, String name) {
    Map<String, byte[]> files = new LinkedHashMap<>(bundle.files());
    files.remove(name);
    return new Bundle(files);
  }

  static X509Certificate first(Bundle bundle, String name) throws Exception {
    return Certificates.read(bundle.files().get(name)).get(0);
  }

  static Path write(Bundle bundle, Path directory) throws IOException {
    for (Map.Entry<String, byte[]> file : bundle.files().entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
    return directory;
  }

  static Expectation expectation(Instant now) {
    return new Expectation(NAMES, now, Optional.empty(), true, Map.of());
  }

  static List<String> codes(List<Finding> findings) {
    return findings.stream().map(Finding::code).toList();
  }

  /**
   * A bundle of certificates that openssl made.
   *
   * @param server name of certificate and key
   * @param client name of certificate and key
   * @param ca name of the file that becomes {@code cacert.pem}
   */
  static Bundle enterprise(EnterpriseCa shop, String server, String client, String ca)
      throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(ServerBundle.CA, shop.bytes(ca));
    for (String[] side : new String[][] {{"server", server}, {"client", client}}) {
      KeyPassword pair = KeyPassword.encrypt(secret(PASSWORD), RANDOM);
      shop.opensslWith(
          PASSWORD,
          "pkcs8",
          "-topk8",
          "-v2",
          "aes-256-cbc",
          "-in",
          side[1] + ".key",
          "-passout",
          "stdin",
          "-out",
          "locked.key");
      files.put(side[0] + ".crt", shop.bytes(side[1] + ".crt"));
      files.put(side[0] + ".key", shop.bytes("locked.key"));
      files.put(side[0] + ".key.cipher", pair.cipher());
      files.put(side[0] + ".key.rand", pair.rand());
    }
    return new Bundle(files);
  }
}
