package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.Severity;
import hacert.rotation.Discovery.Files;
import hacert.rotation.Discovery.Loaded;
import hacert.target.ClusterView;
import hacert.target.HaRole;
import hacert.target.NodeFacts;
import hacert.target.RestartNeed;
import hacert.target.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What becomes of a rotation that has begun to change nodes and has not ended:
 *
 * <ol>
 *   <li>a node cannot be reached, or the inventory no longer has it: stop, for what it runs is not
 *       known;
 *   <li>a generation is asked for that is neither the one that it came from nor the one that it
 *       brings back: no, for it has to be ended first;
 *   <li>a node has ended it as succeeded: forward, for that node cannot go back; but stop where
 *       someone else changed files;
 *   <li>no node was changed: close it, which needs no rollback;
 *   <li>a rollback was begun, or is asked for: finish it, unless it failed already; where the
 *       rotation itself brings an older generation back, and no step of it failed, it is what is
 *       asked for: forward;
 *   <li>someone else changed files: stop;
 *   <li>no failure is recorded, nor told by a node: forward; but stop where someone brought the old
 *       files back;
 *   <li>files cannot be read: stop;
 *   <li>it is not known what a node runs: stop, but forward where a person asks again;
 *   <li>all nodes run the new generation and the pair agrees: prove it once more, then stop if only
 *       health is missing; two active nodes: stop;
 *   <li>the second node failed once: forward once more (without a second restart);
 *   <li>the old generation is not sound: stop, but forward where a person asks again;
 *   <li>else: back.
 * </ol>
 */
final class Recovery {
  /** A failed step on the second node is tried this often in one run. */
  private static final int MOST_ATTEMPTS = 2;

  private static final String FORWARD =
      "Forward: run rotate-certs.yml again; it restarts only nodes that do not run the new"
          + " generation yet. ";
  private static final String BACK =
      "Back: run rollback-certs.yml; it restores the files and restarts each node that runs the new"
          + " generation. ";
  private static final String MIXED =
      "Until then the nodes are mixed, and what they say to each other by TLS, a heartbeat say, may"
          + " fail.";
  private static final String BOTH = FORWARD + BACK + MIXED;
  private static final String STOPS_AGAIN = "before, rotate-certs.yml stops here again. ";
  private static final String BACK_ONLY =
      "Forward is no longer possible: a rollback was begun, and rotate-certs.yml stops here again."
          + " Back: put right why it failed, then run rollback-certs.yml; it restores what is left,"
          + " and restarts a node once more where it has to. If that cannot be put right:"
          + " RESTORE.txt of the backup on each changed node, by hand. "
          + MIXED;
  private static final String REFUSED =
      "Put right what the rollback was refused for. Then run rotate-certs.yml, which decides anew"
          + " and may go back too, or rollback-certs.yml, which goes back: it restores the files"
          + " and restarts each node that runs the new generation. "
          + MIXED;
  private static final String BACK_FROM_NEW =
      " Back: run rollback-certs.yml; it restores the old files and restarts every node once more,"
          + " and the certificates need not be what is wrong.";

  private final Target target;
  private final Question q;
  private final Plan plan;

  Recovery(Target target, Question q, Journal journal) {
    this.target = target;
    this.q = q;
    this.plan = journal.plan();
  }

