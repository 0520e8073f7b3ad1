package hacert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
