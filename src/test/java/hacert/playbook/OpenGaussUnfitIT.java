package hacert.playbook;

import hacert.result.Outcome;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One run over clusters of openGauss none of which is fit for what is asked. */
@Tag("long")
class OpenGaussUnfitIT {
  private static final int CLUSTERS = 13;

  @RegisterExtension static final Lab LAB = Lab.openGauss(CLUSTERS);

  private static final String PASSWORD = "An0ther-Key";

  private static final Map<String, GaussCluster.Before> BEFORE = new TreeMap<>();
  private static PlayRun run;

  @BeforeAll
  static void rotate_clusters_that_are_unfit() {
    on(1).b("ssl-off");
    on(2).b("other-file-names");
    on(3).b("standby-down");
    on(4).b("need-repair");
    on(5).a("gs-om-running");
    on(6).b("switched-over");
    on(7).b("replication-down");
    on(8).b("cert-flag");
    on(9).a("temp-cert-dir");
    on(10).b("uneven-files");
    on(11).b("distrusts-peer");
    on(13).b("uneven-files");
    IntStream.rangeClosed(1, CLUSTERS)
        .mapToObj(LAB::gauss)
        .forEach(cluster -> BEFORE.put(cluster.cluster(), cluster.remember()));
    run =
        Playbook.rotate(LAB)
            .profile("settle_seconds", "3")
            .set("hacert_max_failed_clusters", CLUSTERS)
            .setFor(LAB.gauss(6), "hacert_password", PASSWORD)
            .setFor(LAB.gauss(11), "hacert_apply", "cluster")
            .setFor(LAB.gauss(12), "hacert_password", PASSWORD)
            .setFor(LAB.gauss(12), "hacert_restart", "never")
            .setFor(LAB.gauss(13), "hacert_accept_unproven", "true")
            .setFor(LAB.gauss(13), "hacert_apply", "cluster")
            .fail();
  }

  private record Switching(GaussCluster cluster) {
    void a(String name) {
      LAB.turn(cluster.a().host(), name);
    }

    void b(String name) {
      LAB.turn(cluster.b().host(), name);
    }
  }

  private static Switching on(int number) {
    return new Switching(LAB.gauss(number));
  }

  static Stream<Arguments> unfit() {
    return Stream.of(
        Arguments.of(1, "TLS that is off", "SSL_OFF"),
        Arguments.of(2, "settings that name other files", "SSL_FILES_ELSEWHERE"),
        Arguments.of(3, "a standby that is down", "UNHEALTHY"),
        Arguments.of(4, "a standby that needs repair", "UNHEALTHY"),
        Arguments.of(5, "a gs_om that runs", "GS_OM_RUNNING"),
        Arguments.of(6, "a switchover that gs_om does not know of", "ROLES_SWITCHED"),
        Arguments.of(7, "a replication that is down", "UNHEALTHY"),
        Arguments.of(8, "a stale certFlag", "CERT_FLAG_STALE"),
        Arguments.of(9, "a stale tempCertDir", "TEMP_CERT_DIR"),
        Arguments.of(10, "uneven files", "UNEVEN_FILES"),
        Arguments.of(11, "a node without ssh, with hacert_apply cluster", "UNHEALTHY"),
        Arguments.of(12, "a new password, with hacert_restart never", "RESTART_NEEDED"),
        Arguments.of(13, "accepted uneven files, with hacert_apply cluster", "UNEVEN_FILES"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("unfit")
  void is_refused_with_a_remedy_and_nothing_is_changed(int number, String name, String code) {
    GaussCluster cluster = LAB.gauss(number);
    run.assertRefused(cluster, code);
    cluster.assertUntouched(BEFORE.get(cluster.cluster()));
  }

  @Test
  void what_is_safe_to_clean_up_is_removed_where_it_is_asked_for() {
    Playbook clean =
        Playbook.rotate(LAB)
            .setFor(LAB.gauss(8), "hacert_clean_up", "true")
            .setFor(LAB.gauss(9), "hacert_clean_up", "true")
            .setFor(LAB.gauss(10), "hacert_accept_unproven", "true");
    String limit = String.join(",", LAB.gauss(8).cluster(), LAB.gauss(9).cluster());
    PlayRun cleaned = clean.with("--limit", limit + "," + LAB.gauss(10).cluster()).succeed();
    for (int number : new int[] {8, 9, 10}) {
      GaussCluster cluster = LAB.gauss(number);
      cleaned.assertEnd(cluster, Outcome.SUCCEEDED, 0);
      cluster.assertAllNew(BEFORE.get(cluster.cluster()));
    }
  }
}
