package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Check mode on hosts which this program has never touched. */
class DryRunIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x");

  private Pair pair;
  private Pair.Before before;
  private Map<String, String> whole;

  @BeforeEach
  void fresh() {
    LAB.reset();
    pair = LAB.pair();
    before = pair.remember();
    whole = everything();
  }

  @Test
  void shows_the_difference_leaves_no_byte_behind_and_says_go() {
    PlayRun run =
        Playbook.rotate(LAB)
            .with("--check", "--diff")
            .succeed()
            .assertEnd(pair, Outcome.PLANNED, 0);
    assertThat(everything()).isEqualTo(whole);
    pair.assertUntouched(before);
    assertThat(run.results()).allMatch(r -> r.check());
    assertThat(run.order("apply")).isEmpty();
    assertThat(run.diffs()).isNotEmpty();
    String serial = pair.a().installedRoot().toLowerCase(java.util.Locale.ROOT);
    assertThat(run.output())
        .containsPattern("-\\s+serial\\s+" + serial)
        .containsPattern("\\+\\s+serial\\s+[0-9a-f]{20,}");
  }

  @Test
  void says_no_go_for_an_unhealthy_pair_and_leaves_no_byte_behind() {
    LAB.turn(pair.a(), "abnormal-resource", "gaussDB");
    Await.until(
        "the pair is unhealthy",
        Duration.ofSeconds(30),
        () -> !pair.a().healthy(),
        () -> pair.a().ha());
    Map<String, String> sick = everything();
    Playbook.rotate(LAB)
        .with("--check", "--diff")
        .fail()
        .assertEnd(pair, Outcome.REFUSED, 3)
        .assertFinding("UNHEALTHY");
    assertThat(everything()).isEqualTo(sick);
  }

  @Test
  void says_no_go_for_a_bundle_that_would_be_refused_and_leaves_no_byte_behind() {
    Path bundle = new Bundles(LAB.files(), LAB.password()).expired("expired");
    Playbook.rotate(LAB)
        .with("--check", "--diff")
        .set("hacert_bundle", bundle)
        .fail()
        .assertEnd(pair, Outcome.REFUSED, 3)
        .assertFinding("CERT_EXPIRED");
    assertThat(everything()).isEqualTo(whole);
  }

  @Test
  void looks_at_the_certificates_and_leaves_no_byte_behind() {
    PlayRun run = Playbook.check(LAB).succeed();
    assertThat(everything()).isEqualTo(whole);
    assertThat(run.output())
        .contains("root-ca.crt", "server.crt", pair.a().name(), pair.b().name());
  }

  /**
   * Of every host everything, home and temporary directory included, but not the lab's own books
   * and logs; and of this machine, where a host's shell without a profile makes its temporary
   * files, the names of those that could be ours.
   */
  private Map<String, String> everything() {
    Map<String, String> all = new TreeMap<>();
    for (LabHost host : pair.hosts()) {
      List<Path> books =
          List.of(host.directory().resolve("lab"), host.directory().resolve("var/log"));
      Tree.withTimes(host.directory(), path -> books.stream().anyMatch(path::startsWith))
          .forEach((name, is) -> all.put(host.name() + "/" + name, is));
    }
    temporary().forEach(path -> all.put(path.toString(), ""));
    return all;
  }

  private static List<Path> temporary() {
    List<Path> jars = new ArrayList<>();
    try (Stream<Path> directories = Files.list(Path.of("/tmp"))) {
      directories
          .filter(d -> d.getFileName().toString().startsWith("tmp."))
          .map(d -> d.resolve("hacert.jar"))
          .filter(Files::exists)
          .filter(DryRunIT::ours)
          .forEach(jars::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return jars;
  }

  /** Other tests run beside this one: only what no living process works with is left behind. */
  private static boolean ours(Path jar) {
    return ProcessHandle.allProcesses()
        .noneMatch(p -> p.info().commandLine().filter(c -> c.contains(jar.toString())).isPresent());
  }
}
