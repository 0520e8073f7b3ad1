package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The way back without this program, as a person goes it who has only a shell on the hosts. */
@Tag("long")
class RestoreByHandIT {
  @RegisterExtension static final Lab MRS = Lab.of(1, "2x");
  @RegisterExtension static final Lab GAUSS = Lab.openGauss(1);

  /** As omm's login has it. */
  private static final String TOOLS = ". ~/gauss_env; ";

  private static Path text(LabHost host) {
    return host.state().resolve("generations/0001/RESTORE.txt");
  }

  private static void restore(Lab lab, List<LabHost> hosts) {
    hosts.forEach(host -> lab.byHand(host, "sh '" + text(host) + "'"));
  }

  private static String restart(LabHost host) throws IOException {
    List<String> lines = Files.readAllLines(text(host));
    return lines.get(lines.size() - 1).replaceFirst("^# ", "");
  }

  @Test
  void mrs_runs_again_what_it_ran_before() throws IOException {
    Pair pair = MRS.pair();
    Pair.Before before = pair.remember();
    Playbook.rotate(MRS).succeed().assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before);

    restore(MRS, pair.hosts());
    for (LabHost host : pair.hosts()) {
      MRS.byHand(host, "bash -lc '" + restart(host) + "'");
    }

    pair.assertAllOld(before);
    Playbook.rotate(MRS).succeed().assertEnd(pair, Outcome.UNCHANGED, 0);
  }

  @Test
  void opengauss_opens_its_key_again_with_the_password_of_before() throws IOException {
    GaussCluster cluster = GAUSS.gauss();
    GaussCluster.Before before = cluster.remember();
    Playbook.rotate(GAUSS)
        .setFor(cluster, "hacert_password", "An0ther-Key")
        .succeed()
        .assertEnd(cluster, Outcome.SUCCEEDED, 0);
    cluster.assertAllNew(before);

    assertThat(restart(cluster.a().host())).contains("gs_om -t stop", "gs_om -t start");
    GAUSS.byHand(cluster.a().host(), TOOLS + "gs_om -t stop");
    restore(GAUSS, cluster.hosts());
    GAUSS.byHand(cluster.a().host(), TOOLS + "gs_om -t start");

    cluster.assertAllOld(before);
    assertThat(cluster.nodes()).allMatch(node -> node.keyOpensWith(GAUSS.password()));
  }
}
