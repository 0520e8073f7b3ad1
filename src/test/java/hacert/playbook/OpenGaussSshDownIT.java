package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * ssh between the nodes ends while a rotation that needs it is under way: gs_om would take no
 * backup and replace what it reaches (trap 1).
 */
@Tag("long")
class OpenGaussSshDownIT {
  @RegisterExtension static final Lab LAB = Lab.openGauss(1);

  @Test
  void gs_om_is_not_called_for_all_nodes_where_one_cannot_be_reached() {
    GaussCluster cluster = LAB.gauss();
    GaussCluster.Before before = cluster.remember();
    Playbook.Running run =
        Playbook.rotate(LAB)
            .set("hacert_apply", "cluster")
            .profile("settle_seconds", "3")
            .pauseAfter("stage", cluster.b().host())
            .start()
            .awaitPause();
    LAB.turn(cluster.b().host(), "distrusts-peer");
    PlayRun ended = run.goOn().assertEnd(cluster, Outcome.REFUSED, 3).assertFinding("SSH_DOWN");
    cluster.assertUntouched(before);
    assertThat(cluster.hosts())
        .flatMap(LabHost::calls)
        .as(ended.output())
        .noneMatch(call -> call.contains("-t cert"));
  }
}
