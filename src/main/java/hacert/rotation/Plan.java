package hacert.rotation;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import hacert.result.Needed;
import hacert.result.Result;
import hacert.target.Options;
import hacert.target.RestartNeed;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What was decided for a cluster. It is made once, travels through the playbook unread but for
 * {@code action}, {@code peerCopy}, the names of nodes and {@code until}, and is pinned in every
 * node's journal.
 *
 * @param action what to do now
 * @param kind what apply installs
 * @param peerCopy how the bundle comes to the other nodes
 * @param apply which calls of the vendor's installation there are
 * @param renewCipher whether the replacement renews the cipher of stored passwords too; absent in a
 *     plan of a version that did not pin it
 * @param rotation id of the rotation; empty with {@link Action#NONE}
 * @param active the active node, as pinned before the first change
 * @param order all nodes in the order of apply
 * @param staging all nodes in the order of stage; the first makes or takes the bundle
 * @param back with {@link Action#BACK}: the nodes to roll back, in order
 * @param restart with {@link Action#BACK}: what the rotation starts anew, as the nodes said when
 *     they were staged
 * @param due why
 * @param until with {@link Action#NONE}: when the next rotation falls due
 * @param from number of the generation that is backed up
 * @param to number of the generation that is installed
 * @param restore with {@link Kind#RESTORE}: number of the generation to bring back; else 0
 * @param healthy whether the cluster was healthy before, so that confirm must find it so
 * @param expired whether the certificates of all nodes had expired before, so that no way back can
 *     be proven
 * @param named whether a person named the active node, by {@code hacert_active}, because the
 *     cluster did not tell it
 * @param compromised whether the keys in use before are known to others, so that nobody goes back
 *     to them unasked
 * @param rolesWritten whether some node keeps written down in which roles a start of all nodes
 *     brings them up; absent in a plan of a version that did not ask
 * @param authorities where nodes keep different CAs of our own: the names of these nodes; absent in
 *     a plan of a version that did not ask
 * @param supersedes ids of rotations that were cut off before they changed anything, and that this
 *     one may take the place of
 * @param nodes what is known of each node, by name
 */
@JsonIgnoreProperties("standby")
public record Plan(
    Action action,
    Kind kind,
    Copy peerCopy,
    Options.Apply apply,
    Boolean renewCipher,
    String rotation,
    String active,
    List<String> order,
    List<String> staging,
    List<String> back,
    RestartNeed.Scope restart,
    List<Reason> due,
    Instant until,
    int from,
    int to,
    int restore,
    boolean healthy,
    boolean expired,
    boolean named,
    boolean compromised,
    Boolean rolesWritten,
    List<String> authorities,
    List<String> supersedes,
    Map<String, PlannedNode> nodes) {

  /** What a plan does not say was no choice when it was written. */
  public Plan {
    peerCopy = peerCopy == null ? Copy.SSH : peerCopy;
    apply = apply == null ? Options.Apply.LOCAL : apply;
    staging = staging == null || staging.isEmpty() ? order : staging;
    restart = restart == null ? RestartNeed.Scope.NODE : restart;
    authorities = authorities == null ? List.of() : authorities;
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
    RESTORE,
    /** The vendor's own backup, by the vendor's own rollback. */
    @JsonProperty("vendor")
    VENDOR
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
      String stateDirectory, String address, int port, String statusName, String user) {
    /** Refuses one without its directory; other absent parts become empty. */
    public PlannedNode {
      Needed.value("state_directory of a node", stateDirectory);
      address = address == null ? "" : address;
      statusName = statusName == null ? "" : statusName;
      user = user == null ? "" : user;
    }
  }

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
        && new HashSet<>(staging).equals(nodes.keySet())
        && Stream.of(order, staging, back, supersedes, nodes.values())
            .flatMap(Collection::stream)
            .allMatch(Objects::nonNull);
  }

  /** The same plan with another action. */
  public Plan with(Action newAction) {
    return with(newAction, List.of(), RestartNeed.Scope.NODE);
  }

  /** The same plan as the way back for these nodes. */
  public Plan back(List<String> newBack, RestartNeed.Scope newRestart) {
    return with(Action.BACK, newBack, newRestart);
  }

  private Plan with(Action newAction, List<String> newBack, RestartNeed.Scope newRestart) {
    return new Plan(
        newAction,
        kind,
        peerCopy,
        apply,
        renewCipher,
        rotation,
        active,
        order,
        staging,
        newBack,
        newRestart,
        due,
        until,
        from,
        to,
        restore,
        healthy,
        expired,
        named,
        compromised,
        rolesWritten,
        authorities,
        supersedes,
        nodes);
  }

  /** Whether the bundle is carried through the control machine. */
  boolean carried() {
    return peerCopy == Copy.CONTROL;
  }

  /** Whether one call on the first node installs on all. */
  boolean together() {
    return apply == Options.Apply.CLUSTER;
  }

  /** Whether this is that operation's answer for a node in this rotation, and it has succeeded. */
  boolean proves(Result result, String operation, String node) {
    return operation.equals(result.operation())
        && node.equals(result.host())
        && rotation.equals(result.rotation())
        && !result.check()
        && result.outcome().good();
  }

  /** Whether a node is the first to be changed. */
  public boolean first(String node) {
    return order.get(0).equals(node);
  }

  /** Whether a node is the last to be changed. */
  boolean last(String node) {
    return order.get(order.size() - 1).equals(node);
  }

  /** The node that makes or takes the bundle. */
  String maker() {
    return staging.get(0);
  }

  /** The nodes that get the bundle from the one that makes or takes it. */
  List<String> receivers() {
    return staging.subList(1, staging.size());
  }
}
