package hacert.rotation;

import hacert.policy.CertificateRules;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Severity;
import hacert.target.ClusterView;
import hacert.target.NodeFacts;
import hacert.target.NodeIdentity;
import hacert.target.Options;
import hacert.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides for a cluster, from what was discovered on all of its nodes, what is to be done. It looks
 * at nothing but its question, and neither a playbook nor a command judges beside it:
 *
 * <ol>
 *   <li>another rotation holds the cluster: no ({@link Claims});
 *   <li>a rotation has begun to change a node and has not ended: {@link Recovery} decides whether
 *       it goes forward, back, or stops;
 *   <li>it has changed nothing, and is to be undone: close it;
 *   <li>the cluster is not fit for a change: no;
 *   <li>nothing is due ({@link Due}): nothing;
 *   <li>else: rotate, active node first.
 * </ol>
 *
 * A rotation that was cut off before it changed anything is forgotten and begun anew.
 */
public final class Decide {
  /** What an operator may go on with, at the risk of a way back that is not proven. */
  private static final Set<String> UNPROVEN =
      Set.of("UNPROVEN", "UNEVEN_FILES", "CONFIGURATION_MISSING");

  private static final Set<String> BEFORE_APPLY = Set.of("discover", "decide", "stage");

  private final Target target;

  /** Decides for clusters of one kind. */
  public Decide(Target target) {
    this.target = target;
  }

  /** Decides. */
  public Decision decide(Question q) {
    List<Finding> claims = Claims.of(q);
    boolean reading = q.intent() == Settings.Intent.CHECK;
    if (Finding.stops(claims) && !reading) {
      return new Decision.No(Exit.LOCKED, claims);
    }
    Optional<Journal> changed =
        q.found().values().stream().filter(Discovery::changed).map(Discovery::journal).findFirst();
    if (changed.isPresent() && !reading) {
      return new Recovery(target, q, changed.get()).decide();
    }
    if (q.afterFailure() && !reading) {
      return beforeAnyChange(q);
    }
    Optional<Journal> undone = undone(q);
    if (undone.isPresent()) {
      return new Recovery(target, q, undone.get()).decide();
    }
    if (changed.isPresent() && claims.isEmpty()) {
      return open(q, changed.get());
    }
    return fresh(q, claims);
  }

  /**
   * The rotation that a person asks to undo, where it is open, and staged only. Who names something
   * else to go back to does not mean this one.
   */
  private static Optional<Journal> undone(Question q) {
    boolean asked =
        q.intent() == Settings.Intent.ROLLBACK
            && q.settings().generation() == 0
            && q.settings().options().rollback() == Options.Rollback.OWN;
    return staged(q)
        .filter(j -> asked && q.unreachable().isEmpty())
        .filter(j -> q.found().keySet().containsAll(j.plan().order()));
  }

  /**
   * The open rotation, on none of whose nodes anything was changed. On some of them one may still
   * be open that it takes the place of.
   */
  private static Optional<Journal> staged(Question q) {
    List<Journal> open =
        q.found().values().stream().filter(Discovery::open).map(Discovery::journal).toList();
    return open.stream()
        .filter(j -> open.stream().noneMatch(o -> OpenJournal.superseded(j, o.plan())))
        .findFirst();
  }

