package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import hacert.oms.MrsTarget;
import hacert.result.CertificateSummary;
import hacert.result.Change;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.Timings;
import hacert.rotation.Discovery.Files;
import hacert.rotation.Discovery.Loaded;
import hacert.target.Contents;
import hacert.target.HaRole;
import hacert.target.NodeIdentity;
import hacert.target.Options;
import hacert.target.RestartNeed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Builds what decide is asked with: a healthy pair of which each test changes what it is about. */
final class Records {
  static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");
  static final String RUN = "pid@now";
  static final String EARLIER = "pid@earlier";
  static final String ROTATION = "20261122T075900-0badcafe";
  private static final List<String> PAIR = List.of("mgmt1", "mgmt2");

  final Node one = new Node("mgmt1", HaRole.ACTIVE);
  final Node two = new Node("mgmt2", HaRole.STANDBY);
  final List<Result> failed = new ArrayList<>();
  final Map<String, List<Finding>> unreachable = new LinkedHashMap<>();
  final List<String> unlisted = new ArrayList<>();
  Settings.Intent intent = Settings.Intent.ROTATE;
  String run = RUN;
  Map<String, Object> settings = Map.of();
  List<String> dead = List.of();
  Optional<String> given = Optional.empty();
  String health = "normal";

  /** One node as discovered. */
  static final class Node {
    final String name;
    HaRole role;
    String phase;
    String digest = "new-root";
    double clockOffset = 0;
    String busy = "";
    String authority = "";
    Files files;
    Loaded loaded;
    int current = 2;
    Outcome outcome;
    Lease lease =
        new Lease(ROTATION, "control", EARLIER, NOW.minusSeconds(60), NOW.plusSeconds(600));
    final List<Finding> findings = new ArrayList<>();
    final List<Journal.Entry> entries = new ArrayList<>();
    final List<Generation.Summary> generations = new ArrayList<>();
    final List<CertificateSummary> installed = new ArrayList<>();
    boolean journal;
    Options.Apply apply = Options.Apply.LOCAL;
    boolean compromised;
    Journal undoable;
    List<Integer> knownToOthers = List.of();
    Plan.Kind kind = Plan.Kind.REPLACE;
    List<String> cluster = PAIR;

    Node(String name, HaRole role) {
      this.name = name;
      this.role = role;
      this.phase = role == HaRole.ACTIVE ? "Actived" : "Deactived";
      generation(1, Generation.Origin.FOUND, true);
      generation(2, Generation.Origin.INSTALLED, true);
      certificate("root-ca.crt", Duration.ofDays(3000), Duration.ofDays(650), "sha-of-root", true);
    }

    Node generation(int number, Generation.Origin origin, boolean proven) {
      generations.add(
          new Generation.Summary(number, NOW, ROTATION, origin, proven, "d" + number, List.of()));
      return this;
    }

    Node certificate(String source, Duration left, Duration age, String sha256) {
      return certificate(source, left, age, sha256, false);
    }

    Node certificate(String source, Duration left, Duration age, String sha256, boolean ca) {
      installed.add(
          new CertificateSummary(
              source,
              "CN=x",
              "CN=x",
              "1",
              NOW.minus(age),
              NOW.plus(left),
              sha256,
              "RSA 3072",
              ca,
              List.of()));
      return this;
    }

    /** A rotation is open here, with these steps on record. */
    Node open() {
      journal = true;
      files = files == null ? Files.OLD : files;
      loaded = loaded == null ? Loaded.OLD : loaded;
      return done("stage.bundle").backup(true, NOW.plus(Duration.ofDays(900)));
    }

    Node backup(boolean proven, Instant validUntil) {
      JsonNode data =
          Json.mapper()
              .createObjectNode()
              .put("proven", proven)
              .put("valid_until", validUntil.toString());
      entries.removeIf(e -> e.step().equals("stage.backup"));
      return entry("stage.backup", Journal.State.DONE, 1, EARLIER, data);
    }

    Node done(String step) {
      return entry(step, Journal.State.DONE, 1, EARLIER, NullNode.instance);
    }

    Node begun(String step) {
      return entry(step, Journal.State.BEGUN, 1, EARLIER, NullNode.instance);
    }

    Node failed(String step, int attempts, String run) {
      return entry(step, Journal.State.FAILED, attempts, run, NullNode.instance);
    }

    private Node entry(String step, Journal.State state, int attempts, String run, JsonNode data) {
      Instant ended = state == Journal.State.BEGUN ? null : NOW;
      entries.add(new Journal.Entry(step, state, attempts, run, NOW, ended, "", data));
      return this;
    }

    /** What its stage said has to be started anew. */
    Node starts(RestartNeed.Scope scope) {
      JsonNode data = Json.mapper().createObjectNode().put("restart", scope.name().toLowerCase());
      entries.removeIf(e -> e.step().equals("stage.bundle"));
      return entry("stage.bundle", Journal.State.DONE, 1, EARLIER, data);
    }

    /** Applied to the end. */
    Node applied() {
      state(Files.NEW, Loaded.NEW);
      return open().done("apply.root").done("apply.replace").done("apply.restart");
    }

    Node state(Files onDisk, Loaded running) {
      files = onDisk;
      loaded = running;
      return this;
    }

    Node closed(Outcome how) {
      outcome = how;
      files = null;
      loaded = null;
      return this;
    }

    Journal journal() {
      return new Journal(
          Journal.SCHEMA,
          ROTATION,
          plan(kind, apply, compromised, cluster),
          Change.NONE,
          lease,
          outcome,
          "2026-11-01 00:00:00",
          "active",
          List.copyOf(entries));
    }
  }

