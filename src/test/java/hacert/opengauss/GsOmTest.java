package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.host.HurriedClock;
import hacert.host.Ticks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GsOmTest {
  @TempDir Path base;

  @Test
  void a_step_of_the_clock_ends_none_that_runs() throws Exception {
    GaussHost host = new GaussHost(base);
    host.clock = new HurriedClock(Duration.ofHours(1));
    host.ticks = Ticks.system();
    host.script("gs_om", "sleep 0.3; exit 7");
    GsOm gsOm = new GsOm(host.node().installation());
    assertThat(gsOm.run(base.resolve("run"), "", 60, List.of("-t", "stop")).code()).isEqualTo(7);
  }
}
