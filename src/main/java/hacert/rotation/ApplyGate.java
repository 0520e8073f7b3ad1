package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Difference;
import hacert.result.Finding;
import hacert.result.Result;
import hacert.target.HaRole;
import hacert.target.NodeFacts;
import hacert.target.RestartNeed.Scope;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Refuses to begin {@link Apply} unless every node is staged (first node), or the first node's
 * apply has succeeded (others), nothing was changed since the backup, and, on the first node, the
 * HA roles are still what the plan was made for.
 */
final class ApplyGate {
  private final Site site;
  private final Plan plan;

  ApplyGate(Site site) {
    this.site = site;
    this.plan = site.plan();
  }

  void check(Journal journal) throws HostException, RefusedException {
    if (!journal.done(Phase.STAGE_BUNDLE) || !journal.done(Phase.STAGE_BACKUP)) {
      throw new RefusedException(
          "NOT_STAGED",
          "This node is not staged for rotation " + plan.rotation() + ". It was not changed.",
          "Run the playbook from its beginning.");
    }
    List<Finding> wrong = site.node().checkInstall(site.installSpec());
    if (Finding.stops(wrong)) {
      throw new RefusedException(wrong);
    }
    if (site.first()) {
      stagedAlike(journal);
      unchangedRoles(journal);
    } else {
      firstApplied();
      if (StagedBundle.restart(site.request(), journal) == Scope.CLUSTER) {
        site.mustBeStopped(plan.order().get(0), "replaced");
      }
    }
    if (site.first() || !plan.together()) {
      untouched(journal);
    }
  }

  private void stagedAlike(Journal journal) throws RefusedException {
    JsonNode mine = journal.entry(Phase.STAGE_BUNDLE).orElseThrow().data().path("files");
    for (String node : plan.order()) {
      if (!staged(plan, site.request().staged(), node, mine)) {
        throw new RefusedException(
            "NOT_STAGED",
            "There is no proof that "
                + node
                + " holds the same staged bundle as this node."
                + " Nothing was changed.",
            "Run the playbook from its beginning: it stages every node before it applies.");
      }
    }
  }

  /**
   * Whether a node has staged these files; where the vendor keeps a backup of its own on each node,
   * whether it has staged anything, for these need not be alike.
   */
  static boolean staged(Plan plan, List<Result> results, String node, JsonNode files) {
    return results.stream()
        .filter(r -> plan.proves(r, "stage", node))
        .map(r -> r.data().path("staged").path("files"))
        .anyMatch(f -> plan.kind() == Plan.Kind.VENDOR ? f.size() > 0 : f.equals(files));
  }

  private void firstApplied() throws RefusedException {
    Result first = site.request().first();
    if (first == null || !plan.proves(first, "apply", plan.order().get(0))) {
      throw new RefusedException(
          "FIRST_NODE_NOT_APPLIED",
          "There is no proof that "
              + plan.order().get(0)
              + " was changed and restarted in rotation "
              + plan.rotation()
              + ". This node was not changed.",
          "Run the playbook from its beginning: it applies the active node first.");
    }
  }

  private void unchangedRoles(Journal journal) throws RefusedException {
    NodeFacts facts = site.node().facts(true);
    if (plan.named()) {
      // Whatever it was called when a person named it; that it has become active bears the person
      // out.
      if (facts.role() != HaRole.ACTIVE && !facts.role().word().equals(journal.role())) {
        throw rolesChanged(site.name(), journal.role(), facts.role());
      }
      return;
    }
    checkRole(site.name(), facts.role());
    Map<String, HaRole> seen = site.node().roles(facts);
    for (String other : plan.order().subList(1, plan.order().size())) {
      // An ill pair, say one whose certificates have expired, cannot tell of the other node.
      if (plan.healthy()) {
        String name = plan.nodes().get(other).statusName();
        checkRole(other, seen.getOrDefault(name, HaRole.UNKNOWN));
      }
    }
  }

  private void checkRole(String node, HaRole now) throws RefusedException {
    HaRole planned = node.equals(plan.active()) ? HaRole.ACTIVE : HaRole.STANDBY;
    if (now != planned) {
      throw rolesChanged(node, planned.word(), now);
    }
  }

  private static RefusedException rolesChanged(String node, String planned, HaRole now) {
    return new RefusedException(
        "ROLES_CHANGED",
        String.format(
            "%s was %s when the rotation was planned and is %s now. Nothing was changed.",
            node, planned, now.word()),
        "See that the cluster is well, then run the playbook again: it plans anew.");
  }

  /**
   * What is installed must still be what was backed up, or the backup would be no way back. In the
   * mixed window HA of a later node may note in its configuration what it sees, and bring the first
   * node's new files there; that alone must not leave the cluster mixed.
   */
  private void untouched(Journal journal) throws HostException, RefusedException {
    Snapshot installed = site.installed();
    Predicate<Difference> others =
        site.amongCertificates().and(EarlyFiles.among(site, journal, installed).negate());
    List<Difference> differences =
        GenerationStore.differences(site.generations().get(plan.from()).manifest(), installed)
            .stream()
            .filter(d -> site.first() || others.test(d))
            .toList();
    if (!differences.isEmpty()) {
      throw new RefusedException(
          "FILES_CHANGED",
          "Since it was staged someone changed files on this node: "
              + differences.stream().limit(5).toList()
              + ". The rotation has not changed this node.",
          "Find out who did it. Then run the playbook again: it plans anew.");
    }
  }
}
