package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code kill -9} of the jar on a host, at another step on each pair; then the same command again.
 */
@Tag("long")
class KilledJarIT {
  /** A moment: when the journal of a node shows a step in a state, the jar there is killed. */
  private record Moment(boolean first, String step, String state) {}

  private static final List<Moment> MOMENTS =
      List.of(
          new Moment(true, "stage.bundle", "begun"),
          new Moment(false, "stage.backup", "done"),
          new Moment(true, "apply.root", "begun"),
          new Moment(true, "apply.replace", "begun"),
          new Moment(true, "apply.replace", "done"),
          new Moment(true, "apply.restart", "begun"),
          new Moment(false, "apply.replace", "begun"),
          new Moment(false, "apply.restart", "begun"),
          new Moment(false, "confirm.prove", "begun"));

  @RegisterExtension static final Lab LAB = Lab.of(9, "mixed", "--restart-seconds", "2");

  @Test
  void killed_at_any_step_the_same_command_ends_all_new_or_all_old_with_one_restart_a_node() {
    Map<String, Pair.Before> before = LAB.remember();
    List<CompletableFuture<Boolean>> kills = new ArrayList<>();
    ExecutorService killers = Executors.newFixedThreadPool(MOMENTS.size());
    try {
      for (int i = 0; i < MOMENTS.size(); i++) {
        Moment moment = MOMENTS.get(i);
        Pair pair = LAB.pair(i + 1);
        LabHost host = moment.first() ? pair.a() : pair.b();
        kills.add(CompletableFuture.supplyAsync(() -> kill(host, moment), killers));
      }
      Playbook.rotate(LAB).set("hacert_max_failed_clusters", 9).run();
    } finally {
      killers.shutdownNow();
    }
    Map<String, String> states = new TreeMap<>();
    for (int i = 0; i < MOMENTS.size(); i++) {
      assertThat(kills.get(i).join()).as("killed at %s", MOMENTS.get(i)).isTrue();
      Pair pair = LAB.pair(i + 1);
      states.put(pair.cluster(), pair.a().journal() + "\n" + pair.b().journal());
    }
    PlayRun second = Playbook.rotate(LAB).set("hacert_max_failed_clusters", 9).run();
    for (int i = 0; i < MOMENTS.size(); i++) {
      assertEnd(LAB.pair(i + 1), before, MOMENTS.get(i), second, states);
    }
  }

  private static void assertEnd(
      Pair pair,
      Map<String, Pair.Before> all,
      Moment moment,
      PlayRun run,
      Map<String, String> states) {
    Pair.Before before = all.get(pair.cluster());
    String told =
        moment + " on " + pair.cluster() + "\n" + run.output() + states.get(pair.cluster());
    boolean isNew = !pair.a().installedRoot().equals(before.root());
    try {
      if (isNew) {
        pair.assertAllNew(before);
      } else {
        pair.assertAllOld(before);
      }
    } catch (AssertionError e) {
      throw new AssertionError(told, e);
    }
    assertThat(pair.hosts()).as(told).allMatch(h -> before.restartsSince(h) <= (isNew ? 1 : 2));
  }

  /** A step may begin and end between two looks: then the next one is hit. */
  private static boolean kill(LabHost host, Moment moment) {
    return Await.holds(
        Duration.ofMinutes(10),
        () -> {
          String state = host.step(moment.step());
          boolean come = moment.state().equals("begun") ? !state.isEmpty() : state.equals("done");
          return come && host.killJar();
        });
  }
}