  /** The plan that is pinned in the journals. */
  static Plan plan() {
    return plan(Plan.Kind.REPLACE, Options.Apply.LOCAL, false);
  }

  static Plan plan(Plan.Kind kind, Options.Apply apply, boolean compromised) {
    return plan(kind, apply, compromised, PAIR);
  }

  private static Plan plan(
      Plan.Kind kind, Options.Apply apply, boolean compromised, List<String> nodes) {
    Map<String, Plan.PlannedNode> planned =
        new LinkedHashMap<>(Map.of("mgmt1", planned("192.0.2.11"), "mgmt2", planned("192.0.2.12")));
    planned.keySet().retainAll(nodes);
    return new Plan(
        Plan.Action.ROTATE,
        kind,
        Plan.Copy.SSH,
        apply,
        false,
        ROTATION,
        "mgmt1",
        nodes,
        nodes,
        List.of(),
        RestartNeed.Scope.NODE,
        List.of(new Plan.Reason("FORCED", "hacert_force is set")),
        null,
        2,
        3,
        kind == Plan.Kind.RESTORE ? 1 : 0,
        true,
        false,
        false,
        compromised,
        false,
        List.of(),
        List.of(),
        planned);
  }

  private static Plan.PlannedNode planned(String address) {
    return new Plan.PlannedNode("/home/omm/.hacert/pair", address, 22, "", "omm");
  }

  List<Node> nodes() {
    return List.of(one, two);
  }

  /** The first node has always been a cluster of its own. */
  void alone() {
    unlisted.add("mgmt2");
    one.cluster = List.of("mgmt1");
  }

  Records fail(String operation, Node node, Outcome outcome, String code) {
    failed.add(result(operation, node.name, outcome, code));
    return this;
  }

  static Result result(String operation, String host, Outcome outcome, String code) {
    return new Result(
        Result.SCHEMA,
        "test",
        operation,
        "pair",
        "mrs-ha",
        "mrs-2x",
        host,
        ROTATION,
        false,
        outcome,
        outcome == Outcome.REFUSED ? 3 : 5,
        NOW,
        NOW,
        Change.NONE,
        findings(host, outcome, code),
        List.of(),
        List.of(),
        List.of(),
        Timings.NONE,
        null);
  }

  /** A node that answers says what state it is in; a connection that was lost says nothing. */
  private static List<Finding> findings(String host, Outcome outcome, String code) {
    Finding finding = Finding.error(code, host + ": " + code, "Look.");
    boolean told = outcome == Outcome.FAILED && !code.equals("HOST_UNREACHABLE");
    return told ? List.of(finding, Finding.info("NODE_STATE", host)) : List.of(finding);
  }

  Records away(Node node) {
    unreachable.put(
        node.name, List.of(Finding.error("HOST_UNREACHABLE", node.name + ": gone", "Look.")));
    return this;
  }

  Question question() {
    Map<String, Discovery> found = new LinkedHashMap<>();
    for (Node node : nodes()) {
      if (!unreachable.containsKey(node.name) && !unlisted.contains(node.name)) {
        found.put(node.name, discovery(node));
      }
    }
    return question(found);
  }

  Question question(Map<String, Discovery> found) {
    return new Question(
        "pair",
        List.of(
                new NodeIdentity("mgmt1", "192.0.2.11", 22, ""),
                new NodeIdentity("mgmt2", "192.0.2.12", 22, ""))
            .stream()
            .filter(n -> !unlisted.contains(n.name()))
            .toList(),
        found,
        unreachable,
        List.copyOf(failed),
        intent,
        Json.mapper().convertValue(settings, Settings.class),
        new Request.Holder("control", run),
        dead,
        given.map(g -> new Contents(g, Map.of("root-ca.crt", Set.of(g)))),
        false,
        NOW,
        "20261122T080000-11111111");
  }

  Discovery discovery(Node n) {
    Journal journal = n.journal ? n.journal() : null;
    return new Discovery(
        n.name,
        "test",
        NOW,
        n.clockOffset,
        "omm",
        "/home/omm/.hacert/pair",
        n.role,
        n.name + "-row",
        "2026-11-01 00:00:00",
        n.installed,
        n.digest,
        details(),
        List.copyOf(n.findings),
        n.busy,
        journal,
        n.undoable,
        n.knownToOthers,
        journal != null && journal.isOpen() ? n.lease : null,
        n.files,
        n.loaded,
        n.generations,
        n.current,
        null,
        n.authority);
  }

  /** What both nodes' status says. */
  private JsonNode details() {
    List<Map<String, String>> rows = new ArrayList<>();
    for (Node n : nodes()) {
      rows.add(
          Map.of(
              "node_name",
              n.name + "-row",
              "host_name",
              n.name,
              "start_time",
              "2026-11-01 00:00:00",
              "active",
              n.role == HaRole.UNKNOWN ? "null" : n.role.name().toLowerCase(),
              "all_resources_ok",
              health,
              "run_phase",
              n.phase.toLowerCase()));
    }
    return Json.mapper()
        .valueToTree(
            Map.of("status", Map.of("mode", "double", "nodes", rows, "resources", List.of())));
  }

  Decision decide() {
    return new Decide(new MrsTarget()).decide(question());
  }

  Plan go() {
    Decision decision = decide();
    if (decision instanceof Decision.Go go) {
      return go.plan();
    }
    throw new AssertionError(decision.toString());
  }

  Exit no() {
    Decision decision = decide();
    if (decision instanceof Decision.No no) {
      return no.exit();
    }
    throw new AssertionError(decision.toString());
  }

  List<String> codes() {
    return decide().findings().stream().map(Finding::code).toList();
  }

  String messages() {
    return String.join("\n", decide().findings().stream().map(Finding::message).toList());
  }
}
