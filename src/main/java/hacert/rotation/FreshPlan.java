package hacert.rotation;

import hacert.result.CertificateSummary;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.target.ClusterView;
import hacert.target.NodeIdentity;
import hacert.target.Options;
import hacert.target.RestartNeed;
import hacert.target.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The plan for a cluster on which no rotation is under way. */
final class FreshPlan {
  /** Code of the finding that a cluster is not in health. */
  static final String UNHEALTHY = "UNHEALTHY";

  private final Target target;
  private final Question q;
  private final ClusterView view;
  private final List<Finding> findings;

  FreshPlan(Target target, Question q, ClusterView view, List<Finding> findings) {
    this.target = target;
    this.q = q;
    this.view = view;
    this.findings = new ArrayList<>(findings);
  }

  Decision make() {
    return q.intent() == Settings.Intent.ROLLBACK ? restore() : replace();
  }

  /** The plan that does nothing. */
  Decision nothing() {
    return new Decision.Go(plan(Plan.Action.NONE, Plan.Kind.REPLACE, List.of(), 0), findings);
  }

  private Decision replace() {
    findings.addAll(q.settings().checkSource(q.given().isPresent()));
    if (Finding.stops(findings) && q.intent() == Settings.Intent.ROTATE) {
      return new Decision.No(Exit.REFUSED, findings);
    }
    List<Plan.Reason> due = Due.reasons(target, q);
    findings.addAll(Due.givenExpiring(target, q));
    findings.addAll(Due.renewedTooSoon(q));
    if (due.isEmpty()) {
      return nothing();
    }
    return new Decision.Go(plan(Plan.Action.ROTATE, Plan.Kind.REPLACE, due, 0), findings);
  }

  private Decision restore() {
    int wanted = q.settings().generation();
    if (wanted == 0) {
      Optional<Finding> back = Undone.last(q, kept());
      if (back.isPresent()) {
        findings.add(0, back.get());
        return new Decision.Go(plan(Plan.Action.NONE, Plan.Kind.RESTORE, List.of(), 0), findings);
      }
      if (q.settings().options().rollback() != Options.Rollback.OWN) {
        findings.addAll(target.checkApply(q.facts(), apply(Plan.Kind.VENDOR), true));
        if (Finding.stops(findings)) {
          return new Decision.No(Exit.REFUSED, findings);
        }
        Plan.Reason reason =
            new Plan.Reason("ROLLBACK", "the backup that the vendor's command keeps is asked for");
        return new Decision.Go(
            plan(Plan.Action.ROTATE, Plan.Kind.VENDOR, List.of(reason), 0), findings);
      }
    }
    OptionalInt generation = wanted > 0 ? OptionalInt.of(wanted) : previous();
    if (generation.isEmpty() || !keptEverywhere(generation.getAsInt())) {
      findings.add(
          Finding.error(
              "NO_GENERATION",
              "There is no "
                  + (wanted > 0 ? "generation " + wanted : "earlier generation")
                  + " that every node keeps as proven. Kept: "
                  + kept()
                  + ". Nothing was changed.",
              "Choose one that all nodes keep with -e hacert_generation=N."));
      return new Decision.No(Exit.REFUSED, findings);
    }
    int number = generation.getAsInt();
    if (q.found().values().stream().allMatch(d -> d.equal().contains(number))) {
      findings.add(
          Finding.info("GENERATION_RUNS", "Generation " + number + " is the installed one."));
      return new Decision.Go(
          plan(Plan.Action.NONE, Plan.Kind.RESTORE, List.of(), number), findings);
    }
    Optional<Finding> expired = expired(number);
    expired.or(() -> partlyExpired(number)).ifPresent(findings::add);
    if (expired.isPresent()) {
      return new Decision.No(Exit.REFUSED, findings);
    }
    if (compromised(number)) {
      findings.add(knownToOthers("generation " + number));
    }
    Plan.Reason reason =
        new Plan.Reason("ROLLBACK", "generation " + number + " is to be brought back");
    return new Decision.Go(
        plan(Plan.Action.ROTATE, Plan.Kind.RESTORE, List.of(reason), number), findings);
  }

  private boolean compromised(int number) {
    return q.settings().compromised()
        || q.found().values().stream().anyMatch(d -> d.compromised().contains(number));
  }

  /** A person may go back to anything, and is told to what. */
  static Finding knownToOthers(String what) {
    return Finding.warning(
        "COMPROMISED",
        what + " is asked for, and its keys are known to others, as hacert_compromised said",
        "As soon as the new certificates can be made to work, run rotate-certs.yml with"
            + " -e hacert_compromised=true.");
  }

