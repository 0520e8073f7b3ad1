package hacert.oms;

import java.util.List;
import java.util.Optional;

/**
 * What {@code status-oms.sh} printed.
 *
 * @param mode {@code double} for a pair, {@code single} for one node; empty where not printed
 * @param nodes rows of the first table
 * @param resources rows of the second table; empty where the version prints none
 */
public record OmsStatus(String mode, List<NodeRow> nodes, List<ResourceRow> resources) {

  /**
   * A management node.
   *
   * @param nodeName its address with dashes or underscores
   * @param hostName its host name
   * @param startTime when its HA process started, {@code yyyy-MM-dd HH:mm:ss}; empty if missing
   * @param active {@code active}, {@code standby} or {@code null} in lower case
   * @param allResourcesOk {@code normal}, {@code abnormal} or {@code null} in lower case
   * @param runPhase {@code actived} and {@code deactived} are steady; lower case
   */
  public record NodeRow(
      String nodeName,
      String hostName,
      String startTime,
      String active,
      String allResourcesOk,
      String runPhase) {

    /** Whether the node has settled in its HA role. */
    public boolean steady() {
      return active.equals("active") && runPhase.equals("actived")
          || active.equals("standby") && runPhase.equals("deactived");
    }

    /** Whether the vendor calls all of its resources good. */
    public boolean normal() {
      return allResourcesOk.equals("normal");
    }
  }

  /**
   * A resource on a node.
   *
   * @param nodeName the node's name as in the first table
   * @param name name of the resource
   * @param status its own state, lower case
   * @param haStatus its state in the HA, lower case
   * @param type {@code single_active}, {@code active_standby}, …, lower case
   */
  public record ResourceRow(
      String nodeName, String name, String status, String haStatus, String type) {

    /** Whether the resource itself is in trouble; {@code Stopped} is normal on a standby. */
    public boolean inTrouble() {
      return status.equals("abnormal") || haStatus.equals("exception");
    }
  }

  /** The row of a node. */
  public Optional<NodeRow> row(String nodeName) {
    return nodes.stream().filter(row -> row.nodeName().equals(nodeName)).findFirst();
  }

  /** Whether each of two nodes has settled in its role. */
  public boolean settled() {
    return nodes.size() >= 2 && nodes.stream().allMatch(NodeRow::steady);
  }
}
