package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.Command;
import hacert.host.CommandResult;
import hacert.host.Commands;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.result.Json;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationStoreTest {
  @TempDir Path directory;
  private StateDirectory state;
  private GenerationStore store;
  private Path certificates;

  @BeforeEach
  void fill() throws Exception {
    state = new StateDirectory(directory.resolve("state of 'pair'"));
    store = new GenerationStore(state);
    certificates = Files.createDirectories(directory.resolve("it's cert[1]*HA"));
    write("root-ca.crt", "old root", "rw-r-----");
    write("root-ca.pem", "old key", "rw-------");
    write("sub dir/$(touch x).crt", "old `name`", "rw-r--r--");
    Files.createSymbolicLink(certificates.resolve("current"), Path.of("root-ca.crt"));
    Files.createDirectories(certificates.resolve("empty"));
    Files.setPosixFilePermissions(
        certificates.resolve("empty"), PosixFilePermissions.fromString("rwx--x--x"));
  }

  private void write(String name, String content, String mode) throws Exception {
    Path file = certificates.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private Snapshot installed() throws Exception {
    return Snapshot.of(List.of(certificates), Snapshot.Limits.USUAL);
  }

  private Generation keep(int number, boolean proven) throws Exception {
    Generation generation =
        new Generation(
            Generation.SCHEMA,
            number,
            Instant.now(),
            Records.ROTATION,
            0,
            Generation.Origin.FOUND,
            proven,
            "d" + number,
            List.of(),
            Map.of(),
            installed());
    store.keep(generation, "sh /opt/restart-oms.sh");
    return generation;
  }

  private CommandResult restoreByHand(int number) throws Exception {
    return Commands.system()
        .run(
            Command.of(
                Map.of("PATH", "/usr/bin:/bin"),
                List.of("sh", state.generation(number).resolve("RESTORE.txt").toString())));
  }

  private void change() throws Exception {
    write("root-ca.crt", "new root", "rw-rw-rw-");
    Files.delete(certificates.resolve("root-ca.pem"));
    write("added.crt", "added", "rw-------");
    write("sub dir/added.crt", "added, too", "rw-------");
    Files.delete(certificates.resolve("current"));
    Files.createSymbolicLink(certificates.resolve("current"), Path.of("added.crt"));
    Files.createSymbolicLink(certificates.resolve("extra"), Path.of("root-ca.crt"));
    Files.delete(certificates.resolve("empty"));
  }

  @Test
  void a_directory_without_a_manifest_counts_for_nothing() throws Exception {
    keep(1, true);
    Files.createDirectories(state.generation(2).resolve("files"));
    assertThat(store.all()).containsOnlyKeys(1);
    assertThat(catchThrowableOfType(HostException.class, () -> store.get(2)).code())
        .isEqualTo("NO_GENERATION");
  }

  @Test
  void refuses_a_manifest_that_cannot_be_read_and_warns_not_to_delete_it() throws Exception {
    keep(1, true);
    Files.writeString(state.generation(1).resolve("generation.json"), "{\"schema\":");
    HostException e = catchThrowableOfType(HostException.class, () -> store.all());
    assertThat(e.code()).isEqualTo("GENERATION_UNREADABLE");
    assertThat(e.finding().remedy()).contains("only way back");
  }

  @Test
  void prunes_the_oldest_but_never_the_running_and_the_previous_one() throws Exception {
    for (int number = 1; number <= 6; number++) {
      keep(number, true);
    }
    store.prune(3, List.of(1, 6));
    assertThat(store.all()).containsOnlyKeys(1, 4, 5, 6);
    store.prune(-7, List.of(5, 6));
    assertThat(store.all()).containsOnlyKeys(5, 6);
    store.prune(9, List.of());
    assertThat(store.all()).containsOnlyKeys(5, 6);
  }

  @Test
  void finds_the_generations_that_equal_the_installed_files_the_newest_first() throws Exception {
    keep(1, true);
    keep(3, true);
    keep(2, false);
    assertThat(store.equal(installed())).extracting(Generation::number).containsExactly(3, 2, 1);
    assertThat(store.equalProven(installed()).orElseThrow().number()).isEqualTo(3);
    Files.setLastModifiedTime(
        certificates.resolve("root-ca.crt"), java.nio.file.attribute.FileTime.fromMillis(0));
    assertThat(store.equal(installed())).hasSize(3);
    write("root-ca.crt", "old root", "rw-------");
    assertThat(store.equal(installed())).isEmpty();
  }

  @Test
  void a_generation_survives_its_json() throws Exception {
    Generation kept = keep(1, true);
    assertThat(store.get(1)).isEqualTo(kept);
    assertThat(Json.mapper().writeValueAsString(kept.summary())).doesNotContain("manifest");
  }

  @Test
  void copies_are_for_their_owner_only() throws Exception {
    keep(1, true);
    for (Path path : List.of(state.generation(1), state.generation(1).resolve("files"))) {
      assertThat(Files.getAttribute(path, "unix:mode")).isEqualTo(040700);
    }
    Path key =
        state.generation(1).resolve("files" + certificates.resolve("root-ca.pem").toString());
    assertThat(Files.getAttribute(key, "unix:mode")).isEqualTo(0100600);
  }

  @Test
  void restore_txt_brings_content_owners_modes_and_links_back() throws Exception {
    keep(1, true);
    Snapshot before = installed();
    change();
    CommandResult result = restoreByHand(1);
    assertThat(result.ok()).as(result.toString()).isTrue();
    assertThat(GenerationStore.differences(before, installed())).isEmpty();
    assertThat(directory.resolve("x")).doesNotExist();
    assertThat(restoreByHand(1).ok()).isTrue();
    assertThat(GenerationStore.differences(before, installed())).isEmpty();
  }

  @Test
  void restore_txt_moves_aside_what_was_not_there_and_loses_none_of_it() throws Exception {
    keep(1, true);
    change();
    assertThat(restoreByHand(1).ok()).isTrue();
    Path aside = state.generation(1).resolve("moved-aside");
    try (var files = Files.list(aside)) {
      assertThat(files.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS)))
          .extracting(Files::readString)
          .containsExactlyInAnyOrder("added", "added, too");
    }
    assertThat(aside.resolve("extra")).isSymbolicLink();
  }

  @Test
  void restore_txt_writes_through_no_link() throws Exception {
    keep(1, true);
    Path elsewhere = directory.resolve("elsewhere");
    Files.writeString(elsewhere, "not ours");
    Files.delete(certificates.resolve("root-ca.crt"));
    Files.createSymbolicLink(certificates.resolve("root-ca.crt"), elsewhere);
    assertThat(restoreByHand(1).ok()).isTrue();
    assertThat(elsewhere).hasContent("not ours");
    assertThat(certificates.resolve("root-ca.crt")).hasContent("old root").isRegularFile();
  }

  @Test
  void restore_txt_says_when_its_state_is_not_proven_and_how_to_restart() throws Exception {
    keep(1, false);
    assertThat(state.generation(1).resolve("RESTORE.txt"))
        .content()
        .contains("not proven", "# sh /opt/restart-oms.sh", "active node first");
    keep(2, true);
    assertThat(state.generation(2).resolve("RESTORE.txt")).content().doesNotContain("not proven");
  }
}
