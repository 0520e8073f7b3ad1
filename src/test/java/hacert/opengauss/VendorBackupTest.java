package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.host.HostException;
import hacert.target.Bundle;
import hacert.target.Made;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one backup that gs_om keeps, in archives that real tar writes. */
class VendorBackupTest {
  @TempDir private Path base;
  private GaussHost host;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    try (Made made = host.make(GaussHost.PASSWORD)) {
      host.install(made.bundle());
    }
  }

  private void tar(Path directory, String... words) throws Exception {
    List<String> line =
        Stream.concat(
                Stream.of("tar", "-zcf", directory.resolve(VendorBackup.FILE).toString(), "-C"),
                Stream.concat(Stream.of(directory.toString()), Stream.of(words)))
            .toList();
    assertThat(new ProcessBuilder(line).inheritIO().start().waitFor()).isZero();
  }

  private void missing() {
    assertThatThrownBy(() -> new VendorBackup(host.node()).read())
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.code()).isEqualTo("NO_VENDOR_BACKUP"));
  }

  @Test
  void is_missing_where_gs_om_has_replaced_nothing_yet() {
    missing();
  }

  /** After the first replacement ever it may hold a flag that there was nothing. */
  @Test
  void is_missing_where_it_holds_no_certificates() throws Exception {
    Files.writeString(host.data().resolve("emptyCert"), "");
    tar(host.data(), "emptyCert");
    missing();
  }

  @Test
  void is_missing_where_it_is_damaged() throws Exception {
    Files.writeString(host.data().resolve(VendorBackup.FILE), "no archive");
    missing();
  }

  @Test
  void is_the_servers_part_and_that_of_the_tools() throws Exception {
    tar(host.data(), "server.crt", "server.key", "cacert.pem", "postgresql.conf");
    tar(host.om(), "./client.crt", "./server.crt");
    try (Bundle read = new VendorBackup(host.node()).read()) {
      assertThat(read.files())
          .containsOnlyKeys("server.crt", "server.key", "cacert.pem", "client.crt");
      assertThat(read.files().get("client.crt"))
          .isEqualTo(Files.readAllBytes(host.om().resolve("client.crt")));
    }
  }

  /** The archives need not be of one run: the tools' directory may have been made since. */
  @Test
  void takes_of_the_tools_archive_only_what_the_server_has_not() throws Exception {
    tar(host.data(), "server.crt", "server.key");
    Files.writeString(host.om().resolve("server.crt"), "of another run");
    tar(host.om(), "cacert.pem", "client.crt", "server.crt");
    VendorBackup backup = new VendorBackup(host.node());
    try (Bundle read = backup.read();
        Bundle tools = backup.of(ServerBundle.Place.OM, host.om())) {
      assertThat(read.files()).containsOnlyKeys("server.crt", "server.key", "client.crt");
      assertThat(read.files().get("server.crt"))
          .isEqualTo(Files.readAllBytes(host.data().resolve("server.crt")));
      assertThat(tools.files()).containsOnlyKeys("cacert.pem", "client.crt", "server.crt");
      assertThat(tools.files().get("server.crt")).asString().isEqualTo("of another run");
    }
  }

  /** The rollback takes its files away, and finds nothing to put in their place. */
  @Test
  void is_missing_where_another_directory_would_be_left_without_certificates() throws Exception {
    tar(host.data(), "server.crt", "server.key");
    tar(host.om(), "client.crt");
    Path cm = Files.createDirectories(base.resolve("app/share/sslcert/cm"));
    new VendorBackup(host.node()).read().close();
    Files.copy(host.data().resolve("server.crt"), cm.resolve("server.crt"));
    missing();
    tar(cm, "server.crt");
    new VendorBackup(host.node()).read().close();
    Files.writeString(cm.resolve("emptyCert"), "");
    tar(cm, "emptyCert");
    missing();
  }

  /** Unpacked on a disk, keys and their password would stay there when the call is killed. */
  @Test
  void is_read_in_memory_and_by_no_other_program() throws Exception {
    tar(host.data(), "server.crt", "server.key");
    tar(host.om(), "client.crt");
    host.script("tar", "touch '" + base.resolve("called") + "'", "exec /bin/tar \"$@\"");
    new VendorBackup(host.node()).read().close();
    assertThat(base.resolve("called")).doesNotExist();
  }

  @Test
  void is_read_in_each_form_that_tar_writes_and_whatever_else_is_in_it() throws Exception {
    tar(host.om(), "client.crt");
    Path directory = Files.createDirectories(host.data().resolve("x".repeat(120)));
    Files.writeString(directory.resolve("server.key"), "another one");
    for (String form : List.of("gnu", "oldgnu", "pax", "posix", "ustar", "v7")) {
      // The first form knows no name as long as that.
      String other = form.equals("v7") ? "cacert.pem" : directory.getFileName() + "/server.key";
      tar(host.data(), "--format=" + form, "server.crt", "server.key", other);
      try (Bundle read = new VendorBackup(host.node()).read()) {
        assertThat(read.files().get("server.key"))
            .isEqualTo(Files.readAllBytes(host.data().resolve("server.key")));
      }
    }
  }

  @Test
  void is_missing_where_it_was_cut_off_or_changed() throws Exception {
    tar(host.data(), "server.crt", "server.key");
    Path file = host.data().resolve(VendorBackup.FILE);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length - 10; length += whole.length / 7) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      missing();
    }
  }

  @Test
  void takes_no_link_for_a_file() throws Exception {
    Path certificate = host.data().resolve("server.crt");
    Files.delete(certificate);
    Files.createSymbolicLink(certificate, Path.of("/etc/hostname"));
    tar(host.data(), "server.crt", "server.key");
    missing();
  }
}
