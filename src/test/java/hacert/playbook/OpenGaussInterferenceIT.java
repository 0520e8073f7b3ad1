package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Someone else is at work on a cluster of openGauss between stage and apply. */
@Tag("long")
class OpenGaussInterferenceIT {
  @RegisterExtension static final Lab LAB = Lab.openGauss(1);

  private GaussCluster cluster;
  private Playbook.Running run;

  @BeforeEach
  void staged() {
    LAB.reset();
    cluster = LAB.gauss();
    run =
        Playbook.rotate(LAB)
            .profile("settle_seconds", "3")
            .pauseAfter("stage", cluster.b().host())
            .start()
            .awaitPause();
  }

  @Test
  void a_certificate_edited_on_the_first_node_is_refused_and_left_alone() throws IOException {
    edit(cluster.a());
    GaussCluster.Before edited = cluster.remember();
    run.goOn().assertEnd(cluster, Outcome.REFUSED, 3).assertFinding("FILES_CHANGED");
    cluster.assertUntouched(edited);
  }

  @Test
  void a_certificate_edited_on_the_second_node_calls_a_person() throws IOException {
    edit(cluster.b());
    GaussCluster.Before edited = cluster.remember();
    run.goOn().assertStopped(cluster, "FILES_CHANGED");
    assertThat(cluster.b().installed()).isEqualTo(edited.installed().get(cluster.b().name()));
    cluster.assertRestarts(edited, 0);
  }

  @Test
  void a_switchover_is_refused() {
    LAB.turn(cluster.b().host(), "switched-over");
    GaussCluster.Before switched = cluster.remember();
    run.goOn().assertEnd(cluster, Outcome.REFUSED, 3).assertFinding("ROLES_CHANGED");
    cluster.assertUntouched(switched);
    cluster.assertHealthy();
  }

  /** A comment behind the certificate: it works on, and its hash is another. */
  private static void edit(GaussNode node) throws IOException {
    Files.writeString(node.data().resolve("cacert.pem"), "edited\n", StandardOpenOption.APPEND);
  }
}
