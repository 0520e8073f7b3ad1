package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file synchronisation of HA brings new files to the node whose turn has not come. */
class EarlyFilesTest {
  private static final String FAILS = "replace-fails-before";

  @TempDir Path base;
  private TwoHosts pair;
  private Map<String, String> before;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base);
    before = pair.two.installed();
  }

  /** What else happens on the first node as soon as it has the new root: shell commands. */
  private void synchronised(String... more) throws IOException {
    Path script = pair.one.omHome().resolve("sbin/replacehaSSLCert.sh");
    String copies =
        Stream.of("root-ca.crt", "root-ca.pem")
            .map(name -> "cat \"$cert/" + name + "\" >" + pair.two.certHa().resolve(name) + "\n")
            .reduce("", String::concat);
    String local =
        "cat \"$cert/root-ca.crt\" >" + pair.two.localCert().resolve("root-ca.crt") + "\n";
    String text = Files.readString(script);
    String begin = "echo replace >>\"$here/ha/replaces\"\n";
    assertThat(text).contains(begin);
    Files.writeString(
        script, text.replace(begin, begin + copies + local + String.join("\n", more) + "\n"));
  }

  private void ended(Exit exit) {
    Driver.End end = pair.rotate();
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(exit);
  }

  private void isBack() throws Exception {
    assertThat(pair.two.installed()).isEqualTo(before);
    assertThat(pair.hosts()).allSatisfy(h -> assertThat(h.journal().isOpen()).isFalse());
  }

  @Test
  void they_keep_no_rotation_from_its_end() throws Exception {
    synchronised();
    ended(Exit.DONE);
    assertThat(pair.restarts()).containsExactly(1, 1);
    assertThat(pair.two.root()).isEqualTo(pair.one.root());
    assertThat(pair.hosts()).allSatisfy(h -> assertThat(h.runsWhatIsInstalled()).isTrue());
  }

  @Tag("long")
  @Test
  void nor_one_that_was_cut_off_with_them() throws Exception {
    synchronised();
    pair.cutBefore("apply", 2, pair::rotate);
    pair.anotherRun();
    ended(Exit.DONE);
    assertThat(pair.restarts()).containsExactly(1, 1);
  }

  @Tag("long")
  @Test
  void nor_the_return_to_an_older_generation() throws Exception {
    ended(Exit.DONE);
    Path old = new StateDirectory(pair.two.state()).generation(1).resolve("files");
    pair.anotherRun();
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              if (request.operation().equals("apply") && host == pair.two) {
                copy(old, pair.two.certHa().resolve("root-ca.crt"));
                copy(old, pair.two.certHa().resolve("root-ca.pem"));
              }
              return agent.ask(request, secrets);
            };
    Driver.End end = pair.rollback();
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(Exit.DONE);
    assertThat(pair.two.root()).isEqualTo(pair.one.root());
  }

  private static void copy(Path below, Path file) {
    try {
      Files.write(file, Files.readAllBytes(below.resolve(file.toString().substring(1))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {FAILS, "restart-fails-late"})
  void the_old_ones_come_back_where_the_first_node_goes_back(String fault) throws Exception {
    synchronised();
    pair.one.once(fault);
    ended(Exit.ROLLED_BACK);
    isBack();
    assertThat(pair.two.count("restarts")).isZero();
    // What the first node has would be brought again until it is back.
    assertThat(pair.heard.stream().filter(r -> r.operation().equals("rollback")))
        .extracting(r -> r.host())
        .containsExactly("mgmt1", "mgmt2");
  }

  @Tag("long")
  @Test
  void they_come_back_too_where_that_is_cut_off_before_its_proof() throws Exception {
    synchronised();
    pair.one.on(FAILS);
    pair.cutBefore("confirm", 1, pair::rotate);
    pair.anotherRun();
    ended(Exit.ROLLED_BACK);
    isBack();
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"root-ca.crt", "root-ca.pem"})
  void one_that_comes_after_the_decision_to_go_back_is_restored_too(String late) throws Exception {
    pair.one.on(FAILS);
    boolean[] came = {false};
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              if (request.operation().equals("rollback") && !came[0]) {
                came[0] = true;
                bring(late);
              }
              return agent.ask(request, secrets);
            };
    ended(Exit.ROLLED_BACK);
    isBack();
  }

  @Tag("long")
  @Test
  void one_that_comes_when_the_first_node_has_ended_the_way_back_is_restored_too()
      throws Exception {
    pair.one.on(FAILS);
    pair.cutBefore("close", 2, pair::rotate);
    putStaged(pair.two);
    pair.anotherRun();
    ended(Exit.ROLLED_BACK);
    isBack();
  }

  private void bring(String name) {
    try {
      Files.write(
          pair.two.certHa().resolve(name), Files.readAllBytes(pair.one.certHa().resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Tag("long")
  @Test
  void what_ha_of_the_second_node_was_started_with_then_is_not_known() throws Exception {
    synchronised("echo 2031-01-01 12:00:00 >" + pair.two.here.resolve("ha/start"));
    pair.one.on(FAILS);
    ended(Exit.NEEDS_PERSON);
    assertThat(pair.codes()).contains("LOADED_UNKNOWN");
    Driver.End end = pair.anotherRun().rollback();
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(Exit.DONE);
    isBack();
    assertThat(pair.restarts()).containsExactly(0, 1);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo other >CERT/server.crt",
        "echo other >CERT/root-ca.crt",
        "rm CERT/server.crt",
        "chmod 644 CERT/root-ca.pem",
        "cp CERT/root-ca.pem CERT/server.crt"
      })
  void anything_else_is_still_somebody_else_s(String change) throws Exception {
    synchronised(change.replace("CERT", pair.two.certHa().toString()));
    ended(Exit.NEEDS_PERSON);
    assertThat(pair.codes()).contains("FILES_CHANGED");
    assertThat(pair.restarts()).containsExactly(1, 0);
    assertThat(pair.two.count("replaces")).isZero();
  }

  @Tag("long")
  @Test
  void on_the_first_node_they_are_somebody_else_s() throws Exception {
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              if (request.operation().equals("apply") && host == pair.one) {
                putStaged(pair.one);
              }
              return agent.ask(request, secrets);
            };
    Driver.End end = pair.rotate();
    assertThat(end.findings()).extracting(Finding::code).contains("FILES_CHANGED");
    assertThat(pair.restarts()).containsExactly(0, 0);
  }

  private static void putStaged(TestHost host) {
    try (Stream<Path> all = Files.walk(host.state().resolve("rotations"))) {
      Path staged = all.filter(p -> p.endsWith("root-ca.crt")).findFirst().orElseThrow();
      Files.write(host.certHa().resolve("root-ca.crt"), Files.readAllBytes(staged));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