  Decision decide() {
    if (!q.unreachable().isEmpty()) {
      return stop(
          "HOST_UNREACHABLE",
          String.join(" and ", q.unreachable().keySet()) + " cannot be reached, or not asked",
          "See that it runs and can be reached by ssh: "
              + STOPS_AGAIN
              + "Then it decides by what is found there. "
              + BOTH);
    }
    List<String> left = plan.order().stream().filter(node -> !q.found().containsKey(node)).toList();
    if (!left.isEmpty()) {
      return stop(
          "HOST_UNREACHABLE",
          String.join(" and ", left)
              + " belongs to this rotation, and was not asked: the inventory has no such node of"
              + " this cluster",
          "Put it back into the inventory, under that name and with this hacert_cluster: "
              + STOPS_AGAIN
              + "Then it decides by what is found there. "
              + BOTH);
    }
    boolean begun = nodes().stream().anyMatch(d -> d.open() && rollbackBegun(d.journal()));
    boolean refused = nodes().stream().anyMatch(d -> told("rollback", d) > 0);
    if (anotherIsAsked()) {
      return another();
    }
    // A rotation that brings an older generation back is itself what rollback-certs.yml has begun.
    boolean asked =
        q.intent() == Settings.Intent.ROLLBACK && !(isWayBack() && !begun && !refused && !failed());
    Optional<Discovery> ended = nodes().stream().filter(this::endedWell).findFirst();
    // Without a backup there is nothing yet that files could be compared with.
    List<String> other =
        names(d -> d.files() == Files.OTHER && d.journal().done(Phase.STAGE_BACKUP));
    if (ended.isPresent()) {
      if (!asked && !other.isEmpty()) {
        return changedAtTheEnd(other, ended.get());
      }
      return asked ? ending(ended.get()) : forward(ended.get().node() + " has ended it");
    }
    if (nodes().stream().noneMatch(Discovery::changed)) {
      return go(plan.back(List.of(), RestartNeed.Scope.NONE), "nothing was changed; it is closed");
    }
    if (asked || begun || refused) {
      if (asked && restartedBackInVain()) {
        return stop(
            "RESTARTS_USED_UP",
            "a node was restarted for the rollback in this run, in vain",
            BACK_ONLY);
      }
      boolean spent = refused || !asked && nodes().stream().anyMatch(this::rollbackFailed);
      return spent
          ? stop("ROLLBACK_FAILED", "the rollback itself failed", begun ? BACK_ONLY : REFUSED)
          : asked ? backAsked() : back("a begun rollback is finished");
    }
    if (!other.isEmpty()) {
      return changedBeside(other);
    }
    if (failed()) {
      return afterFailure();
    }
    List<String> restored = names(d -> restored(d) && Applied.hasWritten(d.journal()));
    return restored.isEmpty()
        ? forward("it was cut off, and no step of it failed")
        : broughtBack(restored);
  }

  /** Whether the old files lie where this rotation has begun to change them. */
  private static boolean restored(Discovery d) {
    return d.changed() && d.files() == Files.OLD;
  }

  /**
   * What is done is not done again, so this rotation would go on as if the new files were there.
   */
  private Decision broughtBack(List<String> nodes) {
    return stop(
        "FILES_RESTORED",
        "this rotation has written files on "
            + String.join(" and ", nodes)
            + ", and the old ones are there again: someone has brought them back, by RESTORE.txt"
            + " say",
        "Forward is no longer possible in this rotation: rotate-certs.yml stops here again. Back:"
            + " run rollback-certs.yml; it ends this rotation with the old files, and restarts each"
            + " node that runs the new generation. Then rotate-certs.yml begins a new one. "
            + MIXED);
  }

  private Decision changedAtTheEnd(List<String> nodes, Discovery ended) {
    return stop(
        "FILES_CHANGED",
        "someone else changed files on "
            + String.join(" and ", nodes)
            + ", and it has ended well on "
            + ended.node(),
        "Find out who. Forward: bring the files to what this rotation has installed there; "
            + STOPS_AGAIN
            + "Then it restarts nothing, proves and ends it. Only then it can go back:"
            + " rollback-certs.yml is refused until it has ended on every node.");
  }

  private Decision changedBeside(List<String> nodes) {
    return stop(
        "FILES_CHANGED",
        "someone else changed files on " + String.join(" and ", nodes),
        "Find out who. Forward: first bring the files to what they were before that change; "
            + STOPS_AGAIN
            + "Then it restarts only nodes that do not run the new generation yet. Back: run"
            + " rollback-certs.yml; it restores the files of each node that this rotation has"
            + " begun to change, over that change, and restarts each that runs the new"
            + " generation. "
            + MIXED);
  }

  /** Whether going on with it is what {@code rollback-certs.yml} asks for. */
  private boolean isWayBack() {
    return plan.kind() != Plan.Kind.REPLACE
        && (q.settings().generation() == 0 || q.settings().generation() == plan.restore());
  }

  private boolean anotherIsAsked() {
    int wanted = q.intent() == Settings.Intent.ROLLBACK ? q.settings().generation() : 0;
    return wanted > 0
        && wanted != plan.from()
        && wanted != plan.restore()
        && nodes().stream().anyMatch(Discovery::changed);
  }

  private Decision another() {
    return new Decision.No(
        Exit.REFUSED,
        List.of(
            Finding.error(
                "ROTATION_OPEN",
                "Generation "
                    + q.settings().generation()
                    + " is asked for, and rotation "
                    + plan.rotation()
                    + " has begun to change nodes and has not ended; its way back is generation "
                    + plan.from()
                    + ". Nothing was changed now.",
                "End it first: run rollback-certs.yml without hacert_generation, or"
                    + " rotate-certs.yml. Then ask for that generation again.")));
  }

