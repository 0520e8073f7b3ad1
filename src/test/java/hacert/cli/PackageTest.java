package hacert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.opengauss.BundleMaker;
import hacert.opengauss.BundlePackage;
import hacert.opengauss.CertificateAuthority;
import hacert.result.ResultSchema;
import hacert.target.Bundle;
import hacert.target.Secret;
import hacert.x509.KeySpec;
import hacert.x509.Subject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageTest {
  private static final String NAME = "db-cert-replacement.zip";
  private static Bundle bundle;

  @TempDir Path dir;

  @BeforeAll
  static void make() throws Exception {
    SecureRandom random = new SecureRandom();
    Subject subject = new Subject("", "", "", "", "", "Root", "");
    CertificateAuthority ca =
        CertificateAuthority.make(KeySpec.EC_P256, subject, 900, Clock.systemUTC(), random);
    bundle =
        BundleMaker.make(
                ca,
                new BundleMaker.Order(
                    KeySpec.EC_P256,
                    365,
                    new Subject("", "", "", "", "", "", ""),
                    List.of("db1"),
                    "omm",
                    Optional.empty()),
                new Secret("Gauss@12".getBytes(StandardCharsets.UTF_8)),
                random)
            .bundle();
  }

  @BeforeEach
  void write() throws Exception {
    for (Map.Entry<String, byte[]> file : bundle.files().entrySet()) {
      Path path = Files.write(dir.resolve(file.getKey()), file.getValue());
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }
  }

  private Cli.Run pack(String... more) {
    String[] words = new String[more.length + 2];
    words[0] = "package";
    words[1] = dir.toString();
    System.arraycopy(more, 0, words, 2, more.length);
    return Cli.run("", words);
  }

  @Test
  void packs_nothing_that_may_not_be_installed() throws Exception {
    Files.delete(dir.resolve("client.crt"));
    Cli.Run run = pack();
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("FILE_MISSING", "client.crt");
    write();
    Files.copy(
        dir.resolve("client.key"),
        dir.resolve("server.key"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(pack().err()).contains("KEY_MISMATCH");
    assertThat(dir.resolve(NAME)).doesNotExist();
  }

  @Test
  void replaces_no_file() throws Exception {
    Files.writeString(dir.resolve(NAME), "precious");
    assertThat(pack().err()).contains("OUT_EXISTS");
    assertThat(dir.resolve(NAME)).hasContent("precious");
    assertThat(pack("--output", dir.resolve("none/a.zip").toString()).err())
        .contains("OUT_NOT_WRITABLE");
  }

  @Test
  void packs_the_files_for_its_owner_alone_and_passes_over_others() throws Exception {
    Files.writeString(dir.resolve("README"), "hello");
    Cli.Run run = pack();
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    Path zip = dir.resolve(NAME);
    assertThat(run.out()).isEqualTo("Wrote " + zip + System.lineSeparator());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(zip)))
        .isEqualTo("rw-------");
    assertThat(Files.readAllBytes(zip)).isEqualTo(BundlePackage.write(bundle));
    Path other = dir.resolve("other.zip");
    Cli.Run json = pack("--output", other.toString(), "--format", "json");
    ResultSchema.assertValid(json.out());
    assertThat(other).hasSameBinaryContentAs(zip);
  }

  @Test
  void a_directory_is_validated_as_its_package_is() throws Exception {
    Files.writeString(dir.resolve("notes.pem"), "passed over");
    assertThat(pack().code()).isZero();
    Path zip = dir.resolve(NAME);
    for (Path given : List.of(dir, zip)) {
      Cli.Run run = Cli.run("", "validate", "--target", "opengauss", given.toString());
      assertThat(run.code()).as(run.toString()).isZero();
    }
    Files.delete(dir.resolve("server.key.rand"));
    Cli.Run run = Cli.run("", "validate", "--target", "opengauss", dir.toString());
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("FILE_MISSING", "server.key.rand");
  }
}