  private Plan plan(Plan.Action action, Plan.Kind kind, List<Plan.Reason> due, int restore) {
    int last = numbers().max().orElse(0);
    List<Integer> current = q.found().values().stream().map(Discovery::current).distinct().toList();
    boolean recorded = current.size() == 1 && current.get(0) > 0;
    int from = recorded ? current.get(0) : last + 1;
    int to = Math.max(last, from) + 1;
    Map<String, Plan.PlannedNode> nodes = new LinkedHashMap<>();
    for (NodeIdentity node : q.nodes()) {
      Discovery d = q.found().get(node.name());
      if (d != null) {
        nodes.put(
            node.name(),
            new Plan.PlannedNode(
                d.stateDirectory(), node.address(), node.port(), d.statusName(), d.user()));
      }
    }
    return new Plan(
        action,
        kind,
        kind == Plan.Kind.REPLACE ? q.settings().peerCopy() : Plan.Copy.SSH,
        apply(kind),
        kind == Plan.Kind.REPLACE && q.settings().renewCipher(),
        action == Plan.Action.ROTATE ? q.newRotation() : "",
        view.active(),
        order(view.active()),
        order(maker()),
        List.of(),
        RestartNeed.Scope.NODE,
        due,
        due.isEmpty() ? Due.next(target, q) : null,
        from,
        to,
        restore,
        !view.named() && findings.stream().noneMatch(f -> f.code().equals(UNHEALTHY)),
        view.expired(),
        view.named(),
        q.settings().compromised(),
        view.rolesWritten(),
        authorities(),
        q.found().values().stream()
            .filter(Discovery::open)
            .map(d -> d.journal().rotation())
            .distinct()
            .toList(),
        nodes);
  }

  private Options.Apply apply(Plan.Kind kind) {
    return switch (kind) {
      case REPLACE -> q.settings().options().apply();
      case RESTORE -> Options.Apply.LOCAL;
      case VENDOR ->
          q.settings().options().rollback() == Options.Rollback.VENDOR
              ? Options.Apply.CLUSTER
              : Options.Apply.LOCAL;
    };
  }

  /** Those that keep a CA of our own. */
  private Stream<Discovery> keeping() {
    return q.found().values().stream().filter(d -> !d.authority().isEmpty());
  }

  /** Whoever keeps the CA: another node would make one that no client knows. */
  private String maker() {
    return keeping().map(Discovery::node).findFirst().orElse(view.maker());
  }

  /** The nodes that keep a CA of our own, where it is not one and the same. */
  private List<String> authorities() {
    return keeping().map(Discovery::authority).distinct().count() < 2
        ? List.of()
        : keeping().map(Discovery::node).toList();
  }

  /** All nodes, this one first. */
  private List<String> order(String first) {
    List<String> order = new ArrayList<>();
    if (!first.isEmpty()) {
      order.add(first);
    }
    q.nodes().stream()
        .map(NodeIdentity::name)
        .filter(name -> !order.contains(name))
        .forEach(order::add);
    return order;
  }

  private IntStream numbers() {
    return q.found().values().stream()
        .flatMap(d -> d.generations().stream())
        .mapToInt(Generation.Summary::number);
  }

  /** The newest kept generation before the one whose certificates are installed, with others. */
  private OptionalInt previous() {
    List<Integer> installed = Undone.installed(q);
    int below = installed.stream().max(Comparator.naturalOrder()).orElse(Integer.MAX_VALUE);
    return numbers().filter(n -> n < below && !installed.contains(n) && keptEverywhere(n)).max();
  }

  private boolean keptEverywhere(int number) {
    return q.found().values().stream()
        .allMatch(
            d ->
                d.generations().stream()
                    .anyMatch(
                        g ->
                            g.number() == number && (g.proven() || q.settings().acceptUnproven())));
  }

  /** Who has expired certificates installed would get an ill cluster, and no proof of anything. */
  private Optional<Finding> expired(int number) {
    return kept(number)
        .flatMap(certificates -> target.returnableUntil(certificates).stream())
        .min(Instant::compareTo)
        .filter(until -> !q.now().isBefore(until))
        .map(
            until ->
                Finding.error(
                    "GENERATION_EXPIRED",
                    "Generation "
                        + number
                        + " holds what it cannot do without, a certificate or a CRL, that ended at "
                        + until
                        + ". Nothing was changed.",
                    "Run rotate-certs.yml with -e hacert_force=true: it makes new ones. Or choose"
                        + " another generation with -e hacert_generation=N. Kept: "
                        + kept()
                        + "."));
  }

  /** Of what the nodes do not serve by, a person may have it back. */
  private Optional<Finding> partlyExpired(int number) {
    return kept(number)
        .flatMap(List::stream)
        .filter(c -> !q.now().isBefore(c.notAfter()))
        .findFirst()
        .map(
            c ->
                Finding.warning(
                    "GENERATION_EXPIRED",
                    "Generation "
                        + number
                        + " holds "
                        + c.source()
                        + ", which ended at "
                        + c.notAfter()
                        + "; the certificates that its nodes serve are valid",
                    "Rotate as soon as the new certificates can be made to work."));
  }

  /** The certificates of a generation, of each node that keeps it. */
  private Stream<List<CertificateSummary>> kept(int number) {
    return q.found().values().stream()
        .flatMap(d -> d.generations().stream())
        .filter(g -> g.number() == number)
        .map(Generation.Summary::certificates);
  }

  private String kept() {
    List<String> all =
        q.found().values().stream()
            .map(
                d ->
                    d.node()
                        + " "
                        + d.generations().stream()
                            .map(g -> g.number() + (g.proven() ? "" : " (unproven)"))
                            .toList())
            .toList();
    return String.join(", ", all);
  }
}
