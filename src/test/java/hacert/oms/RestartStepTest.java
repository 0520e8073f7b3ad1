package hacert.oms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.Attempt;
import hacert.host.Await;
import hacert.host.Command;
import hacert.host.Detached;
import hacert.host.HostException;
import hacert.host.HurriedClock;
import hacert.host.Ticks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real scripts, detached from this process. */
class RestartStepTest {
  private static final String BEFORE = "2026-11-01 00:00:00";
  private static final String AFTER = "2026-11-22 08:00:01";
  private static final String SUCCESS = "\necho 'start HA successfully.'\n";

  @TempDir Path base;
  private ScriptHost host;
  private Path run;

  @BeforeEach
  void build() throws Exception {
    host = new ScriptHost(base);
    run = base.resolve("restart-1");
    host.startTime(BEFORE);
  }

  private String counted(String text) {
    return "echo x >>" + base.resolve("restarts") + "\n" + text;
  }

  private String newStart() {
    return "echo '" + AFTER + "' >" + base.resolve("start") + "\n";
  }

  private HostException failure(String startBefore, boolean again) {
    HostException e =
        catchThrowableOfType(
            HostException.class, () -> host.restart().run(run, startBefore, again));
    assertThat(e).as("a failure").isNotNull();
    return e;
  }

