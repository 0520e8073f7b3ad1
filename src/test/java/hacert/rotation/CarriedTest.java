package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.target.RestartNeed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle that the control machine carries, because the nodes do not let each other in. */
class CarriedTest {
  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
    pair.peerAnswers = false;
    pair.settings = Map.of("peer_copy", "control");
  }

  private Result stage(TestHost host, Plan plan, Result... before) {
    return pair.ask("stage", host, plan, List.of(before), null);
  }

  private Path recipient(Plan plan) {
    return pair.two.state().resolve("rotations/" + plan.rotation() + "/recipient/key");
  }

  /** Another run takes over what was cut off, and begins anew. */
  private Plan planInsteadOf(Plan plan) {
    pair.settings = Map.of("peer_copy", "control", "rotation", plan.rotation());
    return pair.anotherRun().plan();
  }

  private static void stopped(Result result, String code) {
    assertThat(result.findings()).extracting(Finding::code).contains(code);
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
  }

  @Test
  void what_was_sealed_in_another_rotation_is_not_opened() throws Exception {
    Plan plan = pair.plan();
    Result first = stage(pair.one, plan, stage(pair.two, plan));
    Plan next = planInsteadOf(plan);
    Result offered = stage(pair.two, next);
    Result replayed =
        Json.mapper()
            .readValue(
                Json.mapper().writeValueAsString(first).replace(plan.rotation(), next.rotation()),
                Result.class);
    stopped(stage(pair.two, next, offered, replayed), "SEAL_INVALID");
  }

  @Test
  void without_a_sealed_bundle_the_second_node_is_not_staged() throws Exception {
    Plan plan = pair.plan();
    Result offered = stage(pair.two, plan);
    // Without the offer the first node has nobody to seal to.
    Result first = stage(pair.one, plan);
    Result second = stage(pair.two, plan, offered, first);
    stopped(second, "SEAL_INVALID");
    assertThat(second.findings().get(0).message()).contains("mgmt1 gave no sealed bundle");
    stopped(pair.ask("apply", pair.one, plan, List.of(offered, first, second), null), "NOT_STAGED");
  }

  @Test
  void an_offer_alone_does_not_count_as_staged() throws Exception {
    Plan plan = pair.plan();
    Result offered = stage(pair.two, plan);
    Result first = stage(pair.one, plan, offered);
    stopped(pair.ask("apply", pair.one, plan, List.of(offered, first), null), "NOT_STAGED");
  }

  @Test
  void a_key_whose_rotation_was_cut_off_is_removed_by_the_next() throws Exception {
    Plan plan = pair.plan();
    stage(pair.two, plan);
    assertThat(recipient(plan)).exists();
    Plan next = planInsteadOf(plan);
    assertThat(next.rotation()).isNotEqualTo(plan.rotation());
    stage(pair.two, next);
    assertThat(recipient(plan).getParent()).doesNotExist();
    assertThat(recipient(next)).exists();
  }

  @Test
  void a_key_is_removed_when_its_rotation_is_closed() throws Exception {
    Plan plan = pair.plan();
    stage(pair.two, plan);
    Plan back = plan.back(List.of(), RestartNeed.Scope.NODE);
    pair.ask("close", pair.two, back, List.of(), null);
    assertThat(recipient(plan).getParent()).doesNotExist();
  }

  @Test
  void an_offer_that_is_asked_for_again_is_the_same() throws Exception {
    Plan plan = pair.plan();
    Result offered = stage(pair.two, plan);
    assertThat(stage(pair.two, plan).data()).isEqualTo(offered.data());
  }

  @Test
  void a_dry_run_seals_to_a_key_that_is_thrown_away_and_writes_not_one_byte() throws Exception {
    pair.check = true;
    Plan plan = pair.plan();
    Map<String, String> before = TestHost.tree(base);
    Result offered = stage(pair.two, plan);
    Result first = stage(pair.one, plan, offered);
    Result second = stage(pair.two, plan, offered, first);
    for (Result result : List.of(offered, first, second)) {
      assertThat(result.outcome()).isEqualTo(Outcome.PLANNED);
      assertThat(result.data().has("sealed")).isFalse();
    }
    assertThat(TestHost.tree(base)).isEqualTo(before);
    stopped(
        stage(
            pair.one,
            plan,
            Json.mapper()
                .readValue(
                    Json.mapper()
                        .writeValueAsString(offered)
                        .replace(offered.data().path("recipient").asText(), "AAAA"),
                    Result.class)),
        "SEAL_INVALID");
  }

  @Test
  void brings_the_bundle_to_the_second_node_unseen() throws Exception {
    Plan plan = pair.plan();
    assertThat(plan.peerCopy()).isEqualTo(Plan.Copy.CONTROL);
    Result offered = stage(pair.two, plan);
    assertThat((int) Files.getAttribute(recipient(plan), "unix:mode")).isEqualTo(0100600);
    byte[] privateKey = Files.readAllBytes(recipient(plan));
    Result first = stage(pair.one, plan, offered);
    Result second = stage(pair.two, plan, offered, first);
    assertThat(second.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(recipient(plan).getParent()).doesNotExist();
    String key =
        Files.readString(
            pair.one.state().resolve("rotations/" + plan.rotation() + "/bundle/root-ca.pem"));
    List<Result> staged = List.of(offered, first, second);
    assertUnseen(staged, key, privateKey);

    Result one = pair.ask("apply", pair.one, plan, staged, null);
    pair.ask("apply", pair.two, plan, staged, one);
    for (String operation : List.of("confirm", "close")) {
      for (TestHost host : pair.hosts()) {
        assertThat(pair.ask(operation, host, plan, List.of(), null).outcome())
            .isEqualTo(Outcome.SUCCEEDED);
      }
    }
    assertThat(pair.two.root()).isEqualTo(pair.one.root());
    assertThat(pair.two.runsWhatIsInstalled()).isTrue();
    // Staged again it is neither offered nor sealed anew.
    assertThat(pair.anotherRun().plan().action()).isEqualTo(Plan.Action.NONE);
  }

  /** Whether the rotation is proven on both nodes, and a close has failed on the first one. */
  private Plan closedInVain() throws Exception {
    Plan plan = pair.plan();
    Result offered = stage(pair.two, plan);
    Result first = stage(pair.one, plan, offered);
    List<Result> staged = List.of(offered, first, stage(pair.two, plan, offered, first));
    Result one = pair.ask("apply", pair.one, plan, staged, null);
    pair.ask("apply", pair.two, plan, staged, one);
    for (TestHost host : pair.hosts()) {
      pair.ask("confirm", host, plan, List.of(), null);
    }
    Path block = pair.one.state().resolve("generations/0002");
    Files.writeString(block, "no room");
    Result failed = pair.ask("close", pair.one, plan, List.of(), null);
    assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
    Files.delete(block);
    return plan;
  }

  @Tag("long")
  @Test
  void a_close_that_failed_once_is_ended_by_the_same_command() throws Exception {
    Plan plan = closedInVain();
    assertThat(pair.ask("close", pair.two, plan, List.of(), null).outcome().good()).isTrue();
    assertThat(pair.anotherRun().rotate().exit()).as("%s", pair.codes()).isEqualTo(Exit.DONE);
    for (TestHost host : pair.hosts()) {
      assertThat(host.journal().outcome()).isEqualTo(Outcome.SUCCEEDED);
      assertThat(host.state().resolve("rotations/" + plan.rotation() + "/bundle")).doesNotExist();
      assertThat(host.count("restarts")).isEqualTo(1);
    }
  }

  @Tag("long")
  @Test
  void a_bundle_that_has_outlived_its_rotation_goes_with_the_next_look() throws Exception {
    Plan plan = closedInVain();
    Path bundle = pair.one.state().resolve("rotations/" + plan.rotation() + "/bundle");
    assertThat(bundle).isDirectory();
    pair.ask("close", pair.one, plan, List.of(), null);
    assertThat(bundle).doesNotExist();
    // As a call leaves it that is killed before it has removed it.
    Files.createDirectories(bundle);
    pair.check = true;
    pair.ask("discover", pair.one, null, List.of(), null);
    assertThat(bundle).isDirectory();
    pair.check = false;
    pair.ask("discover", pair.one, null, List.of(), null);
    assertThat(bundle).doesNotExist();
  }

  /** Not in the results, and not in what the hosts keep of them, in no way that is usual. */
  private void assertUnseen(List<Result> results, String key, byte[] privateKey) throws Exception {
    StringBuilder seen = new StringBuilder(Json.mapper().writeValueAsString(results));
    for (TestHost host : pair.hosts()) {
      try (Stream<Path> kept = Files.walk(host.state().resolve("results"))) {
        for (Path file : kept.filter(Files::isRegularFile).toList()) {
          seen.append(Files.readString(file));
        }
      }
    }
    String body = key.lines().skip(1).findFirst().orElseThrow();
    String inBase64 = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.US_ASCII));
    assertThat(seen)
        .doesNotContain(body, inBase64.substring(0, 60), "PRIVATE KEY", TestHost.PART_OF_PASSWORD)
        .doesNotContain(Base64.getEncoder().encodeToString(privateKey));
  }
}
