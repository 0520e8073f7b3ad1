package hacert.target;

import hacert.result.Finding;
import java.util.List;

/**
 * What the facts of all nodes say together.
 *
 * @param active name of the active node; empty if it cannot be told
 * @param standbys names of the standby nodes; empty if they cannot be told
 * @param maker name of the node that makes or takes the bundle, where none keeps a CA of our own;
 *     empty if it cannot be told
 * @param findings what is wrong with the cluster, on top of the nodes' own findings
 * @param expired whether certificates of every node have expired that it needs to serve, or that
 *     explain why the cluster is ill
 * @param named whether the active node is one that a person named, because the cluster does not
 *     tell it
 * @param rolesWritten whether some node keeps written down in which roles a start of all nodes is
 *     to bring them up, or does not tell
 */
public record ClusterView(
    String active,
    List<String> standbys,
    String maker,
    List<Finding> findings,
    boolean expired,
    boolean named,
    boolean rolesWritten) {
  /** Nothing can be told. */
  public static final ClusterView UNKNOWN = new ClusterView("", List.of(), "", List.of());

  /** What a cluster itself tells, before anybody asks how long its certificates are valid. */
  public ClusterView(String active, List<String> standbys, String maker, List<Finding> findings) {
    this(active, standbys, maker, findings, false, false, false);
  }
}