  private Decision afterFailure() {
    List<String> unreadable = names(d -> d.changed() && d.files() == null);
    if (!unreadable.isEmpty()) {
      return stop(
          "FILES_NOT_READABLE",
          "what lies on " + String.join(" and ", unreadable) + " cannot be read",
          "See owner and mode of the files there, and their disk: " + STOPS_AGAIN + BOTH);
    }
    List<String> unknown = names(d -> d.loaded() == Loaded.UNKNOWN);
    if (!unknown.isEmpty()) {
      return stopOnce(
          "LOADED_UNKNOWN",
          "it is not known which generation is loaded on " + String.join(" and ", unknown),
          "See whether the service runs there. "
              + FORWARD
              + "Back: run rollback-certs.yml; it restores the files and restarts these nodes too. "
              + MIXED);
    }
    if (nodes().stream().allMatch(d -> d.files() == Files.NEW && d.loaded() == Loaded.NEW)) {
      return allNew();
    }
    boolean forwardIsWhole =
        nodes().stream().noneMatch(d -> restored(d) && d.journal().done(Phase.APPLY_RESTART));
    if (forwardIsWhole && secondMayTryAgain()) {
      return forward("the second node failed once and is tried once more");
    }
    return backIfSound("it failed before all nodes had the new generation");
  }

  private Decision allNew() {
    if (nodes().stream().allMatch(d -> d.role() == HaRole.ACTIVE)) {
      return stop(
          "TWO_ACTIVES",
          "all nodes are restarted and call themselves active",
          "Forward: bring the cluster to one active node by the vendor's means; "
              + STOPS_AGAIN
              + "Then it restarts nothing and only proves."
              + BACK_FROM_NEW);
    }
    Map<String, NodeFacts> facts = new LinkedHashMap<>();
    q.found().forEach((node, d) -> facts.put(node, d.facts()));
    ClusterView view = target.assess(facts, "", q.now());
    boolean agree =
        !view.active().isEmpty()
            && view.standbys().size() == q.nodes().size() - 1
            && view.findings().stream()
                .noneMatch(
                    f -> f.severity() == Severity.ERROR && !f.code().equals(FreshPlan.UNHEALTHY));
    if (attempts(Phase.CONFIRM_PROVE) < MOST_ATTEMPTS && (agree || !q.afterFailure())) {
      return forward("all nodes run the new generation; it is proven once more");
    }
    if (agree) {
      return stop(
          "UNRELATED_UNHEALTHY",
          "all nodes run the new generation and agree, but the proof fails, as for a cluster"
              + " that is not healthy",
          "Forward: heal what is ill, then run rotate-certs.yml: it restarts nothing and only"
              + " proves."
              + BACK_FROM_NEW);
    }
    return backIfSound("the nodes do not agree with the new generation");
  }

  private boolean secondMayTryAgain() {
    return nodes().stream()
        .filter(d -> !plan.first(d.node()) && d.open())
        .anyMatch(
            d ->
                d.journal()
                    .failed(Phase.APPLY)
                    .map(e -> Math.max(attemptsInThisRun(e), told("apply", d)) < MOST_ATTEMPTS)
                    .orElse(told("apply", d) > 0 && told("apply", d) < MOST_ATTEMPTS));
  }

  /** How often in this run a node itself said that it could not do this. */
  private long told(String operation, Discovery d) {
    return q.failed().stream()
        .filter(r -> operation.equals(r.operation()) && d.node().equals(r.host()))
        .filter(Recovery::saidByTheNode)
        .count();
  }

  /** A call whose answer was lost may have done its work: only the journal tells. */
  private static boolean saidByTheNode(Result r) {
    return r.outcome() == Outcome.REFUSED
        || r.findings().stream().anyMatch(f -> f.code().equals("NODE_STATE"));
  }

  private Decision backIfSound(String why) {
    for (Discovery d : nodes()) {
      if (!d.changed()) {
        continue;
      }
      Optional<String> unsound = unsound(d.journal());
      if (unsound.isPresent()) {
        return stopOnce(
            "OLD_GENERATION_UNSOUND",
            d.node() + ": " + unsound.get(),
            "Put right why the step failed. "
                + FORWARD
                + "Back: run rollback-certs.yml; it brings that generation back, which may not"
                + " work, and restarts each node that runs the new one. "
                + MIXED);
      }
    }
    return back(why);
  }

