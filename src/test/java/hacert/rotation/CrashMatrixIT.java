package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.faults.FaultMatrix;
import hacert.result.Exit;
import hacert.result.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
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
    ROLLBACK
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

  private static final String MIXED = "mixed";
  private static final Set<String> CHANGING = Set.of("apply", "rollback");

  private static final Map<Command, List<Point>> LISTED = new EnumMap<>(Command.class);
  private static final FaultMatrix MATRIX = new FaultMatrix("mrs-effects");

  /** One for all, so that what was listed is found again. */
  @TempDir static Path base;

  @AfterAll
  static void write() throws IOException {
    MATRIX.write();
  }

  @ParameterizedTest
  @EnumSource(Harm.class)
  void harmed_at_one_effect_the_same_command_ends_well(Harm harm) throws Exception {
    for (Command command : Command.values()) {
      List<Point> all = points(command, harm);
      // Each harm at another part of the way.
      int at = (harm.ordinal() + 1) * all.size() / (Harm.values().length + 1);
      tryAll(command, harm, List.of(all.get(at)));
    }
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(Harm.class)
  void harmed_at_every_effect_the_same_command_ends_well(Harm harm) throws Exception {
    for (Command command : Command.values()) {
      tryAll(command, harm, points(command, harm));
    }
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
    pair.way =
        (host, agent) ->
            (request, secrets) -> {
              TracedCall traced = TracedCall.listing(base.resolve("list-" + command), host);
              Result result = traced.ask(request, secrets);
              traced
                  .effects()
                  .forEach(e -> points.add(new Point(request.operation(), host.name, e)));
              return result;
            };
    Driver.End end = drive(pair, command);
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(Exit.DONE);
    assertThat(points.stream().map(Point::operation)).contains("confirm", "close");
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

  private void tryAll(Command command, Harm harm, List<Point> points) throws Exception {
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
      assertThat(failures).isEmpty();
    } finally {
      workers.shutdownNow();
    }
  }

  /**
   * An effect is hit by its number, and a call that waits looks more or less often: where that
   * moved the harm to another effect, it is tried once more.
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

  /** Answers what was harmed; the case counts if that is the point's effect. */
  private static Optional<Effect> tryOne(Path directory, Command command, Harm harm, Point point)
      throws Exception {
    TwoHosts pair = new TwoHosts(directory);
    Map<String, Map<String, String>> old = installed(pair);
    String oldKey = keyOf(pair.one);
    prepared(pair, command);
    int before = pair.one.count("restarts");
    TracedCall traced = traced(directory, harm, point, pair);
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
    String first;
    try {
      first = drive(pair, command).exit().toString();
    } catch (TestClock.Killed e) {
      first = "killed";
    }
    Optional<Effect> harmed = traced.harmed();
    if (!harmed.equals(Optional.of(point.effect()))) {
      return harmed;
    }
    int restarts = most(pair, before);
    if (first.equals("DONE") || first.equals("ROLLED_BACK")) {
      assertThat(state(pair, old)).as("after %s", first).isNotEqualTo(MIXED);
    }
    int middle = Math.max(pair.one.count("restarts"), pair.two.count("restarts"));
    pair.anotherRun().way = (host, agent) -> agent;
    Driver.End then = drive(pair, command);
    restarts = Math.max(restarts, most(pair, middle));
    int lost = lost(pair, oldKey);
    String state = state(pair, old);
    MATRIX.add(
        new FaultMatrix.Case(
            "mrs-ha",
            harm.told + (command == Command.ROTATE ? ", rotating" : ", going back"),
            point.operation() + " on " + point.host(),
            point.effect().toString(),
            first,
            then.exit().toString(),
            state,
            restarts,
            lost));
    assertThat(state).as("then: %s", then.findings()).isNotEqualTo(MIXED);
    boolean wasBack = command == Command.ROLLBACK && state.equals("old") && then.plan() == null;
    if (!wasBack) {
      assertThat(then.exit()).as("then: %s", then.findings()).isEqualTo(Exit.DONE);
      assertThat(state).isEqualTo(command == Command.ROTATE ? "new" : "old");
    }
    for (TestHost host : pair.hosts()) {
      assertThat(new JournalStore(new StateDirectory(host.state())).load().filter(Journal::isOpen))
          .as("open journal on %s", host.name)
          .isEmpty();
    }
    assertThat(lost).as("lost").isZero();
    assertThat(restarts).as("restarts in a run").isLessThanOrEqualTo(2);
    return harmed;
  }

  private static TracedCall traced(Path directory, Harm harm, Point point, TwoHosts pair) {
    TestHost host = point.host().equals(pair.one.name) ? pair.one : pair.two;
    return switch (harm) {
      case KILLED_WITH_ITS_DRIVER, KILLED_ALONE ->
          TracedCall.killed(directory, host, point.effect());
      case FULL -> TracedCall.failing(directory, host, point.effect(), "ENOSPC");
      case READ_ONLY -> TracedCall.failing(directory, host, point.effect(), "EROFS");
    };
  }

  private static int most(TwoHosts pair, int before) throws IOException {
    return Math.max(pair.one.count("restarts"), pair.two.count("restarts")) - before;
  }

  private static Map<String, Map<String, String>> installed(TwoHosts pair) throws IOException {
    Map<String, Map<String, String>> all = new LinkedHashMap<>();
    for (TestHost host : pair.hosts()) {
      all.put(host.name, host.installed());
    }
    return all;
  }

  /** Old or new, where all nodes have the same generation and work with it. */
  private static String state(TwoHosts pair, Map<String, Map<String, String>> old)
      throws Exception {
    boolean agreed = pair.one.root().equals(pair.two.root());
    for (TestHost host : pair.hosts()) {
      agreed &= host.runsWhatIsInstalled();
    }
    if (!agreed) {
      return MIXED;
    }
    return installed(pair).equals(old) ? "old" : "new";
  }

  private static String keyOf(TestHost host) throws IOException {
    return Files.readString(host.certHa().resolve("root-ca.pem"));
  }

  /** On how many nodes the key of before is neither installed nor in a generation. */
  private static int lost(TwoHosts pair, String key) throws IOException {
    int lost = 0;
    for (TestHost host : pair.hosts()) {
      boolean found = keyOf(host).equals(key);
      try (Stream<Path> kept = Files.walk(host.state())) {
        for (Path file : kept.filter(f -> f.endsWith("root-ca.pem")).toList()) {
          found |= Files.readString(file).equals(key);
        }
      }
      lost += found ? 0 : 1;
    }
    return lost;
  }
}
