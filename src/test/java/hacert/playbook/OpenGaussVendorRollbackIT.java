package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The vendor's own ways back, which exit with 0 where there is nothing to go back to. */
@Tag("long")
class OpenGaussVendorRollbackIT {
  @RegisterExtension static final Lab LAB = Lab.openGauss(3);

  private final GaussCluster all = LAB.gauss(1);
  private final GaussCluster each = LAB.gauss(2);
  private final GaussCluster empty = LAB.gauss(3);

  @Test
  void are_refused_without_a_backup_and_bring_back_what_was_before() throws IOException {
    GaussCluster.Before ofAll = all.remember();
    GaussCluster.Before ofEach = each.remember();
    assertRefused(all, "vendor", ofAll);
    assertRefused(each, "vendor-local", ofEach);

    Playbook.rotate(LAB).succeed();
    all.assertAllNew(ofAll);
    each.assertAllNew(ofEach);
    GaussCluster.Before ofEmpty = empty.remember();
    for (GaussNode node : empty.nodes()) {
      backUpNothing(node);
    }
    ofEmpty = empty.remember();
    assertRefused(empty, "vendor", ofEmpty);
    assertRefused(empty, "vendor-local", ofEmpty);

    assertBack(all, "vendor", ofAll);
    assertThat(rollbacks(all.a())).singleElement().asString().doesNotContain("-L");
    assertThat(rollbacks(all.b())).isEmpty();
    assertBack(each, "vendor-local", ofEach);
    assertThat(each.nodes())
        .allSatisfy(node -> assertThat(rollbacks(node)).singleElement().asString().contains("-L"));
  }

  private static void assertRefused(GaussCluster cluster, String way, GaussCluster.Before before) {
    PlayRun run = rollback(cluster, way).fail().assertEnd(cluster, Outcome.REFUSED, 3);
    assertThat(run.codes(cluster)).contains("NO_VENDOR_BACKUP");
    cluster.assertUntouched(before);
  }

  private static void assertBack(GaussCluster cluster, String way, GaussCluster.Before before) {
    rollback(cluster, way).succeed();
    cluster.assertHealthy();
    cluster.assertRestarts(before, 0);
    for (GaussNode node : cluster.nodes()) {
      assertThat(node.installedLeaf()).isEqualTo(before.leaf());
      assertThat(node.ports()).allMatch(port -> node.served(port).equals(before.leaf()));
      node.host().assertNothingStaged();
    }
  }

  private static Playbook rollback(GaussCluster cluster, String way) {
    return Playbook.rollback(LAB)
        .with("--limit", cluster.cluster())
        .setFor(cluster, "hacert_rollback", way);
  }

  /** What gs_om keeps of a node that had no certificates. */
  private static void backUpNothing(GaussNode node) throws IOException {
    Path data = node.data();
    Files.createFile(data.resolve("emptyCert"));
    Command.ok(data, Duration.ofMinutes(1), "tar", "-zcf", "gsql_cert_backup.tar.gz", "emptyCert");
    Files.delete(data.resolve("emptyCert"));
  }

  private static java.util.List<String> rollbacks(GaussNode node) {
    return node.host().calls().stream().filter(c -> c.contains("--rollback")).toList();
  }
}
