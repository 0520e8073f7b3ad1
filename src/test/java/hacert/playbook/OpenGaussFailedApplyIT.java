package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** gs_om fails half way on the second node: its own rollback would not mend that (trap 3). */
@Tag("long")
class OpenGaussFailedApplyIT {
  @RegisterExtension static final Lab LAB = Lab.openGauss(1);

  /** A CRL lies there too that an operator has taken out of force: it comes back as that. */
  @Test
  void a_second_node_that_stays_half_replaced_is_rolled_back_with_the_first_without_a_restart()
      throws IOException {
    GaussCluster cluster = LAB.gauss();
    Path unused = LAB.bundle(cluster, "unused", "--crl").resolve("sslcrl-file.crl");
    for (GaussNode node : cluster.nodes()) {
      Path file = node.data().resolve(unused.getFileName());
      Files.copy(unused, file);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    GaussCluster.Before before = cluster.remember();
    LAB.turn(cluster.b().host(), "cert-fails-half");
    PlayRun run = Playbook.rotate(LAB).profile("confirm_seconds", "60").fail();
    run.assertEnd(cluster, Outcome.ROLLED_BACK, 4).assertFinding("GS_OM_FAILED");
    cluster.assertAllOld(before);
    cluster.assertRestarts(before, 0);
    assertThat(run.appliesOn(cluster.b().host())).as("attempts on the second node").isEqualTo(2);
    assertThat(run.codes()).contains("PROVEN_BY_HANDSHAKE");
  }
}
