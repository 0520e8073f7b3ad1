package hacert.oms;

import hacert.result.Needed;
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
  /** Refuses one that lacks a part. */
  public OmsStatus {
    Needed.value("mode of a status", mode);
    nodes = Needed.list("nodes of a status", nodes);
    resources = Needed.list("resources of a status", resources);
  }

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
    /** Refuses one that lacks a part. */
    public NodeRow {
      Needed.value("node_name of a node", nodeName);
      Needed.value("host_name of a node", hostName);
      Needed.value("start_time of a node", startTime);
      Needed.value("active of a node", active);
      Needed.value("all_resources_ok of a node", allResourcesOk);
      Needed.value("run_phase of a node", runPhase);
    }

    /** Whether the node has settled in its HA role. */
    public boolean steady() {
      return active.equals("active") && runPhase.equals("actived")
          || active.equals("standby") && runPhase.equals("deactived");
    }

    /** Whether the vendor calls its resources good or bad. */
    public boolean judged() {
      return normal() || allResourcesOk.equals("abnormal");
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
    /** Refuses one that lacks a part. */
    public ResourceRow {
      Needed.value("node_name of a resource", nodeName);
      Needed.value("name of a resource", name);
      Needed.value("status of a resource", status);
      Needed.value("ha_status of a resource", haStatus);
      Needed.value("type of a resource", type);
    }

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

  /**
   * Whether HA has made up its mind: a health that is still {@code NULL} passes, as a role does.
   */
  public boolean told() {
    return settled() && nodes.stream().allMatch(NodeRow::judged);
  }
}
