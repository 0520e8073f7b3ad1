package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One run over clusters of openGauss, each in another way; then the same command again. */
@Tag("long")
class OpenGaussWaysIT {
  private static final int CLUSTERS = 8;

  @RegisterExtension static final Lab LAB = Lab.openGauss(CLUSTERS);

  private static final String CA_PASSWORD = "of the CA: '`$\\\" ä";

  private static final Map<String, GaussCluster.Before> BEFORE = new TreeMap<>();
  private static Path directory;
  private static PlayRun run;
  private static PlayRun again;

  @BeforeAll
  static void rotate_in_another_way_on_each_cluster() {
    IntStream.rangeClosed(1, CLUSTERS)
        .mapToObj(LAB::gauss)
        .forEach(cluster -> BEFORE.put(cluster.cluster(), cluster.remember()));
    directory = LAB.bundle(LAB.gauss(4), "brought");
    for (LabHost host : LAB.gauss(6).hosts()) {
      LAB.turn(host, "separate-environment");
    }
    run = playbook().succeed();
    again = playbook().succeed();
  }

  private static Playbook playbook() {
    Path zip = LAB.files().resolve("db-cert-replacement.zip");
    if (!Files.exists(zip)) {
      Path other = LAB.bundle(LAB.gauss(5), "packed");
      Command.ok(other, Duration.ofMinutes(1), "python3", "-c", pack(zip));
    }
    String bundle = "hacert_bundle";
    Playbook playbook =
        Playbook.rotate(LAB)
            .setFor(LAB.gauss(1), "hacert_apply", "cluster")
            .setFor(LAB.gauss(2), "hacert_restart", "always")
            .setFor(LAB.gauss(3), "hacert_restart", "never")
            .setFor(LAB.gauss(4), bundle, directory)
            .setFor(LAB.gauss(5), bundle, zip)
            .setFor(LAB.gauss(5), "hacert_trust", "replace")
            .setFor(LAB.gauss(5), "hacert_accept_ca_change", "true")
            .setFor(LAB.gauss(7), "hacert_ca_password", CA_PASSWORD)
            .setFor(LAB.gauss(8), "hacert_key", "ec-p256");
    // The same file name on each node, below its own home.
    playbook.setFor(LAB.gauss(6), "hacert_opengauss_env", "{{ lab_directory }}/home/gauss_env");
    return playbook;
  }

  private static String pack(Path zip) {
    return "import os, zipfile\nwith zipfile.ZipFile('"
        + zip
        + "', 'w') as z:\n  [z.write(n) for n in os.listdir('.')]";
  }

  private static GaussCluster succeeded(int number, int restarts) {
    GaussCluster cluster = LAB.gauss(number);
    GaussCluster.Before before = BEFORE.get(cluster.cluster());
    run.assertEnd(cluster, Outcome.SUCCEEDED, 0);
    again.assertEnd(cluster, Outcome.UNCHANGED, 0);
    cluster.assertAllNew(before);
    cluster.assertRestarts(before, restarts);
    return cluster;
  }

  @Test
  void one_call_of_gs_om_on_the_first_node_installs_on_all() {
    GaussCluster cluster = succeeded(1, 0);
    assertThat(certCalls(cluster.a())).singleElement().asString().doesNotContain(" -L");
    assertThat(certCalls(cluster.b())).isEmpty();
  }

  @Test
  void the_cluster_is_restarted_though_it_need_not_be_where_that_is_asked_for() {
    GaussCluster cluster = succeeded(2, 1);
    assertThat(certCalls(cluster.a())).singleElement().asString().contains(" -L");
  }

  @Test
  void never_restarts_where_it_need_not() {
    succeeded(3, 0);
  }

  @Test
  void a_directory_is_installed_as_it_is_beside_the_old_ca_which_goes_when_asked_for()
      throws Exception {
    GaussCluster cluster = succeeded(4, 0);
    assertThat(cluster.nodes())
        .allMatch(node -> node.trusted() == 2, "trusts both CAs")
        .allMatch(
            node -> node.installedLeaf().equals(LabHost.serial(directory.resolve("server.crt"))));
    GaussCluster.Before overlap = cluster.remember();
    Playbook.rotate(LAB)
        .with("--limit", cluster.cluster())
        .setFor(cluster, "hacert_trust", "finish")
        .succeed()
        .assertEnd(cluster, Outcome.SUCCEEDED, 0);
    cluster.assertHealthy();
    cluster.assertRestarts(overlap, 0);
    for (GaussNode node : cluster.nodes()) {
      assertThat(node.installedLeaf()).isEqualTo(overlap.leaf());
      assertThat(node.served(node.port())).isEqualTo(overlap.leaf());
      assertThat(Files.readString(node.data().resolve("cacert.pem")).strip())
          .isEqualTo(Files.readString(directory.resolve("cacert.pem")).strip());
    }
  }

  @Test
  void a_package_replaces_the_old_ca_at_once_where_that_is_accepted() {
    GaussCluster cluster = succeeded(5, 0);
    assertThat(cluster.nodes()).allMatch(node -> node.trusted() == 1, "trusts the new CA alone");
    assertThat(run.codes(cluster)).contains("CA_CHANGE");
  }

  @Test
  void an_environment_that_the_login_does_not_know_is_sourced() {
    succeeded(6, 0);
  }

  @Test
  void a_hostile_password_of_the_ca_opens_its_key_again_and_clients_verify_throughout() {
    GaussCluster cluster = succeeded(7, 0);
    GaussCluster.Before before = cluster.remember();
    Path om = cluster.a().om();
    NewConnections clients =
        new NewConnections(
            cluster,
            GaussClient.verifying("a client", om.resolve("cacert.pem"), om, LAB.password()));
    try (clients) {
      Playbook.rotate(LAB)
          .with("--limit", cluster.cluster())
          .setFor(cluster, "hacert_ca_password", CA_PASSWORD)
          .set("hacert_force", true)
          .succeed();
    }
    cluster.assertAllNew(before);
    assertThat(cluster.nodes()).allMatch(node -> node.trusted() == 2, "the kept CA issued again");
    assertThat(clients.longestGap())
        .as("%d connections, failed: %s", clients.made(), clients.failures())
        .isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void keys_on_a_curve_are_served() {
    succeeded(8, 0);
  }

  /** With what the program made, as an application on the node would use it. */
  @Test
  void psql_verifies_the_server_and_is_let_in_with_the_made_client_certificate() {
    for (GaussNode node : LAB.gauss(3).nodes()) {
      Path om = node.om();
      String target =
          String.format(
              "host=%s hostaddr=%s port=%d user=omm dbname=postgres sslmode=verify-full"
                  + " sslrootcert=%s sslcert=%s sslkey=%s sslpassword='%s'",
              node.name(),
              node.address(),
              node.port(),
              om.resolve("cacert.pem"),
              om.resolve("client.crt"),
              om.resolve("client.key"),
              LAB.password().replace("\\", "\\\\").replace("'", "\\'"));
      assertThat(
              Command.ok(Lab.PROJECT, Duration.ofMinutes(1), "psql", target, "-Atc", "SELECT 42"))
          .isEqualToIgnoringNewLines("42");
      assertThat(node.host().events("tls")).last().asString().contains(" served ").endsWith(" omm");
    }
  }

  private static List<String> certCalls(GaussNode node) {
    return node.host().calls().stream().filter(c -> c.contains("gs_om -t cert")).toList();
  }
}
