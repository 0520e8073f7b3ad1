package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Pairs that look and behave as the contract allows, each drawn from the lab's seed and the pair's
 * name.
 */
@Tag("long")
class RandomisedIT {
  private static final int PAIRS = 20;

  @RegisterExtension static final Lab LAB = Lab.randomised(PAIRS, "mixed");

  @Test
  void no_pair_is_like_another() throws IOException {
    List<String> drawn = new ArrayList<>();
    for (Pair pair : pairs()) {
      drawn.add(personality(pair.a()));
      assertThat(personality(pair.b())).as("both hosts of a pair").isEqualTo(personality(pair.a()));
    }
    assertThat(drawn).hasSize(PAIRS).doesNotHaveDuplicates();
  }

  /** What was drawn: the switches of its version, its banner, its delay and its resources. */
  private static String personality(LabHost host) throws IOException {
    Path directory = host.directory();
    List<String> values =
        Files.readAllLines(directory.resolve("lab/host.conf")).stream()
            .filter(line -> line.startsWith("RES"))
            .toList();
    return Tree.of(directory.resolve("lab/variant"))
        + Files.readString(directory.resolve("home/.banner"))
        + values;
  }

  @Test
  void every_healthy_pair_rotates_and_goes_back_with_one_restart_a_node_each() {
    Map<String, Pair.Before> before = LAB.remember();
    assertThat(IntStream.rangeClosed(1, PAIRS).mapToObj(n -> LAB.pair(n).a()))
        .as("both places of the product")
        .extracting(host -> host.directory().relativize(host.bigData()).toString())
        .contains("opt/Bigdata", "opt/huawei/Bigdata");
    Playbook rotate = Playbook.rotate(LAB).set("hacert_parallel_clusters", 3);
    // The other source asks nobody, so that the prompts drawn for gen-cert.sh would never be seen.
    List<Pair> vendor =
        every(2, pairs().stream().filter(p -> p.a().layout().equals("3x")).toList());
    vendor.forEach(
        pair ->
            rotate
                .setFor(pair, "hacert_source", "vendor")
                .setYaml(pair, "hacert_subject", SourcesIT.SUBJECT));
    PlayRun run = rotate.succeed();
    for (Pair pair : pairs()) {
      run.assertEnd(pair, Outcome.SUCCEEDED, 0);
      pair.assertAllNew(before.get(pair.cluster()));
    }
    assertThat(vendor)
        .hasSize(PAIRS / 4)
        .allSatisfy(
            pair -> assertThat(pair.a().calls()).anyMatch(call -> call.contains("gen-cert.sh")));
    Playbook.rollback(LAB).set("hacert_parallel_clusters", 3).succeed();
    for (Pair pair : pairs()) {
      Pair.Before found = before.get(pair.cluster());
      pair.assertAllOld(found);
      assertThat(pair.hosts())
          .allSatisfy(h -> assertThat(found.restartsSince(h)).as(h.name()).isEqualTo(2));
    }
  }

  private static List<Pair> pairs() {
    return IntStream.rangeClosed(1, PAIRS).mapToObj(LAB::pair).toList();
  }

  private static List<Pair> every(int step, List<Pair> all) {
    return IntStream.range(0, all.size()).filter(i -> i % step == 0).mapToObj(all::get).toList();
  }
}
