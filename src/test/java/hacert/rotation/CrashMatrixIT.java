package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Harm at every effect that a rotation or its rollback has on a pair: each call is first listed
 * under strace, then a fresh pair is harmed at each effect in turn, and the same command is given
 * again.
 */
class CrashMatrixIT {
  /** A pair and the command that is harmed. */
  private enum Command {
    ROTATE,
    ROLLBACK;

    /** What all nodes have when it has ended well. */
    private String end() {
      return this == ROTATE ? "new" : "old";
    }
  }

  /** Who ends by the harm. */
  private enum Harm {
    /** The call and who drives it, as when the control machine dies with it. */
    KILLED_WITH_ITS_DRIVER("kill -9 of the call and of its driver", Effect.CHANGES),
    /** The call alone; whoever drives the rotation goes by the rules in the same run. */
    KILLED_ALONE("kill -9 of the call", Effect.CHANGES),
    FULL("no room on the disk, once", List.of("write", "mkdir")),
    READ_ONLY("read-only file system, once", List.of("rename", "mkdir", "unlink", "rmdir"));

    private final String told;
    private final List<String> at;

    Harm(String told, List<String> at) {
      this.told = told;
      this.at = at;
    }

    /** While a vendor's script is answered, it is running. */
    boolean hits(Effect effect) {
      return effect.onTerminal() ? at == Effect.CHANGES : at.contains(effect.call());
    }
  }

  private record Point(String operation, String host, Effect effect) {}

  private static final Set<String> CHANGING = Set.of("apply", "rollback");

  private static final Map<Command, List<Point>> LISTED = new EnumMap<>(Command.class);
  private static final FaultMatrix MATRIX = new FaultMatrix("mrs-effects");

  /** One for all, so that what was listed is found again. */
  @TempDir static Path base;

  private static ReadyClasses classes;

  @BeforeAll
  static void load() throws IOException {
    classes = new ReadyClasses(Files.createDirectories(base.resolve("classes")));
  }

  @AfterAll
  static void write() throws IOException {
    MATRIX.write();
  }

  @ParameterizedTest
  @EnumSource(names = {"KILLED_WITH_ITS_DRIVER", "FULL"})
  void harmed_at_one_effect_the_same_command_ends_well(Harm harm) throws Exception {
    List<Point> all = points(Command.ROTATE, harm);
    // Each harm at another part of the way.
    int at = (harm.ordinal() + 1) * all.size() / (Harm.values().length + 1);
    assertThat(tryAll(Command.ROTATE, harm, List.of(all.get(at)))).isEmpty();
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(Harm.class)
  void harmed_at_every_effect_the_same_command_ends_well(Harm harm) throws Exception {
    List<String> failures = new ArrayList<>();
    for (Command command : Command.values()) {
      failures.addAll(tryAll(command, harm, points(command, harm)));
    }
    assertThat(failures).isEmpty();
  }

  /** The effects of each call of the command that this harm can hit. */
  private List<Point> points(Command command, Harm harm) throws Exception {
    if (!LISTED.containsKey(command)) {
      LISTED.put(command, list(command));
    }
    return LISTED.get(command).stream().filter(p -> harm.hits(p.effect())).toList();
  }

  private List<Point> list(Command command) throws Exception {
    TwoHosts pair =
        prepared(new TwoHosts(Files.createDirectories(base.resolve("list-" + command))), command);
    List<Point> points = new ArrayList<>();
    List<String> touched = new ArrayList<>();
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              TracedCall traced =
                  TracedCall.listing(classes, base.resolve("list-" + command), host);
              Result result = traced.ask(request, secrets);
              if (!CHANGING.contains(request.operation()) && traced.touchesInstalled()) {
                touched.add(request.operation() + " on " + host.name);
              }
              traced
                  .effects()
                  .forEach(e -> points.add(new Point(request.operation(), host.name, e)));
              return result;
            };
    Driver.End end = drive(pair, command);
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(Exit.DONE);
    assertThat(points.stream().map(Point::operation)).contains("confirm", "close");
    assertThat(touched).as("what changed something outside of its turn").isEmpty();
    assertThat(points)
        .as("a node that reboots before its apply starts what it ran before")
        .filteredOn(p -> !CHANGING.contains(p.operation()))
        .allMatch(p -> p.effect().path().startsWith("home/.hacert"));
    return points;
  }

