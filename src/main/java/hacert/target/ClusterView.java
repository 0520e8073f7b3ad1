package hacert.target;

import hacert.result.Finding;
import java.util.List;

/**
 * What the facts of all nodes say together.
 *
 * @param active name of the active node; empty if it cannot be told
 * @param standby name of the standby node; empty if it cannot be told
 * @param findings what is wrong with the cluster, on top of the nodes' own findings
 */
public record ClusterView(String active, String standby, List<Finding> findings) {}
