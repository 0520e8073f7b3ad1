package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A cluster of openGauss. Its first node is the primary when the lab is raised. */
record GaussCluster(Lab lab, String cluster, List<GaussNode> nodes) implements LabCluster {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Whatever the login knows. */
  private static final String STATUS = ". ~/gauss_env; gs_om -t status --detail";

  @Override
  public List<LabHost> hosts() {
    return nodes.stream().map(GaussNode::host).toList();
  }

  GaussNode a() {
    return nodes.get(0);
  }

  GaussNode b() {
    return nodes.get(1);
  }

  /** What is installed and running now, to be compared with later. */
  Before remember() {
    Map<String, Map<String, String>> installed = new LinkedHashMap<>();
    Map<String, Integer> restarts = new LinkedHashMap<>();
    Map<String, Integer> replaces = new LinkedHashMap<>();
    for (GaussNode node : nodes) {
      installed.put(node.name(), node.installed());
      restarts.put(node.name(), node.host().restarts());
      replaces.put(node.name(), node.host().replaces());
    }
    return new Before(a().installedLeaf(), installed, restarts, replaces);
  }

  /**
   * A state of the cluster.
   *
   * @param leaf serial of the server certificate
   * @param installed what is installed, by host
   * @param restarts how often each node was started
   * @param replaces how often gs_om has installed certificates on each
   */
  record Before(
      String leaf,
      Map<String, Map<String, String>> installed,
      Map<String, Integer> restarts,
      Map<String, Integer> replaces) {}

  /** As gs_om tells it: all nodes run, and replicate. */
  void assertHealthy() {
    String[] seen = new String[1];
    Await.until(
        cluster + " is Normal",
        PATIENCE,
        () -> {
          seen[0] = lab.byHand(a().host(), STATUS);
          return seen[0].matches("(?s).*cluster_state +: Normal.*");
        },
        () -> seen[0]);
  }

  /** Each node has and serves, on both ports, one new certificate, and nothing is left behind. */
  void assertAllNew(Before before) {
    assertHealthy();
    assertThat(a().installedLeaf()).as("the installed leaf").isNotEqualTo(before.leaf());
    for (GaussNode node : nodes) {
      assertThat(node.installedLeaf()).as("leaf of %s", node.name()).isEqualTo(a().installedLeaf());
      boolean ofTheServer =
          before.installed().get(node.name()).keySet().stream()
              .anyMatch(path -> path.endsWith("sslcert/om/server.crt"));
      // Before 5.0 gs_om has no place for the client's files; they must not be lost for that.
      assertThat(node.om().resolve("client.key")).exists();
      if (ofTheServer) {
        assertThat(LabHost.serial(node.om().resolve("server.crt")))
            .as("%s: what the tools have", node.name())
            .isEqualTo(a().installedLeaf());
        assertThat(node.om().resolve("openssl.cnf")).as("not asked to go").exists();
      }
      assertThat(node.chains()).as("%s: server.crt chains to cacert.pem", node.name()).isTrue();
      node.host().assertEndedWell();
    }
    assertOneBundle();
    assertServesInstalled();
  }

  /** A file of the bundle is the same wherever it is installed, on whichever node. */
  private void assertOneBundle() {
    Map<String, String> first = new HashMap<>();
    for (GaussNode node : nodes) {
      node.bundle()
          .forEach(
              (path, sha256) ->
                  assertThat(sha256)
                      .as("%s: %s", node.name(), path)
                      .isEqualTo(
                          first.computeIfAbsent(path.getFileName().toString(), f -> sha256)));
    }
    assertThat(first).containsKeys("cacert.pem", "server.crt", "server.key", "server.key.cipher");
  }

  /** Each node has, byte for byte, what it had before, and serves it. */
  void assertAllOld(Before before) {
    assertHealthy();
    for (GaussNode node : nodes) {
      assertThat(node.installed())
          .as("%s: what is installed", node.name())
          .isEqualTo(before.installed().get(node.name()));
      assertThat(node.host().journalOpen()).as("%s: journal is open", node.name()).isFalse();
      node.host().assertNothingStaged();
    }
    assertServesInstalled();
  }

  /** Nothing was changed and nothing restarted; whether the cluster is well is not asked. */
  void assertUntouched(Before before) {
    for (GaussNode node : nodes) {
      assertThat(node.installed())
          .as("%s: what is installed", node.name())
          .isEqualTo(before.installed().get(node.name()));
      assertThat(node.host().journalOpen()).as("%s: journal is open", node.name()).isFalse();
      node.host().assertNothingStaged();
      assertThat(node.host().replaces())
          .as("replacements on %s", node.name())
          .isEqualTo(before.replaces().get(node.name()));
    }
    assertRestarts(before, 0);
  }

  /** Each node was started so often since. */
  void assertRestarts(Before before, int times) {
    for (GaussNode node : nodes) {
      assertThat(node.host().restarts() - before.restarts().get(node.name()))
          .as("restarts of %s", node.name())
          .isEqualTo(times);
    }
  }

  private void assertServesInstalled() {
    for (GaussNode node : nodes) {
      for (int port : node.ports()) {
        assertThat(node.served(port))
            .as("what %s serves on %d", node.name(), port)
            .isEqualTo(a().installedLeaf());
      }
      assertThat(node.leftBehind()).as("left behind on %s", node.name()).isEmpty();
    }
  }
}
