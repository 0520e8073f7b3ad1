package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** bench/run measures every way, and writes the table whose columns its kept results have. */
@Tag("long")
@Isolated("measures times")
class BenchIT {
  @TempDir private Path directory;

  @Test
  void measures_every_way_and_writes_the_table() throws IOException {
    Path written = directory.resolve("results/table.md");
    List<String> words = List.of("bench/run", "--rounds", "1", "--write", written.toString());
    Command.Ended run = Command.start(Lab.PROJECT, Map.of(), words).await(Command.PATIENCE);
    assertThat(run.code()).as(run.output()).isZero();
    List<String> rows = rows(written);
    assertThat(rows.subList(0, 2))
        .containsExactly(
            "| | wall time | mixed window | round trips | control CPU | control memory |",
            "|---|---|---|---|---|---|");
    assertThat(rows.subList(2, rows.size()))
        .extracting(row -> row.split("\\|")[1].strip())
        .containsExactly("shell", "playbook", "hacert", "hacert, first contact");
    assertThat(rows.subList(2, rows.size()))
        .allMatch(row -> row.matches("\\|[^|]+(\\| \\d+(\\.\\d\\d)?( s| MB)? \\([^|]+\\) ){5}\\|"));
    Path kept = Lab.PROJECT.resolve("bench/results/one-pair.md");
    assertThat(rows(kept).get(0)).isEqualTo(rows.get(0));
    assertThat(Files.readString(written))
        .containsPattern("hacert to shell: wall time \\d+\\.\\d\\d, mixed window \\d+\\.\\d\\d\\.")
        .contains("1 rounds on ");
  }

  private static List<String> rows(Path table) throws IOException {
    return Files.readAllLines(table).stream().filter(line -> line.startsWith("|")).toList();
  }
}
