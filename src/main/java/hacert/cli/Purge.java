package hacert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Result;
import hacert.rotation.Request;
import hacert.rotation.Secrets;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the private keys that are kept on this node, and removes an old generation. */
@Command(
    name = "purge",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Lists the kept generations of this node with their private keys, and removes an old one.",
      "Without --generation nothing is changed. What is removed stands in purges.jsonl, in the",
      "state directory; there is no way back to it. The running and the previous one stay. Files",
      "are removed and not overwritten. The playbook purge-certs.yml does it on all nodes."
    },
    footer = {
      "",
      "Examples:",
      "  hacert purge prod_mrs1",
      "  hacert purge prod_mrs1 --generation 3 --change-id CHG4711"
    })
final class Purge implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;

  @Option(names = "--generation", paramLabel = "N", description = "the generation to remove")
  private int generation;

  @Option(names = "--check", description = "dry run: nothing is removed")
  private boolean check;

  @Mixin private Output output;

  private final Surroundings surroundings;

  Purge(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    // A list is not even kept as a result.
    boolean dry = check || generation == 0;
    Request request =
        cluster.request("purge", cluster.settings(false, generation), dry, surroundings.hostName());
    Result result;
    try (Secrets none = new Secrets(Map.of())) {
      result = Wiring.operations().execute(request, none);
    }
    return output.give(result, out -> show(out, result));
  }

  private static void show(PrintWriter out, Result result) {
    result.steps().forEach(step -> out.printf("%s: %s%n", step.state(), Texts.safe(step.note())));
    for (JsonNode one : result.data().path("kept")) {
      out.printf(
          "%4d  %-8s  %s %s%s, rotation %s%n",
          one.path("number").asInt(),
          one.path("use").asText(),
          one.path("origin").asText(),
          one.path("created").asText(),
          one.path("proven").asBoolean() ? "" : ", unproven",
          Texts.safe(one.path("rotation").asText()));
      for (JsonNode key : one.path("content").path("keys")) {
        out.printf(
            "      %s: %s%n",
            Texts.safe(key.path("path").asText()), Texts.safe(key.path("form").asText()));
        key.path("elsewhere")
            .forEach(place -> out.printf("        also %s%n", Texts.safe(place.asText())));
      }
    }
  }
}
