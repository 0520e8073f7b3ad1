package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A client certificate is revoked, refused in a real handshake, and taken again without the CRL.
 */
@Tag("long")
class OpenGaussRevocationIT {
  @RegisterExtension static final Lab LAB = Lab.openGauss(1);

  private final GaussCluster cluster = LAB.gauss();

  @Test
  void a_revoked_client_is_refused_until_the_crl_is_taken_away() throws IOException {
    Playbook.rotate(LAB)
        .set("hacert_trust", "replace")
        .set("hacert_accept_ca_change", true)
        .succeed();
    Path om = cluster.a().om();
    GaussClient lost = GaussClient.requiring("the client that loses its key", om, LAB.password());
    String serial = LabHost.serial(om.resolve("client.crt"));
    NewConnections.connect(lost, cluster.a());

    GaussCluster.Before before = cluster.remember();
    Playbook.rotate(LAB).with("-e", "{\"hacert_revoke\": [\"" + serial + "\"]}").succeed();
    cluster.assertAllNew(before);
    cluster.assertRestarts(before, 1);
    GaussClient next = GaussClient.requiring("its next client", om, LAB.password());
    for (GaussNode node : cluster.nodes()) {
      assertThat(node.crlSetting()).isEqualTo("sslcrl-file.crl");
      assertThatThrownBy(() -> NewConnections.connect(lost, node)).isInstanceOf(IOException.class);
      NewConnections.connect(next, node);
    }
    GaussCluster.Before revoked = cluster.remember();
    Playbook.rotate(LAB)
        .with("-e", "{\"hacert_revoke\": [\"" + serial + "\"]}")
        .succeed()
        .assertEnd(cluster, Outcome.UNCHANGED, 0);
    cluster.assertUntouched(revoked);

    Playbook.rotate(LAB).set("hacert_force", true).succeed();
    cluster.assertAllNew(revoked);
    cluster.assertRestarts(revoked, 1);
    for (GaussNode node : cluster.nodes()) {
      assertThat(node.crlSetting()).isEmpty();
      assertThat(Files.exists(node.data().resolve("sslcrl-file.crl"))).isFalse();
      NewConnections.connect(lost, node);
    }
  }
}
