package hacert.target;

import hacert.result.Finding;
import hacert.result.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What it means for a cluster that the certificates of all of its nodes have expired. Then nodes
 * may no longer hear each other, so that none, or more than one, calls itself active: a rotation is
 * the cure, and cannot wait for health. Which node is really active is then for a person to say.
 *
 * <ol>
 *   <li>the cluster is well: it tells its active node itself, and a person may say no other;
 *   <li>it is ill, and not every node has an expired certificate: that is no explanation, and
 *       nobody can explain it away;
 *   <li>it is ill, and every node has one: refused, unless a person names the active node, which
 *       must be one of those that call themselves so, if any does.
 * </ol>
 *
 * Nothing can prove an expired state, nor one that was ill for that: there is no way back to it.
 */
public final class ExpiredCluster {
  private final Map<String, NodeFacts> facts;
  private final String named;
  private final Effect effect;
  private final boolean explained;
  private final boolean expired;

  /**
   * What expired certificates may do to a kind of system.
   *
   * @param codes of the findings that they explain
   * @param lookFor how a person finds the node that is really active, in whole sentences
   */
  public record Effect(Set<String> codes, String lookFor) {}

  /**
   * Looks at the certificates.
   *
   * @param facts the facts of each node, by its name
   * @param named the node that a person calls active; empty if none was named
   * @param now until when a certificate must be valid
   * @param target tells which certificates a way back depends on
   */
  public ExpiredCluster(
      Map<String, NodeFacts> facts, String named, Instant now, Effect effect, Target target) {
    this.facts = facts;
    this.named = facts.containsKey(named) ? named : "";
    this.effect = effect;
    this.explained = every(f -> f.installed().stream().anyMatch(c -> !now.isBefore(c.notAfter())));
    this.expired =
        every(f -> target.validUntil(f.installed()).filter(u -> !now.isBefore(u)).isPresent());
  }

  private boolean every(Predicate<NodeFacts> which) {
    return !facts.isEmpty() && facts.values().stream().allMatch(which);
  }

  /** What the cluster tells of itself, seen so. */
  public ClusterView judge(ClusterView told) {
    List<Finding> findings = new ArrayList<>(told.findings());
    List<Finding> ill = findings.stream().filter(this::isOfExpiry).toList();
    boolean accepted = !ill.isEmpty() && explained && !named.isEmpty() && !contradicted();
    if (contradicted() && (ill.isEmpty() || explained)) {
      findings.add(contradiction());
    }
    if (accepted) {
      findings.removeAll(ill);
      findings.add(accepted(ill));
    } else {
      findings.replaceAll(f -> isOfExpiry(f) ? withRemedy(f) : f);
    }
    boolean lost = expired || explained && !ill.isEmpty();
    if (lost) {
      findings.add(0, allExpired());
    }
    return new ClusterView(
        accepted ? named : told.active(),
        accepted ? others() : told.standbys(),
        accepted && told.maker().isEmpty() ? named : told.maker(),
        List.copyOf(findings),
        lost,
        accepted,
        told.rolesWritten());
  }

  private boolean isOfExpiry(Finding f) {
    return f.severity() == Severity.ERROR && effect.codes().contains(f.code());
  }

  /** Whether other nodes call themselves active, and the named one does not. */
  private boolean contradicted() {
    return !named.isEmpty() && !actives().isEmpty() && !actives().contains(named);
  }

  private List<String> actives() {
    return facts.keySet().stream().filter(n -> facts.get(n).role() == HaRole.ACTIVE).toList();
  }

  private List<String> others() {
    return facts.keySet().stream().filter(n -> !n.equals(named)).toList();
  }

  private Finding contradiction() {
    return Finding.error(
        "ACTIVE_CONTRADICTED",
        String.format(
            "hacert_active names %s; %s, and not %s, is active by its own status.",
            named, String.join(" and ", actives()), named),
        "Take hacert_active away where the cluster is healthy; else name the node that is really"
            + " active. "
            + effect.lookFor());
  }

  private static Finding allExpired() {
    return Finding.warning(
        "ALL_EXPIRED",
        "Installed certificates of every node have expired. There is no way back from a rotation:"
            + " where it fails it stops, and a person decides.",
        "");
  }

  private Finding accepted(List<Finding> ill) {
    return Finding.warning(
        "ACTIVE_NAMED",
        String.format(
            "A person named %s the active node, by hacert_active; it is changed first. The cluster"
                + " says: %s Certificates of every node have expired, which explains that.",
            named, String.join(" ", ill.stream().map(f -> f.code() + ", " + f.message()).toList())),
        "");
  }

  private Finding withRemedy(Finding f) {
    if (explained) {
      return Finding.error(
          f.code(),
          f.message() + " Certificates of every node have expired, which explains that.",
          "Find out which node is really active. "
              + effect.lookFor()
              + " Then run again for this cluster alone, with -e hacert_active=NODE, one of "
              + String.join(", ", actives().isEmpty() ? facts.keySet() : actives())
              + ".");
    }
    return named.isEmpty()
        ? f
        : Finding.error(
            f.code(),
            f.message(),
            f.remedy()
                + " hacert_active does not help: it counts only where certificates of every node"
                + " have expired.");
  }
}
