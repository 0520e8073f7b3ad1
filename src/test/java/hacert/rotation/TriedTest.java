package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.oms.MrsTarget;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.rotation.Discovery.Files;
import hacert.rotation.Discovery.Loaded;
import hacert.target.HaRole;
import hacert.target.NodeIdentity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A failure that was overcome counts no longer: three nodes, of which the second needed two tries.
 */
class TriedTest {
  private static final List<String> NAMES = List.of("n1", "n2", "n3");

  private final Records records = new Records();
  private final Records.Node third = new Records.Node("n3", HaRole.STANDBY);

  private Discovery discovery(Records.Node node) {
    ObjectNode found = Json.mapper().valueToTree(records.discovery(node));
    ObjectNode plan = (ObjectNode) found.path("journal").path("plan");
    plan.set("order", Json.mapper().valueToTree(NAMES));
    plan.set("staging", Json.mapper().valueToTree(NAMES));
    plan.putObject("nodes");
    for (String name : NAMES) {
      plan.withObject("/nodes")
          .putObject(name)
          .put("state_directory", "/home/omm/.hacert/three")
          .put("address", "192.0.2.1")
          .put("port", 22)
          .put("status_name", "")
          .put("user", "omm");
    }
    return Json.mapper().convertValue(found, Discovery.class);
  }

  private Decision afterFailuresOfTheThird(int times) {
    third.state(Files.PARTIAL, Loaded.OLD);
    third.open().failed("apply.replace", times, Records.RUN);
    Map<String, Discovery> found = new LinkedHashMap<>();
    found.put("n1", discovery(new Records.Node("n1", HaRole.ACTIVE).applied()));
    found.put("n2", discovery(new Records.Node("n2", HaRole.STANDBY).applied()));
    found.put("n3", discovery(third));
    List<Result> failed = new ArrayList<>();
    failed.add(Records.result("apply", "n2", Outcome.FAILED, "REPLACE_FAILED"));
    for (int i = 0; i < times; i++) {
      failed.add(Records.result("apply", "n3", Outcome.FAILED, "REPLACE_FAILED"));
    }
    return new Decide(new MrsTarget())
        .decide(
            new Question(
                "three",
                NAMES.stream().map(n -> new NodeIdentity(n, "192.0.2.1", 22, "")).toList(),
                found,
                Map.of(),
                failed,
                Settings.Intent.ROTATE,
                Json.mapper().convertValue(Map.of(), Settings.class),
                new Request.Holder("control", Records.RUN),
                List.of(Records.EARLIER),
                Optional.empty(),
                false,
                Records.NOW,
                "20261122T080000-11111111"));
  }

  @Test
  void the_third_node_has_its_second_try() {
    assertThat(((Decision.Go) afterFailuresOfTheThird(1)).plan().action())
        .isEqualTo(Plan.Action.ROTATE);
  }

  @Test
  void when_the_third_node_fails_again_all_go_back() {
    Plan plan = ((Decision.Go) afterFailuresOfTheThird(2)).plan();
    assertThat(plan.action()).isEqualTo(Plan.Action.BACK);
    assertThat(plan.back()).containsExactly("n3", "n1", "n2");
  }
}
