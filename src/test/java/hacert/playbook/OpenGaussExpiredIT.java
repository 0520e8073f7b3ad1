package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Clusters of openGauss whose servers serve expired certificates, CA included: replication goes on,
 * so that one is healthy, and another one is ill beside it.
 */
@Tag("long")
class OpenGaussExpiredIT {
  @RegisterExtension static final Lab LAB = Lab.openGauss(4);

  private static final GaussCluster.Before[] BEFORE = new GaussCluster.Before[5];
  private static final Map<String, PlayRun> RUNS = new TreeMap<>();

  @BeforeAll
  static void rotate_without_a_name_and_with_one() throws IOException {
    for (int number : new int[] {1, 2, 4}) {
      expire(LAB.gauss(number));
    }
    LAB.turn(LAB.gauss(2).b().host(), "need-repair");
    for (int number = 1; number <= 4; number++) {
      BEFORE[number] = LAB.gauss(number).remember();
    }
    LAB.turn(LAB.gauss(4).b().host(), "cert-fails-half");
    RUNS.put(
        "unnamed",
        playbook()
            .set("hacert_max_failed_clusters", 4)
            .setFor(LAB.gauss(3), "hacert_active", LAB.gauss(3).b().name())
            .fail());
    LAB.gauss(2).assertUntouched(BEFORE[2]);
    RUNS.put("named", named());
  }

  /** What makes the standby ill is gone when the new certificates are there. */
  private static PlayRun named() {
    GaussCluster cluster = LAB.gauss(2);
    Playbook.Running running =
        playbook()
            .with("--limit", cluster.cluster())
            .setFor(cluster, "hacert_active", cluster.a().name())
            .pauseAfter("apply", cluster.b().host())
            .start()
            .awaitPause();
    LAB.turn(cluster.b().host(), "need-repair", "off");
    return running.goOn();
  }

  private static Playbook playbook() {
    return Playbook.rotate(LAB).profile("settle_seconds", "3");
  }

  /** Puts files in place as a gs_om would have, when they were valid. */
  private static void expire(GaussCluster cluster) throws IOException {
    Path bundle = LAB.bundle(cluster, "expired-" + cluster.cluster(), "--days", "-1");
    try (Stream<Path> made = Files.list(bundle)) {
      for (Path file : made.toList()) {
        for (GaussNode node : cluster.nodes()) {
          for (Path directory : List.of(node.data(), node.om())) {
            Path place = directory.resolve(file.getFileName());
            if (Files.exists(place)) {
              Files.write(place, Files.readAllBytes(file));
            }
          }
        }
      }
    }
  }

  @Test
  void a_healthy_cluster_is_rotated_without_a_name_and_trusts_its_expired_ca_no_more() {
    GaussCluster cluster = LAB.gauss(1);
    PlayRun run = RUNS.get("unnamed").assertEnd(cluster, Outcome.SUCCEEDED, 0);
    assertThat(run.codes(cluster)).contains("ALL_EXPIRED").doesNotContain("ACTIVE_NAMED");
    cluster.assertAllNew(BEFORE[1]);
    assertThat(cluster.nodes()).allMatch(node -> node.trusted() == 1, "trusts the new CA alone");

    GaussCluster.Before now = cluster.remember();
    PlayRun back =
        Playbook.rollback(LAB)
            .with("--limit", cluster.cluster())
            .fail()
            .assertEnd(cluster, Outcome.REFUSED, 3);
    assertThat(back.codes(cluster)).contains("GENERATION_EXPIRED");
    cluster.assertUntouched(now);
  }

  @Test
  void an_ill_cluster_is_refused_until_a_person_names_its_primary() {
    GaussCluster cluster = LAB.gauss(2);
    PlayRun unnamed = RUNS.get("unnamed").assertEnd(cluster, Outcome.REFUSED, 3);
    assertThat(unnamed.findings(cluster))
        .filteredOn(f -> f.code().equals("UNHEALTHY"))
        .isNotEmpty()
        .allMatch(f -> f.remedy().contains("takes writes") && f.remedy().contains("hacert_active"));

    PlayRun named = RUNS.get("named").assertEnd(cluster, Outcome.SUCCEEDED, 0);
    assertThat(named.codes(cluster)).contains("ALL_EXPIRED", "ACTIVE_NAMED");
    cluster.assertAllNew(BEFORE[2]);
    assertThat(cluster.hosts())
        .allMatch(host -> host.journal().path("plan").path("named").asBoolean());
  }

  @Test
  void a_failure_stops_and_a_person_may_bring_the_expired_state_back() {
    GaussCluster cluster = LAB.gauss(4);
    RUNS.get("unnamed").assertStopped(cluster, "OLD_GENERATION_UNSOUND");
    PlayRun back = Playbook.rollback(LAB).with("--limit", cluster.cluster()).succeed();
    assertThat(back.codes(cluster)).contains("BACK_TO_EXPIRED");
    cluster.assertAllOld(BEFORE[4]);
    cluster.assertRestarts(BEFORE[4], 0);
  }

  @Test
  void nobody_can_name_another_primary_than_a_healthy_cluster_has() {
    GaussCluster cluster = LAB.gauss(3);
    PlayRun run = RUNS.get("unnamed").assertEnd(cluster, Outcome.REFUSED, 3);
    assertThat(run.codes(cluster)).contains("ACTIVE_CONTRADICTED").doesNotContain("ALL_EXPIRED");
    cluster.assertUntouched(BEFORE[3]);
  }
}
