package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Pairs that look and behave as the contract allows, each drawn from a seed of its own: the lab's
 * seed, which its description in {@code lab.json} holds, and the pair's name.
 */
@Tag("long")
class RandomisedIT {
  private static final int PAIRS = 20;

  @RegisterExtension static final Lab LAB = Lab.of(PAIRS, "mixed", "--randomise");

  @Test
  void every_healthy_pair_rotates_and_goes_back_with_one_restart_a_node_each() {
    Map<String, Pair.Before> before = LAB.remember();
    assertThat(IntStream.rangeClosed(1, PAIRS).mapToObj(n -> LAB.pair(n).a()))
        .as("both places of the product")
        .extracting(host -> host.directory().relativize(host.bigData()).toString())
        .contains("opt/Bigdata", "opt/huawei/Bigdata");
    PlayRun run = Playbook.rotate(LAB).set("hacert_parallel_clusters", 3).run();
    assertThat(run.code()).as("seed %d: %s", LAB.seed(), run.output()).isZero();
    IntStream.rangeClosed(1, PAIRS)
        .mapToObj(LAB::pair)
        .forEach(
            pair -> {
              run.assertEnd(pair, Outcome.SUCCEEDED, 0);
              pair.assertAllNew(before.get(pair.cluster()));
            });
    PlayRun back = Playbook.rollback(LAB).set("hacert_parallel_clusters", 3).run();
    assertThat(back.code()).as("seed %d: %s", LAB.seed(), back.output()).isZero();
    IntStream.rangeClosed(1, PAIRS)
        .mapToObj(LAB::pair)
        .forEach(
            pair -> {
              Pair.Before found = before.get(pair.cluster());
              pair.assertHealthy();
              assertThat(pair.hosts())
                  .allSatisfy(
                      h -> {
                        assertThat(h.loadedRoot()).isEqualTo(found.root());
                        assertThat(found.restartsSince(h)).as(h.name()).isEqualTo(2);
                      });
            });
  }
}
