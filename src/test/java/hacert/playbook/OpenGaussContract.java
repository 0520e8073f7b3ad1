package hacert.playbook;

import static hacert.result.Outcome.PLANNED;
import static hacert.result.Outcome.SUCCEEDED;
import static hacert.result.Outcome.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds for every kind of openGauss cluster. */
abstract class OpenGaussContract {
  /** A quote, a backquote, a dollar sign, a backslash and a character of two bytes. */
  private static final String PASSWORD = "N3w'`$\\\" pä";

  /** gs_om copies file after file: between certificate and key a new connection fails. */
  private static final Duration LONGEST_GAP = Duration.ofSeconds(3);

  abstract Lab lab();

  /** Whether this kind has to be stopped and started for any new certificate. */
  boolean alwaysRestarts() {
    return false;
  }

  @BeforeEach
  void fresh() {
    lab().reset();
  }

  @Test
  void rotates_while_clients_connect_and_goes_back() throws IOException {
    GaussCluster cluster = lab().gauss();
    GaussCluster.Before found = cluster.remember();
    rotates_while_clients_connect(cluster);
    GaussCluster.Before second = cluster.remember();
    Playbook.rollback(lab()).succeed();
    cluster.assertAllOld(found);
    cluster.assertRestarts(second, alwaysRestarts() ? 1 : 0);
  }

  @Tag("long")
  @Test
  void plans_rotates_stays_takes_a_new_password_and_goes_back() {
    GaussCluster cluster = lab().gauss();
    plans_and_leaves_no_byte_behind(cluster);
    Playbook.rotate(lab()).succeed().assertEnd(cluster, SUCCEEDED, 0);
    GaussCluster.Before second = cluster.remember();
    changes_nothing_in_a_second_run(cluster, second);

    Playbook.rotate(lab())
        .setFor(cluster, "hacert_password", PASSWORD)
        .set("hacert_force", true)
        .succeed()
        .assertEnd(cluster, SUCCEEDED, 0);
    cluster.assertAllNew(second);
    cluster.assertRestarts(second, 1);
    assertThat(cluster.nodes()).allMatch(node -> node.keyOpensWith(PASSWORD));
    GaussCluster.Before third = cluster.remember();

    Playbook.rollback(lab()).succeed();
    cluster.assertAllOld(second);
    cluster.assertRestarts(third, 1);
    assertThat(cluster.nodes()).allMatch(node -> node.keyOpensWith(lab().password()));
  }

  private void plans_and_leaves_no_byte_behind(GaussCluster cluster) {
    Map<String, String> whole = Footprint.of(cluster);
    PlayRun run =
        Playbook.rotate(lab()).with("--check", "--diff").succeed().assertEnd(cluster, PLANNED, 0);
    assertThat(Footprint.of(cluster)).isEqualTo(whole);
    assertThat(run.order("apply")).isEmpty();
    assertThat(run.diffs()).isNotEmpty();
  }

  private void rotates_while_clients_connect(GaussCluster cluster) throws IOException {
    GaussCluster.Before before = cluster.remember();
    PlayRun run;
    NewConnections clients = new NewConnections(cluster, clients(cluster));
    try (clients) {
      run = Playbook.rotate(lab()).succeed().assertEnd(cluster, SUCCEEDED, 0);
    }
    cluster.assertAllNew(before);
    cluster.assertRestarts(before, alwaysRestarts() ? 1 : 0);
    assertThat(run.order("apply")).containsExactlyElementsOf(names(cluster));
    assertThat(cluster.nodes()).allMatch(node -> node.trusted() == 2, "trusts both CAs");
    assertThat(cluster.nodes()).allMatch(node -> node.keyOpensWith(lab().password()));
    assertThat(clients.made()).isGreaterThan(20);
    if (!alwaysRestarts()) {
      assertThat(clients.longestGap())
          .as("%d connections, failed: %s", clients.made(), clients.failures())
          .isLessThan(LONGEST_GAP);
    }
  }

  /**
   * One without a certificate, and, where the nodes have such, one with a certificate of the old
   * CA.
   */
  private GaussClient[] clients(GaussCluster cluster) throws IOException {
    GaussClient anonymous = GaussClient.requiring("a client without a certificate");
    return Files.isDirectory(cluster.a().om())
        ? new GaussClient[] {
          anonymous,
          GaussClient.requiring("a client of the old CA", cluster.a().om(), lab().password())
        }
        : new GaussClient[] {anonymous};
  }

  private void changes_nothing_in_a_second_run(GaussCluster cluster, GaussCluster.Before before) {
    PlayRun run = Playbook.rotate(lab()).succeed().assertEnd(cluster, UNCHANGED, 0);
    cluster.assertUntouched(before);
    assertThat(run.order("apply")).isEmpty();
    assertThat(run.text()).containsPattern("nothing is due until 20\\d\\d-\\d\\d-\\d\\d");
  }

  private static java.util.List<String> names(GaussCluster cluster) {
    return cluster.nodes().stream().map(GaussNode::name).toList();
  }
}
