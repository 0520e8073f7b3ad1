package hacert.playbook;

import static hacert.result.Outcome.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import hacert.playbook.WaysInIT.Way;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One run over a pair for each way in: a terminal for the vendor's script, and a restart that
 * outlives its call, are to be had on all of them. The operator's pair is as the contract tells of
 * it: 2.x, and no node lets the other in.
 */
@Tag("long")
class EveryWayIT {
  private static final int PAIRS = Way.values().length;

  @RegisterExtension
  static final Lab LAB = Lab.of(PAIRS, "mixed", "--hosts", "namespaces", "--restart-seconds", "2");

  private final Map<Way, Pair> pairs = new TreeMap<>();
  private Map<String, Pair.Before> before;

  @BeforeEach
  void fresh() {
    LAB.reset();
    Stream.of(Way.values()).forEach(way -> pairs.put(way, LAB.pair(way.ordinal() + 1)));
    Pair operators = pairs.get(Way.BY_SUDO_SU);
    assertThat(operators.a().layout()).isEqualTo("2x");
    operators.hosts().forEach(host -> LAB.turn(host, "distrusts-peer"));
    before = LAB.remember();
  }

  private Playbook rotate(Collection<Pair> all) {
    Playbook playbook = Playbook.rotate(LAB).with("--limit", Kills.limit(all));
    pairs.forEach((way, pair) -> way.into(pair, playbook));
    return playbook
        .setFor(pairs.get(Way.BY_SUDO_SU), "hacert_peer_copy", "control")
        .set("hacert_max_failed_clusters", PAIRS);
  }

  private void assertRotatedOnce(Way way, Pair pair) {
    Pair.Before was = before.get(pair.cluster());
    pair.assertAllNew(was);
    assertThat(pair.hosts()).as("%s", way).allMatch(host -> was.restartsSince(host) == 1);
  }

  @Test
  void rotates() {
    PlayRun run = rotate(pairs.values()).succeed();
    pairs.forEach(
        (way, pair) -> {
          run.assertEnd(pair, SUCCEEDED, 0);
          assertRotatedOnce(way, pair);
        });
  }

  @Test
  void a_restart_goes_on_when_its_connection_is_cut_and_is_not_repeated() {
    Kills<Pair> cuts =
        new Kills<>(
            "mrs-ha",
            Kills.Blow.CONNECTION,
            new FaultMatrix("mrs-every-way"),
            1,
            pair -> {
              pair.assertAllNew(before.get(pair.cluster()));
              return "new";
            });
    pairs.values().forEach(pair -> cuts.plan(pair, new Kills.Moment(0, "apply.restart", "begun")));
    cuts.judge(cuts.run(this::rotate, () -> {}));
  }
}
