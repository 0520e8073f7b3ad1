package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@code kill -9} of the jar on a host or of the playbook, or a cut of the connection, in and after
 * every step of the journal, on each node; then the same command again.
 */
@Tag("long")
class KilledJarIT {
  private static final int PAIRS = 9;

  @RegisterExtension static final Lab LAB = Lab.of(PAIRS, "mixed", "--restart-seconds", "2");

  private static final FaultMatrix MATRIX = new FaultMatrix("mrs-killed-jar");

  @AfterAll
  static void write() throws IOException {
    MATRIX.write();
  }

  @ParameterizedTest
  @EnumSource
  void hit_at_any_step_the_same_command_ends_all_new_or_all_old_with_one_restart_a_node(
      Kills.Blow blow) {
    LAB.reset();
    Pair model = LAB.pair(PAIRS);
    Playbook.rotate(LAB).with("--limit", model.cluster()).succeed();
    List<Kills.Moment> moments = Kills.Moment.of(model);
    assertThat(moments).extracting(Kills.Moment::step).contains("apply.restart", "confirm.prove");
    for (int from = 0; from < moments.size(); from += PAIRS) {
      hit(blow, moments.subList(from, Math.min(from + PAIRS, moments.size())));
    }
  }

  private static void hit(Kills.Blow blow, List<Kills.Moment> moments) {
    Map<String, Pair.Before> before = LAB.remember();
    Kills<Pair> kills = new Kills<>("mrs-ha", blow, MATRIX);
    for (int i = 0; i < moments.size(); i++) {
      kills.plan(LAB.pair(i + 1), moments.get(i));
    }
    PlayRun second = kills.run(KilledJarIT::playbook);
    kills.judge(
        second,
        new Kills.Judge<>() {
          @Override
          public String state(Pair pair) {
            Pair.Before was = before.get(pair.cluster());
            boolean isNew = !pair.a().installedRoot().equals(was.root());
            if (isNew) {
              pair.assertAllNew(was);
            } else {
              pair.assertAllOld(was);
            }
            assertThat(restarts(pair)).isLessThanOrEqualTo(isNew ? 1 : 2);
            return isNew ? "new" : "old";
          }

          @Override
          public int restarts(Pair pair) {
            Pair.Before was = before.get(pair.cluster());
            return pair.hosts().stream().mapToInt(was::restartsSince).max().orElseThrow();
          }
        });
  }

  private static Playbook playbook(Collection<Pair> pairs) {
    return Playbook.rotate(LAB)
        .with("--limit", Kills.limit(pairs))
        .set("hacert_max_failed_clusters", PAIRS);
  }
}
