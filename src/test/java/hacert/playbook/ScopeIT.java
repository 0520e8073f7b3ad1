package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which clusters a run touches, and from where it may be given. */
@Tag("long")
class ScopeIT {
  @RegisterExtension static final Lab LAB = Lab.of(2, "mixed");

  private final Pair one = LAB.pair(1);
  private final Pair two = LAB.pair(2);

  @BeforeEach
  void fresh() {
    LAB.reset();
  }

  @Test
  void a_limit_to_half_a_cluster_is_refused_before_any_host_is_asked() {
    PlayRun run = Playbook.rotate(LAB).with("--limit", one.a().name() + "," + two.cluster()).fail();
    assertThat(run.text())
        .contains("The limit selects only a part of cluster " + one.cluster())
        .contains("add " + one.b().name() + " to --limit");
    assertThat(one.a().events("calls")).isEmpty();
    assertThat(one.b().events("calls")).isEmpty();
    assertThat(run.results()).noneMatch(r -> r.cluster().equals(one.cluster()));
  }

  @Test
  void a_limit_to_one_cluster_given_in_the_playbooks_directory_rotates_that_one_only() {
    Pair.Before first = one.remember();
    Pair.Before second = two.remember();
    Playbook.rotate(LAB)
        .in("playbooks")
        .with("--limit", two.cluster())
        .succeed()
        .assertEnd(two, Outcome.SUCCEEDED, 0);
    two.assertAllNew(second);
    one.assertUntouched(first);
    assertThat(one.a().events("calls")).isEmpty();
  }

  @Test
  void a_sites_own_configuration_and_a_tag_cut_no_task_off_and_skip_none() {
    Pair.Before first = one.remember();
    Pair.Before second = two.remember();
    LAB.turn(one.a(), "replace-fails-before");
    PlayRun run =
        Playbook.rotate(LAB)
            .configured("ANSIBLE_TASK_TIMEOUT", "1")
            .configured("ANSIBLE_ANY_ERRORS_FATAL", "true")
            .configured("ANSIBLE_STRATEGY", "free")
            .set("hacert_max_failed_clusters", 2)
            .with("--tags", "other", "-vv")
            .fail()
            .assertEnd(one, Outcome.ROLLED_BACK, 4)
            .assertEnd(two, Outcome.SUCCEEDED, 0);
    one.assertAllOld(first);
    two.assertAllNew(second);
    // So Ansible reports a callback that raises.
    assertThat(run.text()).doesNotContain("Failure using method");
  }
}
