package hacert.rotation;

import hacert.result.Finding;
import hacert.result.Result;
import hacert.target.Contents;
import hacert.target.NodeFacts;
import hacert.target.NodeIdentity;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@link Decide} is asked.
 *
 * @param cluster name of the cluster
 * @param nodes every node of the cluster as the inventory knows it, in its order
 * @param found what was discovered, by node; a node that could not be reached is missing
 * @param unreachable what was seen instead on nodes that are missing in {@code found}
 * @param failed the failed results of this run, oldest first
 * @param intent what is wanted
 * @param settings the settings
 * @param holder who asks
 * @param deadProcesses processes of the holder's host that no longer run
 * @param given the bundle that was given; empty if one is to be made
 * @param check whether this is a dry run
 * @param now the time
 * @param newRotation id to use for a new rotation
 */
public record Question(
    String cluster,
    List<NodeIdentity> nodes,
    Map<String, Discovery> found,
    Map<String, List<Finding>> unreachable,
    List<Result> failed,
    Settings.Intent intent,
    Settings settings,
    Request.Holder holder,
    List<String> deadProcesses,
    Optional<Contents> given,
    boolean check,
    Instant now,
    String newRotation) {

  /** Whether an earlier step of this run failed. */
  public boolean afterFailure() {
    return !failed.isEmpty();
  }

  /** What each node that answers tells of itself. */
  Map<String, NodeFacts> facts() {
    Map<String, NodeFacts> facts = new LinkedHashMap<>();
    found.forEach((node, discovery) -> facts.put(node, discovery.facts()));
    return facts;
  }
}