  /** Up to where the command is given that is to be harmed. */
  private static TwoHosts prepared(TwoHosts pair, Command command) throws IOException {
    if (command == Command.ROLLBACK) {
      Plan plan = pair.plan();
      List<Result> staged = pair.stage(plan);
      Result first = pair.ask("apply", pair.one, plan, staged, null);
      assertThat(pair.ask("apply", pair.two, plan, staged, first).outcome().good()).isTrue();
      pair.anotherRun();
      for (TestHost host : pair.hosts()) {
        // What was done in this process is not under way in it.
        Files.delete(host.state().resolve("lock.holder"));
      }
    }
    return pair;
  }

  private static Driver.End drive(TwoHosts pair, Command command) {
    return command == Command.ROTATE ? pair.rotate() : pair.rollback();
  }

  /** Answers what failed. */
  private List<String> tryAll(Command command, Harm harm, List<Point> points) throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(2);
    try {
      Map<Point, Future<?>> tried = new LinkedHashMap<>();
      for (Point point : points) {
        Path directory = base.resolve("" + harm.ordinal() + command.ordinal() + "-" + tried.size());
        tried.put(
            point,
            workers.submit(
                () -> {
                  tryUntilHit(directory, command, harm, point);
                  return null;
                }));
      }
      List<String> failures = new ArrayList<>();
      for (Map.Entry<Point, Future<?>> one : tried.entrySet()) {
        try {
          one.getValue().get();
        } catch (java.util.concurrent.ExecutionException e) {
          failures.add(command + " " + one.getKey() + ": " + e.getCause());
        }
      }
      return failures;
    } finally {
      workers.shutdownNow();
    }
  }

  /**
   * An effect is hit by its number, and a call that waits looks more or less often: where that
   * moved the harm to another effect, that is a case of its own, and it is tried once more.
   */
  private static void tryUntilHit(Path directory, Command command, Harm harm, Point point)
      throws Exception {
    List<Optional<Effect>> hit = new ArrayList<>();
    do {
      assertThat(hit).as("what was harmed in the place of %s", point).hasSizeLessThan(5);
      Trees.remove(directory);
      hit.add(tryOne(Files.createDirectories(directory), command, harm, point));
    } while (!hit.contains(Optional.of(point.effect())));
    Trees.remove(directory);
  }

  /** Judges what came of a harm wherever it was done, and answers where. */
  private static Optional<Effect> tryOne(Path directory, Command command, Harm harm, Point point)
      throws Exception {
    TwoHosts pair = new TwoHosts(directory);
    RememberedPair old = new RememberedPair(pair);
    prepared(pair, command);
    RememberedPair start = new RememberedPair(pair);
    TracedCall traced = traced(directory, harm, point, pair);
    String first = "killed";
    String then = "not run";
    int most = 0;
    try {
      Optional<Driver.End> hit = harmed(pair, command, harm, point, traced);
      first = hit.map(CrashMatrixIT::told).orElse(first);
      most = Collections.max(start.restarts());
      assertThat(most).as("restarts in the run that was hit").isLessThanOrEqualTo(2);
      if (hit.isPresent()) {
        judgeHit(pair, command, hit.get(), old, start);
      }
      RememberedPair middle = new RememberedPair(pair);
      pair.anotherRun().way = (host, agent) -> agent;
      Driver.End again = drive(pair, command);
      then = told(again);
      most = Math.max(most, Collections.max(middle.restarts()));
      judgeEnd(pair, command, again, old, start, middle);
    } finally {
      if (traced.harmed().isPresent()) {
        MATRIX.add(
            new FaultMatrix.Case(
                "mrs-ha",
                harm.told + (command == Command.ROTATE ? ", rotating" : ", going back"),
                point.operation() + " on " + point.host(),
                traced.harmed().get().toString(),
                first,
                then,
                old.state(),
                most,
                old.open(),
                old.lost()));
      }
    }
    return traced.harmed();
  }

  /** Drives the command with the harm in it; empty where that ended who drives. */
  private static Optional<Driver.End> harmed(
      TwoHosts pair, Command command, Harm harm, Point point, TracedCall traced) {
    boolean[] used = {false};
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              boolean here =
                  !used[0]
                      && host.name.equals(point.host())
                      && request.operation().equals(point.operation());
              if (!here) {
                return agent.ask(request, secrets);
              }
              used[0] = true;
              Result result = traced.ask(request, secrets);
              if (harm == Harm.KILLED_WITH_ITS_DRIVER) {
                throw new TestClock.Killed();
              }
              return result;
            };
    try {
      return Optional.of(drive(pair, command));
    } catch (TestClock.Killed e) {
      return Optional.empty();
    }
  }

  private static String told(Driver.End end) {
    String word = end.exit().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return word + " (code " + end.exit().code() + ")";
  }

  /** Whether the run that was hit has left what its exit code promises. */
  private static void judgeHit(
      TwoHosts pair, Command command, Driver.End hit, RememberedPair old, RememberedPair start)
      throws Exception {
    boolean untouched = start.isInstalled() && Collections.max(start.restarts()) == 0;
    String as = told(hit) + " with " + hit.findings();
    switch (hit.exit()) {
      case DONE -> assertThat(old.state()).as(as).isEqualTo(command.end());
      case ROLLED_BACK -> assertThat(old.state()).as(as).isEqualTo("old");
      case REFUSED -> assertThat(untouched).as("untouched: " + as).isTrue();
      case NEEDS_PERSON ->
          assertThat(untouched || ended(command, old) || tellsEachNode(pair, hit, old))
              .as("untouched, ended or told: " + as)
              .isTrue();
      default -> throw new AssertionError(as);
    }
  }

  /** All was done, and only the answer of the last call is missing. */
  private static boolean ended(Command command, RememberedPair old) throws Exception {
    return old.state().equals(command.end()) && old.open() == 0;
  }

  /** Whether it has stopped, and tells the truth about each node. */
  private static boolean tellsEachNode(TwoHosts pair, Driver.End hit, RememberedPair old)
      throws IOException {
    for (TestHost host : pair.hosts()) {
      String has = old.hasOldRoot(host) ? "old" : "new";
      Pattern told =
          Pattern.compile(host.name + ": .*, has (the " + has + "|old and new) files .*");
      if (hit.findings().stream()
          .noneMatch(f -> f.code().equals("NODE_STATE") && told.matcher(f.message()).matches())) {
        return false;
      }
    }
    return Finding.stops(hit.findings());
  }

  private static void judgeEnd(
      TwoHosts pair,
      Command command,
      Driver.End again,
      RememberedPair old,
      RememberedPair start,
      RememberedPair middle)
      throws Exception {
    String as = "then " + told(again) + " with " + again.findings();
    assertThat(old.state()).as(as).isEqualTo(command.end());
    assertThat(again.exit()).as(as).isEqualTo(Exit.DONE);
    assertThat(old.open()).as("open journals").isZero();
    assertThat(old.lost()).as("lost").isZero();
    boolean went =
        command == Command.ROTATE
            && pair.heard.stream().anyMatch(r -> r.operation().equals("rollback"));
    // After a way back, the rotation begins anew.
    assertThat(went ? middle.restarts() : start.restarts())
        .as("restarts" + (went ? " in the second run" : ""))
        .containsOnly(1);
  }

  private static TracedCall traced(Path directory, Harm harm, Point point, TwoHosts pair) {
    TestHost host = point.host().equals(pair.one.name) ? pair.one : pair.two;
    return switch (harm) {
      case KILLED_WITH_ITS_DRIVER, KILLED_ALONE ->
          TracedCall.killed(classes, directory, host, point.effect());
      case FULL -> TracedCall.failing(classes, directory, host, point.effect(), "ENOSPC");
      case READ_ONLY -> TracedCall.failing(classes, directory, host, point.effect(), "EROFS");
    };
  }
}