  private void await(Class<? extends Attempt.State> state) throws Exception {
    Await.until(state.getSimpleName(), () -> state.isInstance(Detached.system().find(run).poll()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 1", "echo 'start HA failed.'; exit 1", "exit 0", "kill -TERM $$"})
  void fails_unless_exit_code_and_text_are_both_right(String end) throws Exception {
    host.overrides = "{\"restart\": {\"start_seconds\": 1}}";
    host.script("restart-oms.sh", counted("echo 'stop HA'\n" + end));
    HostException e = failure(BEFORE, false);
    assertThat(e.code()).isEqualTo("RESTART_FAILED");
    assertThat(e.getMessage()).contains("restart-oms.sh", "start HA successfully.", "stop HA");
    assertThat(failure(BEFORE, true).code()).isEqualTo("RESTART_FAILED");
    assertThat(host.lines("restarts")).hasSize(1);
  }

  @Test
  void reads_on_after_a_script_that_ends_well_and_leaves_the_rest_to_its_child() throws Exception {
    host.script("restart-oms.sh", counted("{ sleep 1\n" + newStart() + SUCCESS + "} &\nexit 0"));
    assertThat(host.restart().run(run, BEFORE, false)).isEqualTo("HA runs since " + AFTER);
    assertThat(host.lines("restarts")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "start \\033[32mHA\\033[m\\017 successfully.",
        "\\033]0;never ended\nstart HA\\016\\017 successfully.\\033(B\\033[m"
      })
  void reads_a_success_between_colours(String printed) throws Exception {
    host.script("restart-oms.sh", counted(newStart()) + "printf '" + printed + "\\n'");
    assertThat(host.restart().run(run, BEFORE, false)).isEqualTo("HA runs since " + AFTER);
  }

  @Test
  void does_not_believe_a_success_after_which_ha_has_not_started_anew() throws Exception {
    host.clock = new HurriedClock(Duration.ofSeconds(30));
    host.overrides = "{\"restart\": {\"seconds\": 9000, \"start_seconds\": 60}}";
    host.script("restart-oms.sh", counted(SUCCESS));
    HostException e = failure(BEFORE, false);
    assertThat(e.code()).isEqualTo("NOT_RESTARTED");
    assertThat(e.getMessage()).contains("ran since " + BEFORE, "within 60 s");
  }

  @Test
  void takes_no_rounded_second_for_another_start() throws Exception {
    host.clock = new HurriedClock(Duration.ofSeconds(30));
    host.script("restart-oms.sh", counted(SUCCESS));
    host.startTime("2026-11-01 00:00:01");
    assertThat(failure(BEFORE, false).code()).isEqualTo("NOT_RESTARTED");
    host.startTime("2026-10-31 23:59:59");
    assertThat(failure(BEFORE, true).code()).isEqualTo("NOT_RESTARTED");
  }

  @Test
  void relies_on_the_script_where_the_status_of_a_steady_node_tells_no_start_any_more()
      throws Exception {
    host.clock = new HurriedClock(Duration.ofSeconds(30));
    host.script("restart-oms.sh", counted("echo '' >" + base.resolve("start") + SUCCESS));
    assertThat(host.restart().run(run, BEFORE, false)).contains("the script's word is relied on");
  }

  @Test
  void does_not_rely_on_it_while_the_node_is_not_steady() throws Exception {
    host.clock = new HurriedClock(Duration.ofSeconds(30));
    host.script("restart-oms.sh", counted(SUCCESS));
    status(
        script ->
            script
                .replace("active normal Actived", "NULL NULL NULL")
                .replace("$(cat " + base.resolve("start") + ")", "--"));
    assertThat(failure(BEFORE, false).code()).isEqualTo("NOT_RESTARTED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\n", "x"})
  void sees_a_success_however_much_is_printed_behind_it(String end) throws Exception {
    String much = "head -c 300000 /dev/zero | tr '\\0' 'x'; printf '" + end + "'\n";
    host.script("restart-oms.sh", counted(newStart() + much + "echo" + SUCCESS + much));
    assertThat(host.restart().run(run, BEFORE, false)).isEqualTo("HA runs since " + AFTER);
  }

  @Test
  void waits_for_a_former_standby_whose_ha_starts_minutes_after_the_script() throws Exception {
    host.clock = new HurriedClock(Duration.ofSeconds(30));
    host.overrides = "{\"restart\": {\"seconds\": 9000}}";
    host.startTime("--");
    host.script("restart-oms.sh", counted(SUCCESS));
    status(
        script ->
            "echo x >>%1$s; [ $(wc -l <%1$s) -lt 5 ] || echo '%2$s' >%3$s%n"
                    .formatted(base.resolve("asked"), AFTER, base.resolve("start"))
                + script);
    assertThat(host.restart().run(run, BEFORE, false)).isEqualTo("HA runs since " + AFTER);
    assertThat(host.lines("asked")).hasSize(5);
    assertThat(host.lines("restarts")).hasSize(1);
  }

  @Test
  void waits_as_long_where_the_script_has_said_so_and_does_not_end() throws Exception {
    host.clock = new HurriedClock(Duration.ofSeconds(30));
    host.overrides = "{\"restart\": {\"seconds\": 3000, \"start_seconds\": 60}}";
    Path go = base.resolve("go");
    host.script("restart-oms.sh", SUCCESS + "while [ ! -e " + go + " ]; do sleep 0.02; done\n");
    assertThat(failure(BEFORE, false).code()).isEqualTo("RESTART_TIMED_OUT");
    host.startTime(AFTER);
    assertThat(host.restart().run(run, BEFORE, false)).contains("the script itself still runs");
    Files.createFile(go);
    await(Attempt.Exited.class);
  }

  @Test
  void does_not_wait_for_a_script_that_hangs_when_ha_has_started() throws Exception {
    HurriedClock clock = new HurriedClock(Duration.ofSeconds(10));
    Instant begun = clock.instant();
    host.clock = clock;
    Path go = base.resolve("go");
    host.script(
        "restart-oms.sh",
        counted(newStart() + SUCCESS + "while [ ! -e " + go + " ]; do sleep 0.02; done\n"));
    // Its start is not a matter of the hurried clock.
    Detached.system()
        .startOrAttach(
            run,
            Command.of(
                host.host().login(), List.of("sh", host.layout().restartScript().toString())));
    awaitOutput("start HA successfully.");
    assertThat(host.restart().run(run, BEFORE, false))
        .isEqualTo("HA runs since " + AFTER + "; the script itself still runs");
    assertThat(Duration.between(begun, clock.instant())).isLessThan(Duration.ofSeconds(200));
    assertThat(Detached.system().find(run).poll()).isInstanceOf(Attempt.Running.class);
    assertThat(host.lines("restarts")).hasSize(1);
    Files.createFile(go);
    await(Attempt.Exited.class);
  }

  @Test
  void waits_for_a_script_that_says_so_early_and_works_on() throws Exception {
    host.script("restart-oms.sh", counted(SUCCESS + "sleep 0.3\n" + newStart() + "exit 3"));
    assertThat(failure(BEFORE, false).code()).isEqualTo("RESTART_FAILED");
  }

  /** A script that says so and never ends, where the status tells no start. */
  private Duration withoutStart() throws Exception {
    HurriedClock clock = new HurriedClock(Duration.ofSeconds(10));
    Instant begun = clock.instant();
    host.clock = clock;
    host.overrides = "{\"restart\": {\"seconds\": 3000}}";
    Path go = base.resolve("go");
    host.script("restart-oms.sh", SUCCESS + "while [ ! -e " + go + " ]; do sleep 0.02; done\n");
    // Its start is not a matter of the hurried clock.
    Detached.system()
        .startOrAttach(
            run,
            Command.of(
                host.host().login(), List.of("sh", host.layout().restartScript().toString())));
    awaitOutput("start HA successfully.");
    assertThat(host.restart().run(run, "", false))
        .contains("the script's word is relied on", "the script itself still runs");
    Files.createFile(go);
    await(Attempt.Exited.class);
    return Duration.between(begun, clock.instant());
  }

  @Test
  void does_not_wait_for_it_where_the_status_tells_no_start_and_the_node_is_steady()
      throws Exception {
    host.startTime("");
    assertThat(withoutStart()).isLessThan(Duration.ofSeconds(200));
  }

  @Tag("long")
  @Test
  void waits_to_the_end_where_only_the_script_s_word_is_to_be_had() throws Exception {
    host.startTime("");
    status(script -> script.replace("active normal Actived", "NULL NULL NULL"));
    assertThat(withoutStart()).isGreaterThan(Duration.ofSeconds(3000));
  }

  @Test
  void a_step_of_the_clock_ends_no_restart_that_runs() throws Exception {
    host.clock = new HurriedClock(Duration.ofHours(1));
    host.ticks = Ticks.system();
    host.script("restart-oms.sh", counted("sleep 0.3\n" + newStart() + SUCCESS));
    assertThat(host.restart().run(run, BEFORE, false)).isEqualTo("HA runs since " + AFTER);
  }

  @Test
  void tells_why_the_status_could_not_be_read_any_more() throws Exception {
    host.clock = new HurriedClock(Duration.ofSeconds(30));
    host.script("restart-oms.sh", counted(SUCCESS));
    status(
        script ->
            "echo x >>%1$s; [ $(wc -l <%1$s) -lt 3 ] || { echo no database; exit 3; }%n"
                    .formatted(base.resolve("asked"))
                + script);
    HostException e = failure(BEFORE, false);
    assertThat(e.code()).isEqualTo("NOT_RESTARTED");
    assertThat(e.getMessage()).contains("Since then: ", "no database");
  }

  /** Has another script for the status, made of the one that is there. */
  private void status(UnaryOperator<String> edit) throws IOException {
    Path script = host.sbin().resolve("status-oms.sh");
    Files.writeString(script, edit.apply(Files.readString(script)));
  }

  private void awaitOutput(String text) throws Exception {
    Await.until(text, () -> Detached.system().find(run).output(1000).contains(text));
  }

  @Test
  void does_not_end_a_script_that_hangs_and_attaches_to_it_later() throws Exception {
    host.clock = new HurriedClock(Duration.ofSeconds(10));
    host.overrides = "{\"restart\": {\"seconds\": 30}}";
    Path go = base.resolve("go");
    host.script(
        "restart-oms.sh",
        counted("echo waiting; while [ ! -e " + go + " ]; do sleep 0.02; done\n")
            + newStart()
            + SUCCESS);
    assertThat(failure(BEFORE, false).code()).isEqualTo("RESTART_TIMED_OUT");
    assertThat(Detached.system().find(run).poll()).isInstanceOf(Attempt.Running.class);
    Files.createFile(go);
    await(Attempt.Exited.class);
    host.clock = java.time.Clock.systemUTC();
    assertThat(host.restart().run(run, BEFORE, true)).contains("HA runs since " + AFTER);
    assertThat(host.lines("restarts")).hasSize(1);
  }

  @Test
  void a_script_that_vanished_is_judged_by_ha_alone() throws Exception {
    host.clock = new HurriedClock(Duration.ofSeconds(10));
    Files.createDirectories(run);
    Files.writeString(run.resolve("intent"), "a boot long ago\n");
    host.script("restart-oms.sh", counted(newStart() + SUCCESS));
    assertThat(failure(BEFORE, false).code()).isEqualTo("RESTART_UNKNOWN");
    host.startTime(AFTER);
    assertThat(host.restart().run(run, BEFORE, false)).isEqualTo("HA runs since " + AFTER);
    assertThat(host.lines("restarts")).isEmpty();
  }

  @Test
  void a_vanished_script_is_unknown_where_the_status_tells_no_start_time() throws Exception {
    Files.createDirectories(run);
    Files.writeString(run.resolve("intent"), "a boot long ago\n");
    host.startTime("--");
    assertThat(failure("", false).code()).isEqualTo("RESTART_UNKNOWN");
  }

  @Test
  void a_script_that_failed_is_forgiven_when_ha_came_up_late() throws Exception {
    host.script("restart-oms.sh", counted("exit 1"));
    assertThat(failure(BEFORE, false).code()).isEqualTo("RESTART_FAILED");
    host.startTime(AFTER);
    assertThat(host.restart().run(run, BEFORE, true))
        .contains("HA runs since " + AFTER, "though the restart script failed");
    assertThat(host.lines("restarts")).hasSize(1);
  }

  @Test
  void a_script_that_failed_is_not_forgiven_where_the_status_tells_no_start_time()
      throws Exception {
    host.startTime("");
    host.script("restart-oms.sh", counted("exit 1"));
    assertThat(failure("", false).code()).isEqualTo("RESTART_FAILED");
    assertThat(failure("", true).code()).isEqualTo("RESTART_FAILED");
  }

  @Test
  void a_killed_caller_is_followed_by_one_who_attaches() throws Exception {
    Path go = base.resolve("go");
    host.script(
        "restart-oms.sh",
        counted("while [ ! -e " + go + " ]; do sleep 0.02; done\n") + newStart() + SUCCESS);
    // The caller that is killed just after it started the script.
    Detached.system()
        .startOrAttach(
            run,
            Command.of(
                host.host().login(), List.of("sh", host.layout().restartScript().toString())));
    await(Attempt.Running.class);
    Files.createFile(go);
    assertThat(host.restart().run(run, BEFORE, false)).isEqualTo("HA runs since " + AFTER);
    assertThat(host.lines("restarts")).hasSize(1);
  }

  @Test
  void does_not_wait_for_a_daemon_that_holds_the_output_open() throws Exception {
    host.script(
        "restart-oms.sh",
        "sleep 1000 & echo $! >" + base.resolve("pid") + "\n" + newStart() + SUCCESS);
    try {
      assertThat(host.restart().run(run, BEFORE, false)).isEqualTo("HA runs since " + AFTER);
    } finally {
      ProcessHandle.of(Long.parseLong(host.lines("pid").get(0))).ifPresent(ProcessHandle::destroy);
    }
  }

  @Test
  void relies_on_the_script_where_the_status_tells_no_start_time() throws Exception {
    host.startTime("");
    host.script("restart-oms.sh", counted(SUCCESS));
    assertThat(host.restart().run(run, "", false)).contains("the script's word is relied on");
  }
}
