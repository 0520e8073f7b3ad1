package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import hacert.result.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@code kill -9} of the jar on a host or of the playbook, or a cut of the connection, in and after
 * every step of the journal, on each node; then the same command again.
 */
@Tag("long")
@Isolated("leaves others too little of the machine")
class KilledJarIT {
  private static final int PAIRS = 9;

  /** What makes a rotation go back: the second node's replacement fails, however often. */
  private static final String FAILS = "replace-fails-after";

  @RegisterExtension static final Lab LAB = Lab.of(PAIRS, "mixed", "--restart-seconds", "2");

  private static final FaultMatrix MATRIX = new FaultMatrix("mrs-killed-jar");

  @AfterAll
  static void write() throws IOException {
    MATRIX.write();
  }

  @ParameterizedTest
  @EnumSource
  void hit_at_any_step_the_same_command_ends_all_new_with_one_restart_a_node(Kills.Blow blow) {
    LAB.reset();
    Pair model = LAB.pair();
    Playbook.rotate(LAB).with("--limit", model.cluster()).succeed();
    List<Kills.Moment> moments = Kills.Moment.of(model);
    assertThat(moments).extracting(Kills.Moment::step).contains("apply.restart", "confirm.prove");
    Kills.tryAll(moments, PAIRS, batch -> hit(blow, batch, false));
  }

  @Test
  void killed_at_any_step_of_the_way_back_the_same_command_ends_all_old_or_all_new() {
    LAB.reset();
    Pair model = LAB.pair();
    LAB.turn(model.b(), FAILS);
    playbook(List.of(model)).fail().assertEnd(model, Outcome.ROLLED_BACK, 4);
    List<Kills.Moment> moments = Kills.Moment.ofWayBack(model);
    assertThat(moments)
        .extracting(Kills.Moment::step)
        .contains("rollback.restore", "rollback.restart", "confirm.back");
    Kills.tryAll(moments, PAIRS, batch -> hit(Kills.Blow.JAR, batch, true));
  }

  /** Answers the moments that were missed. */
  private static List<Kills.Moment> hit(
      Kills.Blow blow, List<Kills.Moment> moments, boolean fails) {
    LAB.reset();
    Map<String, Pair.Before> before = LAB.remember();
    Kills<Pair> kills =
        new Kills<>("mrs-ha", blow, MATRIX, 1, pair -> state(pair, before.get(pair.cluster())));
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < moments.size(); i++) {
      pairs.add(LAB.pair(i + 1));
      kills.plan(pairs.get(i), moments.get(i));
    }
    if (fails) {
      pairs.forEach(pair -> LAB.turn(pair.b(), FAILS));
    }
    PlayRun second =
        kills.run(
            KilledJarIT::playbook,
            () -> {
              if (fails) {
                pairs.forEach(pair -> LAB.turn(pair.b(), FAILS, "off"));
              }
            });
    return kills.judge(second);
  }

  private static String state(Pair pair, Pair.Before was) {
    if (pair.a().installedRoot().equals(was.root())) {
      pair.assertAllOld(was);
      return "old";
    }
    pair.assertAllNew(was);
    return "new";
  }

  private static Playbook playbook(Collection<Pair> pairs) {
    return Playbook.rotate(LAB)
        .with("--limit", Kills.limit(pairs))
        .set("hacert_max_failed_clusters", PAIRS);
  }
}
