package hacert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.opengauss.BundleMaker;
import hacert.opengauss.CertificateAuthority;
import hacert.target.Bundle;
import hacert.target.Secret;
import hacert.x509.EnterpriseCa;
import hacert.x509.KeySpec;
import hacert.x509.Subject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateTest {
  private static final String PASSWORD = "Abc-1234$";
  private static EnterpriseCa pki;

  @BeforeAll
  static void make(@TempDir Path dir) throws Exception {
    pki = EnterpriseCa.make(dir, "ec:P-256");
    pki.opensslWith(
            PASSWORD,
            ("pkcs12 -export -inkey sub.key -in sub.crt -certfile root.crt -passout stdin -out"
                    + " full.p12")
                .split(" "))
        .opensslWith(
            PASSWORD,
            "pkcs12 -export -inkey sub.key -in sub.crt -passout stdin -out bare.p12".split(" "));
  }

  private static Cli.Run run(Path path, String password) {
    return password.isEmpty()
        ? Cli.run("", "validate", "--target", "mrs-ha", path.toString())
        : Cli.run(password, "validate", "--target", "mrs-ha", "--password-stdin", path.toString());
  }

  @Test
  void refuses_what_may_not_be_installed_and_says_why(@TempDir Path empty) {
    assertThat(run(pki.path("full.p12"), "Other-1234")).matches(r -> r.code() == 3);
    assertThat(run(pki.path("full.p12"), "Other-1234").toString()).contains("KEY_PASSWORD_WRONG");
    assertThat(run(pki.path("full.p12"), "").toString()).contains("KEY_PASSWORD_WRONG");
    assertThat(run(pki.path("bare.p12"), PASSWORD).toString()).contains("CERT_NOT_ROOT");
    assertThat(run(pki.path("root.crt"), "").toString()).contains("KEY_MISSING");
    assertThat(run(empty, "").toString()).contains("FILE_MISSING");
    assertThat(run(empty.resolve("none"), "").toString()).contains("FILE_MISSING");
  }

  @Test
  void takes_a_container_and_a_directory_of_der_files(@TempDir Path dir) throws Exception {
    Cli.Run run = run(pki.path("full.p12"), PASSWORD);
    assertThat(run.code()).as(run.toString()).isZero();
    pki.openssl("x509 -in sub.crt -outform der -out sub.der".split(" "))
        .opensslWith(
            PASSWORD,
            "pkcs8 -topk8 -in sub.key -outform der -passout stdin -out locked.key".split(" "));
    Files.copy(pki.path("sub.der"), dir.resolve("ca.CER"));
    Files.copy(pki.path("locked.key"), dir.resolve("ca.key"));
    Files.copy(pki.path("root.crt"), dir.resolve("chain.pem"));
    Files.writeString(dir.resolve("README"), "hello");
    assertThat(run(dir, PASSWORD).code()).as(run(dir, PASSWORD).toString()).isZero();
    assertThat(run(dir, "").code()).as(run(dir, "").toString()).isZero();
  }

  /** As the remedy of CERT_NOT_ROOT says. */
  @Test
  void lays_a_file_over_the_profile(@TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("mine.yaml"), "partial_chain: true\n");
    String[] words = {
      "validate", "--target", "mrs-ha", "--password-stdin", "--profile-file", file.toString(), ""
    };
    words[6] = pki.path("bare.p12").toString();
    Cli.Run run = Cli.run(PASSWORD, words);
    assertThat(run.code()).as(run.toString()).isZero();
    assertThat(run.err()).contains("warning CERT_NOT_ROOT");
    Files.writeString(file, "hello");
    assertThat(Cli.run(PASSWORD, words)).matches(r -> r.code() == 2);
  }

  /** What {@code package} writes is read again, though it may be larger than one file. */
  @Test
  void takes_a_package_of_4_mib(@TempDir Path dir) throws Exception {
    Path zip = dir.resolve("db-cert-replacement.ZIP");
    Files.write(zip, new byte[4 << 20]);
    assertThat(Cli.run("", "validate", "--target", "opengauss", zip.toString()).err())
        .contains("error PACKAGE_UNREADABLE");
    Files.write(zip, new byte[(4 << 20) + 1]);
    assertThat(Cli.run("", "validate", "--target", "opengauss", zip.toString()).err())
        .contains("error FILE_TOO_LARGE");
  }

  @Test
  void judges_a_bundle_of_opengauss_from_a_directory(@TempDir Path dir) throws Exception {
    CertificateAuthority ca =
        CertificateAuthority.make(
            KeySpec.parse("ec-p256"),
            new Subject("", "", "", "", "", "test CA", ""),
            30,
            Clock.systemUTC(),
            new SecureRandom());
    BundleMaker.Order order =
        new BundleMaker.Order(
            KeySpec.parse("ec-p256"),
            20,
            new Subject("", "", "", "", "", "", ""),
            List.of("db1"),
            "omm",
            Optional.empty());
    try (Secret password = new Secret("Gauss@12".getBytes(StandardCharsets.UTF_8));
        Bundle bundle = BundleMaker.make(ca, order, password, new SecureRandom()).bundle()) {
      for (Map.Entry<String, byte[]> file : bundle.files().entrySet()) {
        Files.write(dir.resolve(file.getKey()), file.getValue());
      }
    }
    Cli.Run good = Cli.run("", "validate", "--target", "opengauss", dir.toString());
    assertThat(good.code()).as(good.toString()).isZero();
    for (int i = 0; i < 9; i++) {
      Files.writeString(dir.resolve("other" + i + ".crt"), "no part of it");
    }
    good = Cli.run("", "validate", "--target", "opengauss", dir.toString());
    assertThat(good.code()).as(good.toString()).isZero();
    Files.delete(dir.resolve("server.key.rand"));
    Cli.Run bad = Cli.run("", "validate", "--target", "opengauss", dir.toString());
    assertThat(bad.code()).isEqualTo(3);
    assertThat(bad.toString()).contains("server.key.rand");
  }
}
