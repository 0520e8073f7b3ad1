package hacert.opengauss;

import static hacert.opengauss.Samples.codes;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.target.Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GivenBundleTest {
  private static Bundle bundle;

  @TempDir Path dir;

  @BeforeAll
  static void make() throws Exception {
    bundle = Samples.made(Samples.authority());
  }

  @Test
  void refuses_links_and_directories_in_the_place_of_files() throws Exception {
    Samples.write(bundle, dir);
    Files.move(dir.resolve("server.key"), dir.resolve("elsewhere"));
    Files.createSymbolicLink(dir.resolve("server.key"), Path.of("elsewhere"));
    Files.createSymbolicLink(dir.resolve("sslcrl-file.crl"), Path.of("nowhere"));
    Files.createDirectory(dir.resolve("openssl.cnf"));
    GivenBundle given = GivenBundle.read(dir);
    assertThat(codes(given.findings()))
        .containsExactly("FILE_NOT_REGULAR", "FILE_NOT_REGULAR", "FILE_NOT_REGULAR");
    assertThat(given.bundle().files()).doesNotContainKey("server.key");
  }

  @Test
  void refuses_files_of_impossible_size_and_packages_that_are_none() throws Exception {
    Samples.write(bundle, dir);
    Files.write(dir.resolve("cacert.pem"), new byte[(1 << 20) + 1]);
    Files.write(dir.resolve("server.crt"), new byte[0]);
    assertThat(codes(GivenBundle.read(dir).findings()))
        .containsExactly("FILE_TOO_LARGE", "FILE_EMPTY");
    assertThat(codes(GivenBundle.read(dir.resolve("server.key")).findings()))
        .containsExactly("PACKAGE_UNREADABLE");
    assertThat(codes(GivenBundle.read(dir.resolve("none.zip")).findings()))
        .containsExactly("FILE_MISSING");
    Path huge = Files.write(dir.resolve("huge.zip"), new byte[BundlePackage.LARGEST + 1]);
    assertThat(codes(GivenBundle.read(huge).findings())).containsExactly("FILE_TOO_LARGE");
  }

  @Test
  void leaves_a_missing_file_to_the_policy(@TempDir Path empty) {
    GivenBundle given = GivenBundle.read(empty);
    assertThat(given.findings()).isEmpty();
    assertThat(given.bundle().files()).isEmpty();
  }

  @Test
  void reads_a_directory_with_its_modes_and_passes_over_other_files() throws Exception {
    Samples.write(bundle, dir);
    Files.writeString(dir.resolve("README"), "hello");
    Files.setPosixFilePermissions(
        dir.resolve("server.key"), PosixFilePermissions.fromString("rw-r-----"));
    GivenBundle given = GivenBundle.read(dir);
    assertThat(given.findings()).isEmpty();
    assertThat(given.modes().get("server.key"))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    same(given);
  }

  @Test
  void reads_a_package() throws Exception {
    Path zip = Files.write(dir.resolve("any-name"), BundlePackage.write(bundle));
    GivenBundle given = GivenBundle.read(zip);
    assertThat(given.findings()).isEmpty();
    assertThat(given.modes()).isEmpty();
    same(given);
  }

  private static void same(GivenBundle given) {
    assertThat(given.bundle().files().keySet()).isEqualTo(bundle.files().keySet());
    given.bundle().files().forEach((n, c) -> assertThat(c).isEqualTo(bundle.files().get(n)));
  }
}
