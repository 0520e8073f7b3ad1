package hacert.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutwardLinksTest {
  @TempDir Path base;
  private Path certHa;
  private Path local;

  @BeforeEach
  void fill() throws Exception {
    certHa = Files.createDirectory(base.resolve("certHA"));
    local = Files.createDirectory(base.resolve("local"));
    Files.writeString(local.resolve("server.pem"), "key");
    Files.createSymbolicLink(certHa.resolve("within"), Path.of("../local/server.pem"));
    Files.createSymbolicLink(certHa.resolve("dangling"), Path.of("../gone"));
    Files.createSymbolicLink(certHa.resolve("directory"), local);
  }

  private HostException refused() {
    return catchThrowableOfType(
        HostException.class,
        () ->
            OutwardLinks.refuse(
                Snapshot.of(List.of(certHa, local, base.resolve("gone")), Snapshot.Limits.USUAL)));
  }

  @Test
  void what_leads_to_the_other_directories_or_nowhere_is_no_matter() {
    assertThat(refused()).isNull();
  }

  @Test
  void names_what_leads_out_and_the_command_that_mends_it() throws Exception {
    Path shared = Files.createDirectory(base.resolve("shared"));
    Path target = Files.writeString(shared.resolve("server.crt"), "old");
    Path link = Files.createSymbolicLink(certHa.resolve("server.crt"), target);
    // By way of a link that is no part of it.
    Path way = Files.createSymbolicLink(base.resolve("way"), shared);
    Path key = Files.createSymbolicLink(local.resolve("server.key"), way.resolve("server.crt"));
    HostException e = refused();
    assertThat(e.code()).isEqualTo("LINK_LEADS_OUT");
    assertThat(e.getMessage()).contains(link + " -> " + target, key + " -> " + target);
    String command =
        String.format(
            "cp --remove-destination \"$(readlink -f %1$s)\" %1$s && chmod 600 %1$s", link);
    assertThat(e.finding().remedy()).contains(command);
    assertThat(new ProcessBuilder("sh", "-c", command).start().waitFor()).isZero();
    Files.delete(key);
    assertThat(refused()).isNull();
    assertThat(link).isRegularFile().hasContent("old");
  }

  @Test
  void names_a_directory_that_would_be_no_part_of_the_backup() throws Exception {
    Path other = Files.createDirectory(base.resolve("other"));
    Path link = Files.createSymbolicLink(local.resolve("conf"), other);
    assertThat(refused().finding().remedy()).contains("cp -a '" + other + "' '" + link + "'");
  }
}
