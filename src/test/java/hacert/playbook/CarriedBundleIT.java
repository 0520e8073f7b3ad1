package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Nodes that do not let each other in: the control machine carries the bundle, and sees nothing.
 */
@Tag("long")
class CarriedBundleIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x");

  private Pair pair;
  private Pair.Before before;

  @BeforeEach
  void fresh() {
    LAB.reset();
    pair = LAB.pair();
    before = pair.remember();
    LAB.turn(pair.a(), "distrusts-peer");
    LAB.turn(pair.b(), "distrusts-peer");
  }

  private static Playbook carrying() {
    return Playbook.rotate(LAB).set("hacert_peer_copy", "control");
  }

  @Test
  void without_the_setting_it_is_refused_and_told_what_would_help() {
    PlayRun run = Playbook.rotate(LAB).with("--check").fail();
    run.assertEnd(pair, Outcome.REFUSED, 3).assertFinding("PEER_NOT_TRUSTED");
    assertThat(run.text()).contains("set hacert_peer_copy: control");
    Playbook.rotate(LAB).fail().assertFinding("PEER_NOT_TRUSTED");
    pair.assertUntouched(before);
  }

  @Test
  void another_word_is_refused_before_any_host_is_asked() {
    PlayRun run = Playbook.rotate(LAB).set("hacert_peer_copy", "scp").fail();
    assertThat(run.text()).contains("hacert_peer_copy");
    assertThat(pair.a().events("calls")).isEmpty();
  }

  @Test
  void killed_after_the_offer_or_the_sealing_the_same_command_finishes() {
    carrying().pauseAfter("stage", pair.b()).start().awaitPause().kill();
    carrying().pauseAfter("stage", pair.a()).start().awaitPause().kill();
    carrying().succeed().assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before);
    assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 1);
  }

  @Test
  void a_made_bundle_is_never_seen_on_the_control_side_at_the_highest_verbosity() throws Exception {
    PlayRun dry = carrying().with("-vvvv", "--check", "--diff").succeed();
    pair.assertUntouched(before);
    Playbook.Running running =
        carrying().with("-vvvv", "--diff").pauseAfter("stage", pair.a()).start().awaitPause();
    List<String> onTheWay = filesOfTheControlSide();
    PlayRun run = running.goOn();
    assertThat(run.code()).as(run.output()).isZero();
    pair.assertAllNew(before);
    // What is looked for was not overlooked: the sealed bundle is there for all to see.
    assertThat(run.output()).contains("\"sealed\"", "\"recipient\"");
    assertThat(run.order("stage"))
        .containsExactly(pair.b().name(), pair.a().name(), pair.b().name());
    List<String> lines = keyLines(pair.b().certHa().resolve("root-ca.pem"));
    for (PlayRun shown : List.of(dry, run)) {
      assertThat(shown.output()).doesNotContain("PRIVATE KEY").doesNotContain(LAB.password());
      assertThat(lines).noneMatch(line -> holds(shown.output(), line));
    }
    assertThat(onTheWay)
        .as("files while the bundle is on its way")
        .anyMatch(file -> file.contains("\"sealed\""));
    for (List<String> files : List.of(onTheWay, filesOfTheControlSide())) {
      assertThat(files)
          .noneMatch(file -> lines.stream().anyMatch(line -> holds(file, line)))
          .noneMatch(file -> file.contains("PRIVATE KEY") || file.contains(LAB.password()));
    }
  }

  @Test
  void a_given_bundle_is_in_no_argument_environment_or_file_but_the_hosts() throws Exception {
    Path bundle = new Bundles(LAB.files(), LAB.password()).good("given");
    List<String> lines = keyLines(bundle.resolve("root-ca.pem"));
    List<JsonNode> leaks;
    boolean sawFiles;
    List<String> secrets = Stream.concat(Stream.of(LAB.password()), lines.stream()).toList();
    try (SecretWatch watch = new SecretWatch(secrets, LAB.directory())) {
      sawFiles = watch.seesFiles();
      PlayRun run = carrying().set("hacert_bundle", bundle).with("-vvvv").succeed();
      assertThat(lines).noneMatch(line -> holds(run.output(), line));
      leaks = watch.leaks();
    }
    pair.assertAllNew(before);
    assertThat(leaks)
        .filteredOn(leak -> !leak.path("secret").asText().equals("key"))
        .filteredOn(leak -> !ofTheProduct(leak))
        .isEmpty();
    // What processes were given is judged for everybody, files for root alone.
    assumeTrue(sawFiles, "the kernel tells of files only to root");
  }

  /** The encrypted key belongs into the hosts' own directories; the password belongs nowhere. */
  private static boolean ofTheProduct(JsonNode leak) {
    Path path = Path.of(leak.path("path").asText("/"));
    return leak.path("secret").asInt() > 0 && path.startsWith(LAB.directory().resolve("hosts"));
  }

  /** The lines of a PEM file that are only its own. */
  private static List<String> keyLines(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file).stream().filter(l -> l.length() == 64).toList();
    assertThat(lines).hasSizeGreaterThan(5);
    return lines.subList(2, lines.size());
  }

  /** As it stands, or once more in base64 at any of the three places in a group. */
  private static boolean holds(String text, String line) {
    return text.contains(line)
        || Stream.of("", "x", "xx")
            .map(
                p ->
                    Base64.getEncoder().encodeToString((p + line).getBytes(StandardCharsets.UTF_8)))
            .anyMatch(encoded -> text.contains(encoded.substring(4, 80)));
  }

  private static List<String> filesOfTheControlSide() throws IOException {
    try (Stream<Path> all = Files.walk(LAB.files())) {
      return all.filter(Files::isRegularFile)
          .map(
              file -> {
                try {
                  return Files.readString(file, StandardCharsets.ISO_8859_1);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .toList();
    }
  }
}
