package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.result.Json;
import hacert.target.InstallSpec;
import hacert.target.Options;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A rotation ends as it was planned, also where another command goes on with it. */
class PinnedTest {
  private static InstallSpec spec(Plan plan, Map<String, Object> settings) {
    Request request =
        Json.mapper()
            .convertValue(
                Map.of(
                    "schema",
                    Request.SCHEMA,
                    "operation",
                    "apply",
                    "node",
                    Map.of("name", "mgmt1"),
                    "settings",
                    settings,
                    "plan",
                    plan),
                Request.class);
    StateDirectory state = new StateDirectory(Path.of("/nowhere"));
    return new Site(request, null, null, null, null, null, state, "test").installSpec();
  }

  private static Plan planned(Map<String, Object> settings) {
    Records records = new Records();
    records.settings = settings;
    return records.go();
  }

  @Test
  void which_calls_of_the_vendors_installation_there_are() {
    Plan plan = planned(Map.of("force", true, "options", Map.of("apply", "cluster")));
    assertThat(spec(plan, Map.of("options", Map.of("apply", "local"))).apply())
        .isEqualTo(Options.Apply.CLUSTER);
  }

  @Test
  void whether_the_cipher_is_renewed() {
    Plan plan = planned(Map.of("force", true, "renew_cipher", true));
    assertThat(spec(plan, Map.of()).renewCipher()).isTrue();
    Plan other = planned(Map.of("force", true));
    assertThat(spec(other, Map.of("renew_cipher", true)).renewCipher()).isFalse();
  }

  @Test
  void the_cipher_as_the_command_says_where_a_version_before_has_planned() throws Exception {
    ObjectNode tree = Json.mapper().valueToTree(Records.plan());
    tree.remove(List.of("renew_cipher"));
    Plan plan = Json.mapper().treeToValue(tree, Plan.class);
    assertThat(spec(plan, Map.of("renew_cipher", true)).renewCipher()).isTrue();
    assertThat(spec(plan, Map.of()).renewCipher()).isFalse();
    // The journal of that version is still taken for the plan that the playbook sends.
    assertThat(Json.mapper().treeToValue(Json.mapper().valueToTree(plan), Plan.class))
        .isEqualTo(plan);
  }
}
