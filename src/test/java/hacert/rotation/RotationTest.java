package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotationTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
  }

  @Test
  void replaces_the_certificates_of_both_nodes_and_proves_it() throws Exception {
    String old = pair.one.root();
    Driver.End end = pair.rotate();
    assertThat(end.exit()).as("%s %s", end.findings(), pair.heard).isEqualTo(Exit.DONE);
    assertThat(pair.one.root()).isEqualTo(pair.two.root()).isNotEqualTo(old);
    for (TestHost host : pair.hosts()) {
      assertThat(host.count("restarts")).isEqualTo(1);
      assertThat(host.runsWhatIsInstalled()).isTrue();
    }
  }
}
