package hacert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong before anything is written; the lab's playbook tests show the rest. */
class RecordTest {
  @TempDir Path directory;

  private Cli.Run record(Path out, String... more) {
    String[] words = {"record", "oms-east", "--out", out.toString()};
    return Cli.run("", Stream.of(words, more).flatMap(Stream::of).toArray(String[]::new));
  }

  @Test
  void asks_for_what_this_host_does_not_keep() {
    Cli.Run run = record(directory);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("expected --target");
  }

  @Test
  void refuses_a_target_that_is_none() {
    Cli.Run run = record(directory, "--target", "oracle");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("expected --target [mrs-ha, opengauss]");
  }

  @Test
  void refuses_a_place_that_is_no_directory() {
    Cli.Run run = record(directory.resolve("nowhere"), "--target", "mrs-ha");
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("OUT_NOT_A_DIRECTORY");
  }

  @Test
  void finds_the_cluster_by_the_environment_that_a_setting_names() throws IOException {
    Path bin = Files.createDirectories(directory.resolve("gauss/bin"));
    Path program = Files.writeString(bin.resolve("gs_om"), "#!/bin/sh\necho cluster_state\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    Path environment =
        Files.writeString(
            directory.resolve("gauss/env"),
            "export GAUSSHOME=" + bin + " PGHOST=" + bin + " PATH=" + bin + ":$PATH\n");
    Path out = Files.createDirectories(directory.resolve("out"));
    Cli.Run run =
        record(
            out,
            "--target",
            "opengauss",
            "--profile",
            "opengauss",
            "--self",
            "db1",
            "--setting",
            "options.environment=" + environment);
    assertThat(run.err()).doesNotContain("GAUSS_ENVIRONMENT");
    assertThat(out.resolve("status.txt")).hasContent("cluster_state\n");
  }

  @Test
  void says_what_is_missing_where_this_is_no_management_node_and_writes_nothing()
      throws IOException {
    Cli.Run run = record(directory, "--target", "mrs-ha", "--profile", "mrs-3x", "--self", "mgmt1");
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("MRS_ENVIRONMENT");
    try (Stream<Path> all = Files.list(directory)) {
      assertThat(all).isEmpty();
    }
  }
}
