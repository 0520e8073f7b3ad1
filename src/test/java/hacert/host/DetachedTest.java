package hacert.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetachedTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

  @TempDir Path directory;

  private final Detached detached = Detached.system();
  private Path run;

  @BeforeEach
  void name() {
    run = directory.resolve("attempt 1");
  }

  private static Command sh(String script, String... arguments) {
    List<String> argv = new java.util.ArrayList<>(List.of("sh", "-c", script, "sh"));
    argv.addAll(List.of(arguments));
    return Command.of(ENVIRONMENT, argv);
  }

  private static int end(Attempt attempt) throws Exception {
    Await.until("the command to end", () -> attempt.poll() instanceof Attempt.Exited);
    return ((Attempt.Exited) attempt.poll()).code();
  }

  /** Starts the command of the tests below and is killed some time after. */
  static final class StartMain {
    private StartMain() {}

    /** Arguments: directory of the attempt, file that the command writes a line to. */
    public static void main(String[] args) throws Exception {
      Detached detached = Detached.system();
      Command command = restart(args[1]);
      System.out.print('s');
      System.out.flush();
      detached.startOrAttach(Path.of(args[0]), command);
      System.in.read();
    }
  }

  private static Command restart(String log) {
    return sh("echo begin; echo $$ >> \"$1\"; sleep 0.4; echo end; exit 4", log);
  }

  @Test
  void starts_nothing_when_asked_only() throws Exception {
    assertThat(detached.find(run).poll()).isEqualTo(new Attempt.NotStarted());
    assertThat(detached.find(run).output(100)).isEmpty();
    assertThat(run).doesNotExist();
  }

  @Test
  void starts_nothing_that_was_withdrawn() throws Exception {
    Path log = directory.resolve("log");
    assertThat(detached.withdraw(run).poll()).isEqualTo(new Attempt.Withdrawn());
    assertThat(detached.startOrAttach(run, restart(log.toString())).poll())
        .isEqualTo(new Attempt.Withdrawn());
    assertThat(log).doesNotExist();
  }

  @Test
  void does_not_withdraw_what_has_started() throws Exception {
    Path log = directory.resolve("log");
    Attempt attempt = detached.startOrAttach(run, restart(log.toString()));
    assertThat(detached.withdraw(run).poll()).isInstanceOf(Attempt.Running.class);
    assertThat(end(attempt)).isEqualTo(4);
  }

  /** A wrapper that was slow and comes to its claim only after all was decided. */
  @Test
  void keeps_a_late_wrapper_from_running() throws Exception {
    Path log = directory.resolve("log");
    Command command = slow(restart(log.toString()));
    Thread starter =
        SystemCommands.daemon(
            "late",
            () -> {
              try {
                detached.startOrAttach(run, command);
              } catch (HostException e) {
                throw new IllegalStateException(e);
              }
            });
    Await.until("the wrapper to be on its way", () -> Files.exists(run.resolve("output")));
    assertThat(detached.withdraw(run).poll()).isEqualTo(new Attempt.Withdrawn());
    Files.createFile(directory.resolve("go"));
    Await.until("the wrapper to come", () -> Files.exists(directory.resolve("came")));
    starter.join(20_000);
    Await.until("the wrapper to be gone", () -> !mentioned(run.toString()));
    assertThat(detached.find(run).poll()).isEqualTo(new Attempt.Withdrawn());
    assertThat(log).doesNotExist();
  }

  /**
   * The machine is so busy that nobody waits any longer for the wrapper, which comes all the same.
   */
  @Test
  void keeps_a_wrapper_from_running_that_nobody_waits_for_any_longer() throws Exception {
    Path log = directory.resolve("log");
    Detached impatient = new DetachedProcesses(Duration.ofMillis(300));
    assertThat(Findings.code(() -> impatient.startOrAttach(run, slow(restart(log.toString())))))
        .isEqualTo("COMMAND_NOT_STARTED");
    Files.createFile(directory.resolve("go"));
    Await.until("the wrapper to come", () -> Files.exists(directory.resolve("came")));
    Await.until("the wrapper to be gone", () -> !mentioned(run.toString()));
    assertThat(detached.find(run).poll()).isEqualTo(new Attempt.Withdrawn());
    assertThat(log).doesNotExist();
  }

  /** The same, with a wrapper that makes no claim until there is a file {@code go}. */
  private Command slow(Command command) throws Exception {
    Path slow = Files.createDirectory(directory.resolve("bin"));
    Path ln = slow.resolve("ln");
    Files.writeString(
        ln,
        "#!/bin/sh\nwhile [ ! -e '"
            + directory
            + "/go' ]; do sleep 0.01; done\n"
            + "touch '"
            + directory
            + "/came'\nexec /bin/ln \"$@\"\n");
    assertThat(ln.toFile().setExecutable(true)).isTrue();
    return Command.of(Map.of("PATH", slow + ":/usr/bin:/bin"), command.argv());
  }

  /** Whether any process has this among its arguments. */
  private static boolean mentioned(String text) {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .anyMatch(line -> line.contains(text));
  }

  @Test
  void says_that_a_killed_attempt_has_vanished() throws Exception {
    Attempt attempt = detached.startOrAttach(run, sh("kill -9 $PPID $$"));
    Await.until("both to be gone", () -> attempt.poll() instanceof Attempt.Vanished);
  }

  /** Who ends the wrapper has not ended what it runs. */
  @Test
  void says_that_a_command_runs_whose_wrapper_was_killed() throws Exception {
    Attempt attempt = detached.startOrAttach(run, sh("echo $$; kill -9 $PPID; exec sleep 300"));
    Await.until("the command to begin", () -> attempt.output(100).endsWith("\n"));
    long wrapper =
        ProcessStat.parse(Files.readString(run.resolve("claim")).lines().findFirst().orElseThrow())
            .orElseThrow()
            .pid();
    Await.until("the wrapper to be gone", () -> ProcessStat.of(wrapper).isEmpty());
    long command = Long.parseLong(attempt.output(100).strip());
    assertThat(attempt.poll()).isEqualTo(new Attempt.Running(command));
    new ProcessTree(command).end();
    Await.until("the command to be gone", () -> attempt.poll() instanceof Attempt.Vanished);
  }

  @Test
  void says_that_an_attempt_before_a_reboot_has_vanished() throws Exception {
    Attempt attempt = detached.startOrAttach(run, sh("sleep 300"));
    assertThat(attempt.poll()).isInstanceOf(Attempt.Running.class);
    Path stat = run.resolve("command");
    Await.until("the command to begin", () -> Files.exists(stat) && Files.size(stat) > 0);
    long pid = ((Attempt.Running) attempt.poll()).pid();
    String claim = Files.readString(run.resolve("claim"));
    Files.writeString(
        run.resolve("claim"), claim.substring(0, claim.indexOf('\n') + 1) + "another-boot\n");
    assertThat(attempt.poll()).isEqualTo(new Attempt.Vanished());
    // The same pids and boot, but processes that started at another time.
    Files.writeString(run.resolve("claim"), startedAtAnotherTime(claim));
    Files.writeString(stat, startedAtAnotherTime(Files.readString(stat)));
    assertThat(attempt.poll()).isEqualTo(new Attempt.Vanished());
    new ProcessTree(pid).end();
    Await.until("the wrapper to have written", () -> Files.exists(run.resolve("exit")));
  }

  private static String startedAtAnotherTime(String stat) {
    long ticks =
        ProcessStat.parse(stat.lines().findFirst().orElseThrow()).orElseThrow().startTicks();
    return stat.replace(" " + ticks + " ", " 12345 ");
  }

  @Test
  void does_not_start_again_when_the_machine_went_down_right_after_the_start() throws Exception {
    Path log = directory.resolve("log");
    Files.createDirectory(run);
    Files.writeString(run.resolve("intent"), "another-boot\n");
    assertThat(detached.startOrAttach(run, restart(log.toString())).poll())
        .isEqualTo(new Attempt.Vanished());
    assertThat(log).doesNotExist();
  }

  @Test
  void passes_on_output_exit_code_environment_umask_and_directory() throws Exception {
    Command command =
        sh("pwd; umask; echo \"<$1>\"; echo \"$X\"; cat; env; echo err >&2; exit 42", "a '$b\"")
            .withUmask("0027")
            .withDirectory(directory);
    Command full =
        Command.of(Map.of("PATH", "/usr/bin:/bin", "X", "1\n2"), command.argv())
            .withUmask("0027")
            .withDirectory(directory);
    Attempt attempt = detached.startOrAttach(run, full);
    assertThat(end(attempt)).isEqualTo(42);
    assertThat(attempt.output(10_000))
        .startsWith(directory.toRealPath() + "\n0027\n<a '$b\">\n1\n2\n")
        .doesNotContain("hacert_")
        .endsWith("err\n");
    assertThat(attempt.output(4)).isEqualTo("err\n");
    assertThat(FileMeta.of(run).mode()).isEqualTo(0700);
    for (String name : List.of("output", "exit", "claim", "intent")) {
      assertThat(FileMeta.of(run.resolve(name)).mode()).as(name).isEqualTo(0600);
    }
    assertThat(end(detached.startOrAttach(run, full))).isEqualTo(42);
  }

  /** Of what this program itself runs with nothing must stay with a service that is started. */
  @Test
  void gives_back_the_limit_of_cores() throws Exception {
    String script = "ulimit -S -c; ulimit -H -c; env";
    List<String> before = List.of("/bin/sh", "-c", "ulimit -S -c; ulimit -H -c");
    String hard =
        Commands.system().run(Command.of(Map.of(), before)).stdout().lines().toList().get(1);
    assumeTrue(!hard.equals("0"), "no cores at all here");
    Command command =
        Command.of(
                Map.of("PATH", "/usr/bin:/bin", "HACERT_CORE", "1"),
                List.of("/bin/sh", "-c", script))
            .withDirectory(directory);
    Attempt attempt = detached.startOrAttach(run, command);
    assertThat(end(attempt)).isZero();
    assertThat(attempt.output(10_000))
        .startsWith("1\n" + hard + "\n")
        .doesNotContain("HACERT_CORE");
  }

  @Test
  void says_126_and_127_for_what_cannot_be_started() throws Exception {
    assertThat(end(detached.startOrAttach(run, Command.of(ENVIRONMENT, List.of("hacert-no-such")))))
        .isEqualTo(127);
    Path other = directory.resolve("attempt 2");
    assertThat(end(detached.startOrAttach(other, sh("true").withDirectory(Path.of("/no/such")))))
        .isEqualTo(126);
    assertThat(detached.find(other).output(1000)).contains("/no/such");
  }

  @Test
  void says_that_the_directory_cannot_be_written() throws Exception {
    Files.writeString(run, "a file");
    assertThat(Findings.code(() -> detached.startOrAttach(run, sh("true"))))
        .isIn("FILE_NOT_WRITTEN", "FILE_NOT_READABLE");
  }

  @Test
  void starts_once_for_many_who_ask_at_once() throws Exception {
    Path log = directory.resolve("log");
    List<Thread> threads = new java.util.ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          SystemCommands.daemon(
              "start" + i,
              () -> {
                try {
                  detached.startOrAttach(run, restart(log.toString()));
                } catch (HostException e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join(20_000);
    }
    assertThat(end(detached.find(run))).isEqualTo(4);
    assertThat(Files.readAllLines(log)).hasSize(1);
  }

  /** Killed at instants from before the start to after it; then the same is asked for again. */
  @Tag("long")
  @Test
  void starts_once_whenever_this_program_is_killed() throws Exception {
    int before = 0;
    int after = 0;
    long usual = timeToClaim();
    for (int i = 0; i < 16; i++) {
      Path place = directory.resolve("killed " + i);
      Path log = directory.resolve("log " + i);
      Process child = TestJvm.start(StartMain.class, place.toString(), log.toString());
      assertThat(child.getInputStream().read()).isEqualTo('s');
      LockSupport.parkNanos(i * usual / 8);
      child.destroyForcibly().waitFor();
      if (detached.find(place).poll() instanceof Attempt.NotStarted) {
        before++;
      } else {
        after++;
      }
      Attempt attempt = detached.startOrAttach(place, restart(log.toString()));
      assertThat(end(attempt)).isEqualTo(4);
      assertThat(Files.readAllLines(log, UTF_8)).as("kill " + i).hasSize(1);
      assertThat(attempt.output(1000)).isEqualTo("begin\nend\n");
    }
    assertThat(before).as("kills before the claim").isPositive();
    assertThat(after).as("kills after the claim").isPositive();
  }

  private long timeToClaim() throws Exception {
    Path place = directory.resolve("not killed");
    Process child =
        TestJvm.start(StartMain.class, place.toString(), directory.resolve("log").toString());
    assertThat(child.getInputStream().read()).isEqualTo('s');
    long start = System.nanoTime();
    Await.until("a claim", () -> Files.exists(place.resolve("claim")));
    long took = System.nanoTime() - start;
    child.destroyForcibly();
    end(detached.find(place));
    return took;
  }
}
