package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A cluster of the lab. {@code a} is active and {@code b} standby when the lab is raised. */
record Pair(String cluster, LabHost a, LabHost b) implements LabCluster {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Override
  public List<LabHost> hosts() {
    return List.of(a, b);
  }

  /** What is installed and running now, to be compared with later. */
  Before remember() {
    return new Before(
        a.installedRoot(),
        Map.of(a.name(), a.installed(), b.name(), b.installed()),
        Map.of(a.name(), a.restarts(), b.name(), b.restarts()));
  }

  /**
   * A state of the pair.
   *
   * @param root serial of the root CA on both nodes
   * @param installed what is installed, by host
   * @param restarts how often each host was restarted
   */
  record Before(
      String root, Map<String, Map<String, String>> installed, Map<String, Integer> restarts) {
    int restartsSince(LabHost host) {
      return host.restarts() - restarts.get(host.name());
    }
  }

  /** One steady active, one steady standby, both healthy and hearing each other. */
  void assertHealthy() {
    Await.until(
        cluster + " is a healthy pair",
        PATIENCE,
        () ->
            Set.of(a.role(), b.role()).equals(Set.of("active", "standby"))
                && a.healthy()
                && b.healthy(),
        () -> a.ha() + " " + b.ha());
  }

  /** Both nodes run a new root CA, everything belongs together, and nothing else is left behind. */
  void assertAllNew(Before before) {
    assertHealthy();
    assertThat(a.installedRoot()).as("the root CA on disk").isNotEqualTo(before.root());
    assertThat(b.installedRoot()).as("both nodes' root CA").isEqualTo(a.installedRoot());
    for (LabHost host : hosts()) {
      assertThat(host.loadedRoot()).as("what HA runs with").isEqualTo(host.installedRoot());
      assertThat(host.loadedLeaf()).as("what HA serves").isEqualTo(host.installedLeaf());
      assertThat(host.chains()).as("%s: server.crt chains to the root", host.name()).isTrue();
      assertThat(host.agrees()).as("%s: certHA and local/cert agree", host.name()).isTrue();
      assertThat(shape(host.installed()))
          .as("%s: names, modes and owners are as before", host.name())
          .isEqualTo(shape(before.installed().get(host.name())));
      host.assertEndedWell();
    }
    assertThat(a.loadedLeaf()).as("each node has a leaf of its own").isNotEqualTo(b.loadedLeaf());
  }

  /** Both nodes have, byte for byte, and run what they had before. */
  void assertAllOld(Before before) {
    assertHealthy();
    for (LabHost host : hosts()) {
      assertThat(host.installed())
          .as("%s: what is installed", host.name())
          .isEqualTo(before.installed().get(host.name()));
      assertThat(host.loadedRoot()).as("what HA runs with").isEqualTo(before.root());
      assertThat(host.loadedLeaf()).as("what HA serves").isEqualTo(host.installedLeaf());
      assertThat(host.journalOpen()).as("%s: journal %s", host.name(), host.journal()).isFalse();
      host.assertNothingStaged();
    }
  }

  /** Nothing was changed and nothing restarted, and no journal is open. */
  void assertUntouched(Before before) {
    assertAllOld(before);
    for (LabHost host : hosts()) {
      assertThat(before.restartsSince(host)).as("restarts of %s", host.name()).isZero();
      assertThat(host.replaces()).as("replacements on %s", host.name()).isZero();
    }
  }

  /** Names, modes and owners, without the content. */
  private static Map<String, String> shape(Map<String, String> tree) {
    Map<String, String> shape = new java.util.TreeMap<>();
    tree.forEach((name, is) -> shape.put(name, is.substring(0, is.indexOf(' ', 8))));
    return shape;
  }
}