  private Decision backAsked() {
    Decision back = back("a rollback is asked for");
    if (!compromised()
        || !(back instanceof Decision.Go go)
        || go.plan().action() != Plan.Action.BACK) {
      return back;
    }
    List<Finding> findings = new ArrayList<>(go.findings());
    findings.add(FreshPlan.knownToOthers("the old generation"));
    return new Decision.Go(go.plan(), findings);
  }

  /** In the run that said so and in each later one of this rotation. */
  private boolean compromised() {
    return plan.compromised() || q.settings().compromised();
  }

  private Optional<String> unsound(Journal journal) {
    if (compromised()) {
      return Optional.of("the old keys are known to others, as hacert_compromised says");
    }
    JsonNode backup = journal.entry(Phase.STAGE_BACKUP).map(Journal.Entry::data).orElse(null);
    if (backup == null) {
      return Optional.of("its journal knows no backup");
    }
    if (!backup.path("proven").asBoolean()) {
      return Optional.of("the backup is not proven to be what was running, or not whole");
    }
    String until = backup.path("valid_until").asText();
    return !until.isEmpty() && !q.now().isBefore(Instant.parse(until))
        ? Optional.of("the old generation expired at " + until)
        : Optional.empty();
  }

  private Decision forward(String why) {
    return go(plan.with(Plan.Action.ROTATE), "forward: " + why);
  }

  /**
   * Nodes that need no restart come first: they end the mixed window soonest. Where all are stopped
   * and started at once there is no such difference.
   */
  private Decision back(String why) {
    RestartNeed.Scope restart = restart();
    boolean stops = restart == RestartNeed.Scope.CLUSTER;
    List<String> busy = names(d -> stops && vendorRuns(d));
    if (!busy.isEmpty()) {
      return stop(
          "RESTART_RUNNING",
          "the vendor's command still runs on "
              + String.join(" and ", busy)
              + ", and a stop of all nodes beside it would leave nobody knows what",
          "Wait until it has ended. " + BOTH);
    }
    List<Discovery> changed = nodes().stream().filter(Discovery::changed).toList();
    boolean allStarted = changed.stream().allMatch(d -> d.journal().done(Phase.ROLLBACK_RESTART));
    if (restart == RestartNeed.Scope.CLUSTER && allStarted) {
      // Files that came back are restored; nobody stops for that what runs already.
      restart = RestartNeed.Scope.NONE;
    }
    boolean each = restart == RestartNeed.Scope.NODE;
    boolean whole = restart == RestartNeed.Scope.CLUSTER;
    List<String> back =
        changed.stream()
            .filter(
                d -> !d.journal().done(Phase.ROLLBACK_RESTART) || !whole && d.files() != Files.OLD)
            .sorted(
                Comparator.comparing((Discovery d) -> each && needsRestart(d))
                    .thenComparing(d -> plan.order().indexOf(d.node())))
            .map(Discovery::node)
            .toList();
    return go(plan.back(back, restart), "back: " + why);
  }

  private static boolean vendorRuns(Discovery d) {
    return d.findings().stream().anyMatch(f -> f.code().equals("GS_OM_RUNNING"));
  }

  /** What the rotation starts anew, by what the nodes said when they were staged. */
  private RestartNeed.Scope restart() {
    return nodes().stream()
        .filter(Discovery::open)
        .map(d -> StagedBundle.restart(d.journal()))
        .max(Comparator.naturalOrder())
        .orElse(RestartNeed.Scope.NODE);
  }

  private Decision go(Plan next, String why) {
    return new Decision.Go(
        next,
        List.of(
            Finding.warning(
                "ROTATION_CONTINUES",
                "Rotation " + plan.rotation() + " did not end: " + why + ".",
                "")));
  }

  /**
   * The run that failed stops. One that begins with rotate-certs.yml is a person's answer: there is
   * no sound way back, and the person asks to go forward.
   */
  private Decision stopOnce(String code, String why, String remedy) {
    return q.afterFailure()
        ? stop(code, why, remedy)
        : forward(why + ", and it is asked for again");
  }

