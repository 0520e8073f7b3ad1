package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.oms.MrsTarget;
import hacert.opengauss.OpenGaussTarget;
import hacert.opengauss.ServerBundle;
import hacert.result.Json;
import hacert.target.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which files of a given directory the action plugin takes along. */
class GivenNamesTest {
  @Test
  void the_plugin_takes_the_names_that_the_jar_takes() throws IOException {
    List<String> names = new ArrayList<>(ServerBundle.ALL);
    names.addAll(
        List.of("a.zip", "A.ZIP", "ca.pem", "b.CRT", "b.p12", "README", "server.key.bak", "zip"));
    for (Target target : List.of(new MrsTarget(), new OpenGaussTarget())) {
      List<String> words = new ArrayList<>(List.of(target.name()));
      words.addAll(names);
      JsonNode taken = Command.ofPlugin("belongs.py", words.toArray(String[]::new));
      List<String> expected = names.stream().filter(target::mayBeGiven).toList();
      assertThat(taken).isEqualTo(Json.mapper().valueToTree(expected));
    }
  }
}
