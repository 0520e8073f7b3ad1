package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.AtomicFiles;
import hacert.host.HostException;
import hacert.result.Change;
import hacert.result.Json;
import hacert.result.StepReport;
import hacert.rotation.Journal.State;
import hacert.target.ManagedNode;
import hacert.target.Step;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepsTest {
  @TempDir Path directory;
  private final TestClock clock = new TestClock();
  private final List<String> log = new ArrayList<>();
  private StateDirectory state;
  private JournalStore store;

  @BeforeEach
  void open() throws Exception {
    state = new StateDirectory(directory.resolve("state"));
    AtomicFiles.directories(state.root(), 0700);
    store = new JournalStore(state);
    store.save(
        new Journal(
            Journal.SCHEMA,
            Records.ROTATION,
            Records.plan(),
            Change.NONE,
            new Records().one.lease,
            null,
            "2026-11-01 00:00:00",
            "active",
            List.of()));
  }

  private Steps steps(String run) throws Exception {
    return new Steps(store, store.load().orElseThrow(), clock, run);
  }

  private Journal.Entry saved(String step) throws Exception {
    return store.load().orElseThrow().entry(step).orElseThrow();
  }

  private Steps.Done work(String what) {
    log.add(what);
    return Steps.Done.of(what);
  }

  private static Steps.Done failure(String message) throws HostException {
    throw new HostException("BROKEN", message, "Look.");
  }

  @Test
  void the_journal_says_begun_while_a_step_works_and_failed_after_it_failed() throws Exception {
    Steps steps = steps("a");
    HostException e =
        catchThrowableOfType(
            HostException.class,
            () ->
                steps.run(
                    "apply.root",
                    Json.mapper().createObjectNode().put("attempt", 1),
                    () -> {
                      log.add(
                          store.load().orElseThrow().entry("apply.root").orElseThrow().state()
                              + " "
                              + store.load().orElseThrow().entry("apply.root").get().data());
                      return failure("no disk");
                    }));
    assertThat(e.code()).isEqualTo("BROKEN");
    assertThat(log).containsExactly("BEGUN {\"attempt\":1}");
    assertThat(saved("apply.root").state()).isEqualTo(State.FAILED);
    assertThat(saved("apply.root").note()).isEqualTo("BROKEN: no disk");
    assertThat(saved("apply.root").data().path("attempt").asInt()).isEqualTo(1);
    assertThat(steps.reports()).extracting(StepReport::state).containsExactly("failed");
  }

  @Test
  void a_step_that_was_killed_stays_begun_and_is_done_again() throws Exception {
    clock.killAt(2);
    catchThrowableOfType(
        TestClock.Killed.class, () -> steps("a").run("apply.root", () -> work("one")));
    assertThat(saved("apply.root").state()).isEqualTo(State.BEGUN);
    clock.spare();
    steps("b").run("apply.root", () -> work("two"));
    assertThat(log).containsExactly("one", "two");
    assertThat(saved("apply.root").state()).isEqualTo(State.DONE);
    assertThat(saved("apply.root").run()).isEqualTo("b");
  }

  @Test
  void a_step_that_is_done_is_not_done_again() throws Exception {
    steps("a").run("stage.bundle", () -> work("one"));
    Steps again = steps("b");
    again.run("stage.bundle", () -> work("two"));
    assertThat(log).containsExactly("one");
    assertThat(again.reports()).extracting(StepReport::state).containsExactly("skipped");
    assertThat(saved("stage.bundle").run()).isEqualTo("a");
  }

  @Test
  void attempts_are_counted_within_a_run() throws Exception {
    for (String run : List.of("a", "a", "b")) {
      catchThrowableOfType(
          HostException.class, () -> steps(run).run("apply.root", () -> failure("x")));
    }
    assertThat(saved("apply.root").attempts()).isEqualTo(1);
    catchThrowableOfType(
        HostException.class, () -> steps("b").run("apply.root", () -> failure("x")));
    assertThat(saved("apply.root").attempts()).isEqualTo(2);
  }

  @Test
  void data_of_the_work_replaces_that_of_the_plan() throws Exception {
    steps("a")
        .run(
            "stage.backup",
            Json.mapper().createObjectNode().put("a", 1),
            () -> new Steps.Done("", Json.mapper().createObjectNode().put("b", 2)));
    assertThat(saved("stage.backup").data().toString()).isEqualTo("{\"b\":2}");
  }

  @Test
  void the_journal_is_for_its_owner_only() throws Exception {
    assertThat(Files.getAttribute(state.journal(), "unix:mode")).isEqualTo(0100600);
  }

  @Test
  void refuses_a_journal_of_another_version_or_a_damaged_one_and_warns_not_to_delete_it()
      throws Exception {
    String good = Files.readString(state.journal());
    for (String bad :
        List.of(
            "",
            "{",
            "null",
            "[]",
            good.substring(0, good.length() / 2),
            good.replace("hacert.journal/1", "hacert.journal/2"),
            good.replace("\"rotation\"", "\"rotatoin\""))) {
      Files.writeString(state.journal(), bad);
      HostException e = catchThrowableOfType(HostException.class, () -> store.load());
      assertThat(e).as(bad).isNotNull();
      assertThat(e.code()).isEqualTo("JOURNAL_UNREADABLE");
      assertThat(e.finding().remedy()).contains("Do not delete", "RESTORE.txt");
    }
  }

  @Test
  void records_survive_their_json() throws Exception {
    Records pair = new Records();
    pair.one.applied().failed("confirm.prove", 2, "x");
    Discovery discovery = pair.discovery(pair.one);
    byte[] json = Json.mapper().writeValueAsBytes(discovery);
    assertThat(Json.mapper().readValue(json, Discovery.class)).isEqualTo(discovery);
    Journal journal = pair.one.journal();
    store.save(journal);
    assertThat(store.load()).contains(journal);
    pair.dead = List.of(Records.EARLIER);
    Plan plan = pair.go();
    assertThat(Json.mapper().readValue(Json.mapper().writeValueAsBytes(plan), Plan.class))
        .isEqualTo(plan);
  }

  /** A node of which only the stop is asked, and whether it runs. */
  private ManagedNode node(String serviceStart) {
    return (ManagedNode)
        Proxy.newProxyInstance(
            ManagedNode.class.getClassLoader(),
            new Class<?>[] {ManagedNode.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "stop" ->
                      new Step(
                          "stop",
                          () -> {
                            log.add("stop");
                            return "";
                          });
                  case "serviceStart" -> serviceStart;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private void stop(String serviceStart) throws Exception {
    steps("a").stop("apply.stop", "apply.restart", node(serviceStart), directory);
  }

  @Test
  void stops_once_more_where_someone_has_started_the_service_before_the_files_came()
      throws Exception {
    stop("1 1");
    stop("");
    assertThat(log).containsExactly("stop");
    stop("2 2");
    assertThat(log).containsExactly("stop", "stop");
    assertThat(saved("apply.stop").state()).isEqualTo(State.DONE);
    // From here on it is the rotation's own start.
    steps("a").run("apply.restart", () -> work("start"));
    stop("3 3");
    assertThat(log).containsExactly("stop", "stop", "start");
  }
}
