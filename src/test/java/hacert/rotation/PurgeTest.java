package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.Sha256;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.x509.Openssl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Old private keys: listed, and removed on request with a record. */
class PurgeTest {
  @TempDir static Path scratch;
  private static Path base;
  private static TwoHosts pair;
  private static Rewind rotated;

  /** Generations 1 to 3, of which 3 runs. */
  @BeforeAll
  static void rotate_twice() throws Exception {
    base = scratch.resolve("hosts");
    pair = new TwoHosts(base);
    pair.settings = Map.of("force", true);
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.DONE);
    rotated = new Rewind(base);
  }

  @BeforeEach
  void as_rotated() throws Exception {
    rotated.back();
    pair.settings = Map.of();
    pair.check = false;
  }

  private Result purge(int generation) {
    pair.settings = generation == 0 ? Map.of() : Map.of("generation", generation);
    return pair.ask("purge", pair.one, null, List.of(), null);
  }

  private void refused(int generation, String code, int exit) throws Exception {
    Map<String, String> before = generations();
    Result result = purge(generation);
    assertThat(result.findings()).extracting(Finding::code).containsExactly(code);
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(result.exitCode()).isEqualTo(exit);
    assertThat(generations()).isEqualTo(before);
    assertThat(record()).isEmpty();
  }

  private Map<String, String> generations() throws Exception {
    return TestHost.tree(pair.one.state().resolve("generations"));
  }

  private List<JsonNode> record() throws Exception {
    Path path = pair.one.state().resolve("purges.jsonl");
    List<JsonNode> lines = new ArrayList<>();
    if (Files.exists(path)) {
      for (String line : Files.readAllLines(path)) {
        lines.add(Json.mapper().readTree(line));
      }
    }
    return lines;
  }

  private static List<String> uses(Result result) {
    List<String> uses = new ArrayList<>();
    result
        .data()
        .path("kept")
        .forEach(g -> uses.add(g.path("number") + " " + g.path("use").asText()));
    return uses;
  }

  @ParameterizedTest
  @CsvSource({"3, GENERATION_NEEDED", "2, GENERATION_NEEDED", "9, NO_GENERATION"})
  void the_running_and_the_previous_one_stay_and_an_unknown_one_is_named(int number, String code)
      throws Exception {
    refused(number, code, 3);
  }

  @Test
  void nothing_is_removed_while_a_rotation_is_open() throws Exception {
    pair.settings = Map.of("force", true);
    pair.stage(pair.anotherRun().plan());
    refused(1, "LOCKED", 6);
    pair.clock.advance(java.time.Duration.ofHours(1));
    refused(1, "ROTATION_OPEN", 3);
  }

  @Test
  void what_a_rollback_was_to_is_running_and_what_it_came_from_previous() throws Exception {
    pair.settings = Map.of("generation", 1);
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
    assertThat(uses(purge(0))).containsExactly("1 older", "2 older", "3 previous", "4 running");
  }

  @Test
  void after_files_were_changed_by_hand_the_newest_counts_as_running() throws Exception {
    Files.writeString(pair.one.certHa().resolve("added.crt"), "by hand");
    assertThat(uses(purge(0))).containsExactly("1 older", "2 previous", "3 running");
  }

  @Test
  void the_list_names_every_private_key_and_writes_nothing() throws Exception {
    Map<String, String> before = TestHost.tree(pair.one.state().resolve("generations"));
    Result result = purge(0);
    assertThat(result.outcome()).isEqualTo(Outcome.UNCHANGED);
    assertThat(uses(result)).containsExactly("1 older", "2 previous", "3 running");
    JsonNode first = result.data().path("kept").get(0);
    assertThat(first.path("origin").asText()).isEqualTo("found");
    assertThat(first.path("proven").asBoolean()).isTrue();
    List<String> keys = new ArrayList<>();
    for (JsonNode key : first.path("content").path("keys")) {
      Path file = Path.of(key.path("path").asText());
      Path copy = pair.one.state().resolve("generations/0001/files" + file);
      assertThat(key.path("sha256").asText()).isEqualTo(Sha256.of(Files.readAllBytes(copy)));
      keys.add(file.getFileName() + " " + key.path("encrypted") + " " + key.path("form").asText());
    }
    assertThat(keys)
        .containsExactlyInAnyOrder(
            "root-ca.pem true ENCRYPTED PRIVATE KEY, PBES2, AES-256-CBC, PBKDF2 HMAC-SHA256, 2048"
                + " iterations",
            "server.key false PRIVATE KEY, not encrypted");
    assertThat(generations()).isEqualTo(before);
    assertThat(record()).isEmpty();
  }

  @Test
  void a_dry_run_says_what_would_be_removed_and_writes_not_one_byte() throws Exception {
    pair.check = true;
    Map<String, String> before = TestHost.tree(base);
    Result result = purge(1);
    assertThat(result.outcome()).isEqualTo(Outcome.PLANNED);
    assertThat(uses(result)).hasSize(3);
    assertThat(purge(2).outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(TestHost.tree(base)).isEqualTo(before);
  }

  @Test
  void removes_an_older_generation_and_records_what_went_without_any_secret() throws Exception {
    Path files = pair.one.state().resolve("generations/0001/files");
    byte[] root = Files.readAllBytes(Path.of(files + "" + pair.one.certHa() + "/root-ca.crt"));
    String publicKey =
        Sha256.of(
            Openssl.ok(
                Openssl.ok(root, "x509", "-pubkey", "-noout"),
                "pkey",
                "-pubin",
                "-outform",
                "DER"));
    Result result = purge(1);
    assertThat(result.outcome()).as(result.findings().toString()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(uses(result)).containsExactly("2 previous", "3 running");
    assertThat(pair.one.state().resolve("generations/0001")).doesNotExist();
    assertThat(pair.one.generations().all()).containsOnlyKeys(2, 3);
    assertThat(record()).extracting(l -> l.path("state").asText()).containsExactly("begun", "done");
    for (JsonNode line : record()) {
      assertThat(line.path("generation").asInt()).isEqualTo(1);
      assertThat(line.path("change").path("id").asText()).isEqualTo("CHG1");
      assertThat(line.path("by").path("host").asText()).isEqualTo("control");
      assertThat(line.path("node").asText()).isEqualTo("mgmt1");
      assertThat(line.path("content").path("keys")).hasSize(2);
      assertThat(line.path("content").path("certificates"))
          .extracting(c -> c.path("public_key").asText())
          .contains(publicKey);
    }
    Path record = pair.one.state().resolve("purges.jsonl");
    assertThat(Files.getAttribute(record, "unix:mode")).isEqualTo(0100600);
    assertThat(Files.readString(record)).doesNotContain(TestHost.PART_OF_PASSWORD, "BEGIN");
    assertThat(Files.list(pair.one.state().resolve("results")))
        .anyMatch(p -> p.toString().endsWith("-purge.json"));
    assertThat(purge(1).outcome()).isEqualTo(Outcome.UNCHANGED);
    assertThat(record()).hasSize(2);
    // The way back is still there.
    pair.settings = Map.of();
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
  }

  @Test
  void a_key_that_is_still_somewhere_else_is_said_to_be() throws Exception {
    pair.settings = Map.of("generation", 1);
    assertThat(pair.anotherRun().rollback().exit()).isEqualTo(Exit.DONE);
    Result result = purge(1);
    assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(result.findings())
        .allMatch(f -> f.code().equals("KEY_ELSEWHERE"))
        .anyMatch(
            f ->
                f.message().contains("root-ca.pem")
                    && f.message().contains("installed, generation 4"));
    assertThat(record().get(1).path("content").path("keys").get(0).path("elsewhere")).hasSize(2);
  }

  @Test
  void a_purge_that_was_killed_is_finished_by_the_next_call() throws Exception {
    Path generation = pair.one.state().resolve("generations/0001");
    Path record = pair.one.state().resolve("purges.jsonl");
    purge(1);
    String begun = Files.readAllLines(record).get(0) + "\n";
    // As it is after the manifest and before the keys are removed.
    Files.writeString(record, begun);
    Path key = Files.createDirectories(generation.resolve("files")).resolve("root-ca.pem");
    Files.writeString(key, "old key");
    Result result = purge(0);
    assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(generation).doesNotExist();
    assertThat(Files.readString(record)).startsWith(begun);
    assertThat(record()).extracting(l -> l.path("state").asText()).containsExactly("begun", "done");
    assertThat(purge(1).outcome()).isEqualTo(Outcome.UNCHANGED);
  }

  @Test
  void a_purge_that_was_killed_before_it_removed_anything_is_begun_again_only_when_asked_for()
      throws Exception {
    Path record = pair.one.state().resolve("purges.jsonl");
    purge(1);
    String begun = Files.readAllLines(record).get(0) + "\n";
    as_rotated();
    Files.writeString(record, begun);
    assertThat(purge(0).outcome()).isEqualTo(Outcome.UNCHANGED);
    assertThat(pair.one.generations().all()).containsOnlyKeys(1, 2, 3);
    assertThat(purge(1).outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(record())
        .extracting(l -> l.path("state").asText())
        .containsExactly("begun", "begun", "done");
  }

  @Test
  void pruning_keeps_the_running_and_the_previous_one_and_removes_what_was_cut_off()
      throws Exception {
    Path cutOff = pair.one.state().resolve("generations/0009");
    Files.writeString(Files.createDirectories(cutOff.resolve("files")).resolve("key"), "old key");
    pair.settings = Map.of("force", true, "generations", 1);
    assertThat(pair.anotherRun().rotate().exit()).isEqualTo(Exit.DONE);
    assertThat(pair.one.generations().all()).containsOnlyKeys(3, 4);
    assertThat(cutOff).doesNotExist();
    assertThat(uses(purge(0))).containsExactly("3 previous", "4 running");
  }

  @Test
  void a_record_that_cannot_be_read_is_left_alone_and_nothing_is_removed() throws Exception {
    Path record = pair.one.state().resolve("purges.jsonl");
    Files.writeString(record, "{\"schema\":\"hacert.purge/9\"}\n");
    Result result = purge(1);
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(result.findings())
        .extracting(Finding::code)
        .containsExactly("PURGE_RECORD_UNREADABLE");
    assertThat(pair.one.generations().all()).containsOnlyKeys(1, 2, 3);
    assertThat(record).hasContent("{\"schema\":\"hacert.purge/9\"}");
  }

  @Test
  void a_generation_that_is_not_whole_any_more_is_listed_and_can_be_purged() throws Exception {
    Path files = pair.one.state().resolve("generations/0001/files");
    Files.delete(Path.of(files + "" + pair.one.certHa() + "/root-ca.pem"));
    assertThat(purge(0).data().path("kept").get(0).path("content").path("keys"))
        .extracting(k -> k.path("form").asText())
        .contains("the copy cannot be read");
    assertThat(purge(1).outcome()).isEqualTo(Outcome.SUCCEEDED);
  }
}
