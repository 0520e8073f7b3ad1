package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Change;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.Timings;
import hacert.target.Options;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which nodes count as staged before the first one is changed. */
class ApplyGateTest {
  private static final JsonNode MINE = files("server.crt", "a");

  private static JsonNode files(String... namesAndHashes) {
    var files = Json.mapper().createObjectNode();
    for (int i = 0; i < namesAndHashes.length; i += 2) {
      files.put(namesAndHashes[i], namesAndHashes[i + 1]);
    }
    return files;
  }

  private static boolean staged(Plan.Kind kind, JsonNode files) {
    Plan plan = Records.plan(kind, Options.Apply.LOCAL, false);
    Result told =
        new Result(
            Result.SCHEMA,
            "test",
            "stage",
            "pair",
            "opengauss",
            "opengauss",
            "mgmt2",
            Records.ROTATION,
            false,
            Outcome.SUCCEEDED,
            0,
            Records.NOW,
            Records.NOW,
            Change.NONE,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Timings.NONE,
            Json.mapper().valueToTree(Map.of("staged", Map.of("files", files))));
    return ApplyGate.staged(plan, List.of(told), "mgmt2", MINE);
  }

  /** gs_om brings each node its own archive back, and each node had its own server certificate. */
  @Test
  void nodes_need_not_be_alike_where_each_has_a_backup_of_the_vendors() {
    assertThat(staged(Plan.Kind.VENDOR, files("server.crt", "b"))).isTrue();
    assertThat(staged(Plan.Kind.VENDOR, files())).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = Plan.Kind.class,
      names = {"REPLACE", "RESTORE"})
  void nodes_are_alike_otherwise(Plan.Kind kind) {
    assertThat(staged(kind, files("server.crt", "b"))).isFalse();
    assertThat(staged(kind, MINE)).isTrue();
  }

  @Test
  void a_node_that_has_not_told_is_not_staged() {
    Plan plan = Records.plan(Plan.Kind.VENDOR, Options.Apply.LOCAL, false);
    assertThat(ApplyGate.staged(plan, List.of(), "mgmt2", MINE)).isFalse();
  }
}
