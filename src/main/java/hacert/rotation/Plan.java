package hacert.rotation;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What was decided for a cluster. It is made once, travels through the playbook unread but for
 * {@code action}, {@code peerCopy}, the names of nodes and {@code until}, and is pinned in every
 * node's journal.
 *
 * @param action what to do now
 * @param kind what apply installs
 * @param peerCopy how the bundle comes to the other nodes
 * @param rotation id of the rotation; empty with {@link Action#NONE}
 * @param active the active node, as pinned before the first change
 * @param standby the standby node, as pinned before the first change
 * @param order all nodes in the order of apply
 * @param back with {@link Action#BACK}: the nodes to roll back, in order
 * @param due why
 * @param until with {@link Action#NONE}: when the next rotation falls due
 * @param from number of the generation that is backed up
 * @param to number of the generation that is installed
 * @param restore with {@link Kind#RESTORE}: number of the generation to bring back; else 0
 * @param healthy whether the cluster was healthy before, so that confirm must find it so
 * @param supersedes ids of rotations that were cut off before they changed anything, and that this
 *     one may take the place of
 * @param nodes what is known of each node, by name
 */
public record Plan(
    Action action,
    Kind kind,
    Copy peerCopy,
    String rotation,
    String active,
    String standby,
    List<String> order,
    List<String> back,
    List<Reason> due,
    Instant until,
    int from,
    int to,
    int restore,
    boolean healthy,
    List<String> supersedes,
    Map<String, PlannedNode> nodes) {

  /** A plan that was written before there was a choice copies by ssh. */
  public Plan {
    peerCopy = peerCopy == null ? Copy.SSH : peerCopy;
  }

  /** What to do now. */
  public enum Action {
    /** Nothing is due. */
    @JsonProperty("none")
    NONE,
    /** Stage, apply, confirm, close. */
    @JsonProperty("rotate")
    ROTATE,
    /** Roll back the nodes in {@code back}, confirm, close. */
    @JsonProperty("back")
    BACK,
    /** A person must decide. */
    @JsonProperty("stop")
    STOP
  }

  /** What apply installs. */
  public enum Kind {
    /** A new bundle, by the vendor's own way. */
    @JsonProperty("replace")
    REPLACE,
    /** An older generation, file by file. */
    @JsonProperty("restore")
    RESTORE
  }

  /** How the bundle comes from the first node to the others. */
  public enum Copy {
    /** The first node logs in to the others. */
    @JsonProperty("ssh")
    SSH,
    /** Through the control machine, sealed: see {@link SealedBundle}. */
    @JsonProperty("control")
    CONTROL
  }

  /**
   * Why a rotation is due.
   *
   * @param code stable name
   * @param message in words
   */
  public record Reason(String code, String message) {}

  /**
   * A node in a plan.
   *
   * @param stateDirectory absolute path of the cluster's state directory on that node
   * @param address how the other nodes reach it
   * @param port the ssh port there
   * @param statusName its name in the system's status
   * @param user the user this program runs as there
   */
  public record PlannedNode(
      String stateDirectory, String address, int port, String statusName, String user) {}

  /** Whether it has everything that an operation reads. */
  boolean complete() {
    return action != null
        && kind != null
        && rotation != null
        && order != null
        && back != null
        && supersedes != null
        && nodes != null
        && nodes.keySet().containsAll(order)
        && order.stream().allMatch(Objects::nonNull);
  }

  /** The same plan with another action. */
  public Plan with(Action newAction, List<String> newBack) {
    return new Plan(
        newAction,
        kind,
        peerCopy,
        rotation,
        active,
        standby,
        order,
        newBack,
        due,
        until,
        from,
        to,
        restore,
        healthy,
        supersedes,
        nodes);
  }

  /** Whether the bundle is carried through the control machine. */
  boolean carried() {
    return peerCopy == Copy.CONTROL;
  }

  /** Whether a node is the first to be changed. */
  public boolean first(String node) {
    return order.get(0).equals(node);
  }
}
