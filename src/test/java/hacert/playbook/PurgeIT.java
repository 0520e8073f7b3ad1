package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Old private keys: listed, and purged on request from both nodes, with a record. */
@Tag("long")
class PurgeIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x");

  private static final String JAR = "java -jar ~/.hacert/lib/hacert-*.jar";

  private final Pair pair = LAB.pair();

  @Test
  void lists_refuses_what_is_needed_removes_what_is_old_and_says_so() throws IOException {
    // That of an older version: by hand, one calls hacert-*.jar.
    Path lib = Files.createDirectories(pair.a().state().resolveSibling("lib"));
    Files.writeString(lib.resolve("hacert-0a.jar"), "");
    for (int rotation = 1; rotation <= 2; rotation++) {
      Playbook.rotate(LAB).set("hacert_force", true).succeed();
    }
    Pair.Before before = pair.remember();
    Map<String, String> whole = Tree.of(pair.a().state());
    lists(whole);
    refuses_on_both_nodes_what_one_of_them_needs(whole);
    plans(whole);
    purges();
    assertThat(Playbook.purge(LAB).set("hacert_generation", 1).succeed().text())
        .contains("cluster " + pair.cluster() + ": unchanged, generation 1 is purged already");
    pair.assertAllOld(before);
    assertThat(pair.hosts()).allMatch(host -> before.restartsSince(host) == 0);
  }

  private void lists(Map<String, String> whole) {
    PlayRun run = Playbook.purge(LAB).succeed();
    for (LabHost host : pair.hosts()) {
      assertThat(run.text())
          .containsPattern(host.name() + " +1 older ")
          .containsPattern(host.name() + " +2 previous ")
          .containsPattern(host.name() + " +3 running ")
          .contains(host.certHa().resolve("root-ca.pem") + ": ENCRYPTED PRIVATE KEY");
    }
    assertThat(LAB.byHand(pair.a(), JAR + " purge " + pair.cluster()))
        .contains("   1  older ", "   2  previous ", "   3  running ", "root-ca.pem: ENCRYPTED");
    assertThat(Tree.of(pair.a().state())).isEqualTo(whole);
  }

  private void refuses_on_both_nodes_what_one_of_them_needs(Map<String, String> whole)
      throws IOException {
    PlayRun run = Playbook.purge(LAB).set("hacert_generation", 2).fail();
    run.assertEnd(pair, Outcome.REFUSED, 3).assertFinding("GENERATION_NEEDED");
    // The first node could purge it, the other one does not keep it.
    Path kept = pair.b().state().resolve("generations/0001");
    Path aside = kept.resolveSibling("../aside");
    Files.move(kept, aside);
    run = Playbook.purge(LAB).set("hacert_generation", 1).fail();
    run.assertEnd(pair, Outcome.REFUSED, 3).assertFinding("NO_GENERATION");
    Files.move(aside, kept);
    assertThat(Tree.of(pair.a().state())).isEqualTo(whole);
  }

  private void plans(Map<String, String> whole) {
    PlayRun run = Playbook.purge(LAB).set("hacert_generation", 1).with("--check").succeed();
    assertThat(run.text()).contains("planned, generation 1 is to be purged");
    assertThat(Tree.of(pair.a().state())).isEqualTo(whole);
  }

  private void purges() throws IOException {
    PlayRun run =
        Playbook.purge(LAB)
            .set("hacert_generation", 1)
            .set("hacert_change_id", "CHG4711")
            .with("-vvv")
            .succeed();
    assertThat(run.text()).contains("succeeded, generation 1 is purged");
    assertThat(run.output()).doesNotContain(LAB.password());
    for (LabHost host : pair.hosts()) {
      assertThat(host.state().resolve("generations/0001")).doesNotExist();
      assertThat(host.state().resolve("generations/0002")).isDirectory();
      List<String> record = Files.readAllLines(host.state().resolve("purges.jsonl"));
      assertThat(record).hasSize(2).allMatch(line -> line.contains("\"CHG4711\""));
      assertThat(record.get(1)).contains("\"done\"", "root-ca.pem");
    }
  }
}