  /** Said to one who only looks: a rotation has not ended, and nobody is at work on it. */
  private static Decision open(Question q, Journal journal) {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.error(
            "ROTATION_OPEN",
            "Rotation "
                + journal.rotation()
                + " has begun to change nodes, at "
                + journal.lease().since()
                + ", and has not ended.",
            "Run rotate-certs.yml to go forward with it, or rollback-certs.yml to go back."));
    q.found().values().stream()
        .filter(Discovery::open)
        .map(Discovery::state)
        .forEach(findings::add);
    return new Decision.Go(journal.plan().with(Plan.Action.STOP), findings);
  }

  /** A step failed before the rotation changed anything: what was staged is closed. */
  private Decision beforeAnyChange(Question q) {
    Optional<Journal> open = staged(q);
    boolean allAnswer = q.unreachable().isEmpty();
    boolean appliedUnseen =
        q.failed().stream().anyMatch(r -> !BEFORE_APPLY.contains(r.operation()));
    if (open.isPresent() && (allAnswer || appliedUnseen)) {
      return new Recovery(target, q, open.get()).decide();
    }
    // What was staged on a node that answers no more is forgotten by the next rotation.
    List<Finding> findings = new ArrayList<>();
    q.unreachable().values().forEach(findings::addAll);
    return new FreshPlan(target, q, ClusterView.UNKNOWN, findings).nothing();
  }

  private Decision fresh(Question q, List<Finding> claims) {
    Map<String, NodeFacts> facts = q.facts();
    ClusterView view = target.assess(facts, q.settings().active(), q.now());
    List<Finding> findings = new ArrayList<>(claims);
    q.unreachable().values().forEach(findings::addAll);
    q.found().values().forEach(d -> d.findings().forEach(f -> findings.add(f.on(d.node()))));
    if (q.unreachable().isEmpty()) {
      // Of a part of the cluster they would only tell what follows from a part being missing.
      findings.addAll(view.findings());
      if (q.intent() != Settings.Intent.ROLLBACK) {
        findings.addAll(target.checkApply(facts, q.settings().options().apply(), false));
      }
    }
    findings.addAll(noNode(q));
    findings.addAll(clocks(q));
    findings.replaceAll(f -> tolerated(q, accepted(q, f)));
    boolean reading = q.intent() == Settings.Intent.CHECK;
    if (Finding.stops(findings) && !reading) {
      return new Decision.No(Exit.REFUSED, findings);
    }
    if (q.found().isEmpty()) {
      return new Decision.No(Exit.REFUSED, findings);
    }
    return new FreshPlan(target, q, view, findings).make();
  }

  /** An operator may take the risk of a backup that is not proven to be the running state. */
  private static Finding accepted(Question q, Finding finding) {
    // Where gs_om is to work on all nodes at once, it fails for certain.
    boolean certain =
        finding.code().equals("UNEVEN_FILES")
            && q.settings().options().apply() == Options.Apply.CLUSTER;
    return q.settings().acceptUnproven()
            && finding.severity() == Severity.ERROR
            && UNPROVEN.contains(finding.code())
            && !certain
        ? new Finding(
            Severity.WARNING,
            finding.code(),
            finding.message() + " Accepted by hacert_accept_unproven.",
            finding.remedy())
        : finding;
  }

  /** Who asks for an older generation may do so because the pair is ill with the running one. */
  private static Finding tolerated(Question q, Finding finding) {
    return q.intent() == Settings.Intent.ROLLBACK && finding.code().equals(FreshPlan.UNHEALTHY)
        ? new Finding(
            Severity.WARNING,
            finding.code(),
            finding.message() + " It is no reason not to roll back, which is asked for.",
            "Mind that nodes which run the other generation are restarted.")
        : finding;
  }

  private static List<Finding> noNode(Question q) {
    String named = q.settings().active();
    if (named.isEmpty() || q.nodes().stream().anyMatch(n -> n.name().equals(named))) {
      return List.of();
    }
    return List.of(
        Finding.error(
            "ACTIVE_UNKNOWN",
            "hacert_active names " + named + ", and this cluster has " + names(q.nodes()) + ".",
            "Name a node of the cluster as the inventory has it, and run with --limit for that"
                + " cluster alone."));
  }

  private static List<Finding> clocks(Question q) {
    List<Discovery> told =
        q.found().values().stream().filter(d -> d.clockOffset() != null).toList();
    double least = told.stream().mapToDouble(Discovery::clockOffset).min().orElse(0);
    double most = told.stream().mapToDouble(Discovery::clockOffset).max().orElse(0);
    if (most - least <= CertificateRules.MOST_SKEW.toSeconds()) {
      return List.of();
    }
    return List.of(
        Finding.error(
            "CLOCK_SKEW",
            String.format(
                "The clocks of the nodes differ by %.0f s; at most %d s are allowed, or a new"
                    + " certificate is not yet valid on one of them.",
                most - least, CertificateRules.MOST_SKEW.toSeconds()),
            "Synchronise the clocks of " + names(q.nodes()) + ", then run again."));
  }

  private static String names(List<NodeIdentity> nodes) {
    return String.join(" and ", nodes.stream().map(NodeIdentity::name).toList());
  }
}