  /**
   * @param remedy both ways on and the risk of each; a way that would stop here again is not
   *     offered as it is
   */
  private Decision stop(String code, String why, String remedy) {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.error(
            code,
            "Rotation " + plan.rotation() + " stops, and stays open: " + why + "." + down(),
            remedy + wayBackNamed()));
    q.unreachable().values().forEach(findings::addAll);
    nodes().forEach(d -> findings.add(state(d)));
    return new Decision.Go(plan.with(Plan.Action.STOP), findings);
  }

  /** Asked for without its number, a return to an older generation may be finished instead. */
  private String wayBackNamed() {
    return plan.kind() == Plan.Kind.REPLACE
        ? ""
        : " This rotation itself brings an older generation back; the one that it came from is"
            + " generation "
            + plan.from()
            + ": to go back to that, give rollback-certs.yml -e hacert_generation="
            + plan.from()
            + ".";
  }

  private String down() {
    boolean down = !nodes().isEmpty() && nodes().stream().allMatch(d -> d.loaded() == Loaded.DOWN);
    return down ? " No node that was asked serves: the cluster is down." : "";
  }

  static Finding state(Discovery d) {
    String loaded =
        switch (d.loaded() == null ? Loaded.UNKNOWN : d.loaded()) {
          case OLD -> "runs the old generation";
          case NEW -> "runs the new generation";
          case DOWN -> "does not run, or serves nothing";
          case UNKNOWN -> "runs a generation that is not known";
        };
    String files = d.files() == null ? "files that cannot be read" : words(d.files());
    return Finding.warning(
        "NODE_STATE",
        String.format(
            "%s: %s, has %s on disk, HA role %s.", d.node(), loaded, files, d.role().word()),
        "");
  }

  private static String words(Files files) {
    return switch (files) {
      case OLD -> "the old files";
      case NEW -> "the new files";
      case PARTIAL -> "old and new files mixed";
      case OTHER -> "files that someone else changed";
    };
  }

  private boolean failed() {
    boolean recorded =
        nodes().stream()
            .filter(Discovery::open)
            .map(Discovery::journal)
            .anyMatch(
                j -> j.failed(Phase.APPLY).isPresent() || j.failed(Phase.CONFIRM).isPresent());
    return recorded || nodes().stream().anyMatch(d -> told("apply", d) + told("confirm", d) > 0);
  }

  private boolean endedWell(Discovery d) {
    return d.journal() != null
        && d.journal().rotation().equals(plan.rotation())
        && d.journal().outcome() == Outcome.SUCCEEDED;
  }

  /** Rolling back the other node alone would part the pair. */
  private Decision ending(Discovery d) {
    return new Decision.No(
        Exit.REFUSED,
        List.of(
            Finding.error(
                "ROTATION_ENDING",
                "Rotation "
                    + plan.rotation()
                    + " is proven and has ended on "
                    + d.node()
                    + ", but not on every node. Nothing was changed.",
                "Run rotate-certs.yml: it ends it without a restart. Then run rollback-certs.yml:"
                    + " it brings back the generation before.")));
  }

  /** A node is restarted for a rollback at most once a run, whoever asks for it. */
  private boolean restartedBackInVain() {
    return nodes().stream()
        .filter(Discovery::open)
        .flatMap(d -> d.journal().entry(Phase.ROLLBACK_RESTART).stream())
        .anyMatch(e -> e.state() == Journal.State.FAILED && attemptsInThisRun(e) > 0);
  }

  private static boolean rollbackBegun(Journal journal) {
    return journal.begunAny(Phase.ROLLBACK);
  }

  private boolean rollbackFailed(Discovery d) {
    return d.open()
        && rollbackBegun(d.journal())
        && (d.journal().failed(Phase.ROLLBACK).isPresent()
            || d.journal()
                .entry(Phase.CONFIRM_BACK)
                .filter(e -> e.state() == Journal.State.FAILED)
                .isPresent());
  }

  private static boolean needsRestart(Discovery d) {
    return d.loaded() != Loaded.OLD;
  }

  private int attempts(String step) {
    return nodes().stream()
        .filter(Discovery::open)
        .flatMap(d -> d.journal().entry(step).stream())
        .mapToInt(this::attemptsInThisRun)
        .max()
        .orElse(0);
  }

  private int attemptsInThisRun(Journal.Entry entry) {
    return entry.run().equals(q.holder().process()) ? entry.attempts() : 0;
  }

  private List<String> names(Predicate<Discovery> which) {
    return nodes().stream().filter(which).map(Discovery::node).toList();
  }

  private List<Discovery> nodes() {
    return List.copyOf(q.found().values());
  }
}
