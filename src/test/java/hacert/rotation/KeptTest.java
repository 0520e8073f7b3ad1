package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.target.NodeIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host knows after a rotation, for whoever works there by hand. */
class KeptTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void rotate() throws Exception {
    pair = new TwoHosts(base);
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
  }

  private Kept kept(TestHost host) {
    return Kept.read(host.home(), ".hacert", "pair");
  }

  @Test
  void each_node_knows_the_cluster_as_the_rotation_knew_it() {
    for (TestHost host : pair.hosts()) {
      Kept kept = kept(host);
      assertThat(kept.operator()).isEqualTo(pair.cluster().change().operator());
      assertThat(kept.host()).isEqualTo(host.name);
      assertThat(kept.target() + " " + kept.profile()).isEqualTo("mrs-ha mrs-2x");
      assertThat(kept.profileOverrides()).isEqualTo(pair.cluster().profileOverrides());
      assertThat(kept.nodes())
          .containsExactlyInAnyOrder(
              new NodeIdentity("mgmt1", "192.0.2.11", 22, "192-0-2-11"),
              new NodeIdentity("mgmt2", "192.0.2.12", 22, "192-0-2-12"));
    }
  }

  @Tag("long")
  @Test
  void a_version_that_kept_no_overrides_is_read() throws Exception {
    Files.delete(new StateDirectory(pair.one.home().resolve(".hacert/pair")).profile());
    assertThat(kept(pair.one).profileOverrides()).isEmpty();
    assertThat(kept(pair.one).nodes()).hasSize(2);
  }
}
