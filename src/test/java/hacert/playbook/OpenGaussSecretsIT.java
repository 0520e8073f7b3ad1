package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** No password and no key of openGauss is seen outside of where it belongs. */
@Tag("long")
class OpenGaussSecretsIT {
  @RegisterExtension static final Lab LAB = Lab.openGauss(1);

  private static final String PASSWORD = "S3cret-of-keys!";

  @Test
  void a_run_at_the_highest_verbosity_shows_no_password_and_no_clear_key() throws IOException {
    GaussCluster cluster = LAB.gauss();
    GaussCluster.Before before = cluster.remember();
    List<String> secrets = List.of(PASSWORD, LAB.caPassword(), LAB.password());
    List<PlayRun> runs = new ArrayList<>();
    List<JsonNode> leaks;
    try (SecretWatch watch = new SecretWatch(secrets, LAB.directory())) {
      runs.add(
          Playbook.rotate(LAB)
              .setFor(cluster, "hacert_password", PASSWORD)
              .with("-vvvv", "--diff")
              .succeed());
      runs.add(Playbook.rollback(LAB).with("-vvvv", "--diff").succeed());
      leaks = watch.leaks();
    }
    cluster.assertAllOld(before);
    assertThat(leaks).filteredOn(OpenGaussSecretsIT::concerns).isEmpty();
    for (PlayRun run : runs) {
      assertThat(run.output()).hasSizeGreaterThan(10_000);
      for (String secret : secrets) {
        assertThat(SecretsIT.holds(run.output(), secret)).isFalse();
        assertThat(SecretsIT.holds(run.results().toString(), secret)).isFalse();
      }
      assertThat(run.output()).doesNotContainPattern(SecretsIT.CLEAR_KEY);
      assertThat(run.results().toString()).doesNotContain("PRIVATE KEY");
    }
    for (String secret : secrets) {
      assertThat(
              SecretsIT.filesThatHold(
                  LAB, secret, OpenGaussSecretsIT::inventory, OpenGaussSecretsIT::isOfDatabase))
          .as("files")
          .isEmpty();
    }
  }

  /**
   * The inventories stand for the vault. Clear keys are written by other tests too: those below our
   * own directories count, but for the key that the database behind the node shows as its own.
   */
  private static boolean concerns(JsonNode leak) {
    Path path = Path.of(leak.path("path").asText("/"));
    if (inventory(path)) {
      return false;
    }
    return !leak.path("secret").asText().equals("key")
        || !SecretsIT.isOfOthers(leak, LAB) && !isOfDatabase(path);
  }

  /** The dummy that the database behind a node shows as its own, for the front does the TLS. */
  private static boolean isOfDatabase(Path path) {
    return path.endsWith("pg/data/server.key") || path.endsWith("lab/kit/dummy.key");
  }

  private static boolean inventory(Path path) {
    return path.startsWith(LAB.files()) && path.getFileName().toString().startsWith("inventory");
  }
}
