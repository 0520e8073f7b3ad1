package hacert.opengauss;

import hacert.result.Needed;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What {@code gs_om -t status --detail} printed.
 *
 * @param clusterState {@code Normal}, {@code Degraded}, {@code Unavailable} or what else stood
 *     there
 * @param balanced whether each instance has its install-time HA role; empty where not printed,
 *     which is without CM
 * @param managed whether there are CM servers
 * @param managers host names of the CM servers that are listed; none from a version that did not
 *     tell
 * @param datanodes the database instances, in the order printed
 * @param unread lines among the datanodes that are none that is known; a node may hide behind one
 */
public record ClusterStatus(
    String clusterState,
    Optional<Boolean> balanced,
    boolean managed,
    List<String> managers,
    List<Datanode> datanodes,
    List<String> unread) {

  private static final String PRIMARY = "Primary";
  private static final String STANDBY = "Standby";
  private static final String NORMAL = "Normal";

  /** A host that does not answer is Unknown, and so is its datanode. */
  private static final Set<String> DOWN = Set.of("Down", "Unknown", "Abnormal", "Manually stopped");

  private static final String UNKNOWN = "Unknown";

  /** The state of one that gs_om has stopped; a cluster of one node is called Primary even then. */
  private static final String STOPPED = "Manually stopped";

  /** Older versions print the first form, newer ones the second. */
  private static final Set<String> CASCADE = Set.of("Cascade", "Cascade Standby");

  /** Refuses one that lacks a part. */
  public ClusterStatus {
    Needed.value("cluster_state of a status", clusterState);
    Needed.value("balanced of a status", balanced);
    managers = managers == null ? List.of() : Needed.list("managers of a status", managers);
    datanodes = Needed.list("datanodes of a status", datanodes);
    unread = Needed.list("unread of a status", unread);
  }

  /**
   * A database instance.
   *
   * @param nodeId number of its host, from 1
   * @param name host name
   * @param address IPv4 or IPv6 address as printed
   * @param port its port; empty where the version prints none
   * @param instance its number, from 6001
   * @param dataDirectory its data directory; empty where not printed
   * @param installRole {@code P}, {@code S} or {@code C}: the HA role that it was installed with
   * @param currentRole {@code Primary}, {@code Standby}, {@code Cascade Standby}, {@code Down},
   *     {@code Unknown}, …, as printed
   * @param state {@code Normal}, {@code Need repair(Disconnected)}, {@code Manually stopped}, …, as
   *     printed; empty where there is none
   */
  public record Datanode(
      int nodeId,
      String name,
      String address,
      OptionalInt port,
      int instance,
      String dataDirectory,
      String installRole,
      String currentRole,
      String state) {
    /** Refuses one that lacks a part. */
    public Datanode {
      Needed.value("name of a datanode", name);
      Needed.value("address of a datanode", address);
      Needed.value("port of a datanode", port);
      Needed.value("data_directory of a datanode", dataDirectory);
      Needed.value("install_role of a datanode", installRole);
      Needed.value("current_role of a datanode", currentRole);
      Needed.value("state of a datanode", state);
    }

    /** Whether it is the one that writes. */
    public boolean primary() {
      return currentRole.equals(PRIMARY);
    }

    /** Whether it follows the primary, or another standby (cascade). */
    public boolean standby() {
      return currentRole.equals(STANDBY) || cascade();
    }

    /** Whether it works in one of these HA roles. */
    public boolean healthy() {
      return (primary() || standby()) && state.equals(NORMAL);
    }

    /** Whether it has an HA role now, and another one than it was installed with. */
    public boolean switchedOver() {
      return (primary() || standby())
          && !installRole.equals(primary() ? "P" : cascade() ? "C" : "S");
    }

    /** Whether a server runs there, in whatever state: one that is down has no HA role at all. */
    public boolean up() {
      return !DOWN.contains(currentRole) && !state.equals(STOPPED);
    }

    /** Whether nothing is known of it: its host may only not have answered. */
    public boolean unknown() {
      return currentRole.equals(UNKNOWN);
    }

    private boolean cascade() {
      return CASCADE.contains(currentRole);
    }

    private boolean named(String key) {
      return address.equalsIgnoreCase(key)
          || name.equalsIgnoreCase(key)
          || dataDirectory.equals(key);
    }
  }

  /** Whether a server runs for each datanode, and no line may hide another one. */
  public boolean up() {
    return !datanodes.isEmpty() && unread.isEmpty() && datanodes.stream().allMatch(Datanode::up);
  }

  /** Those that write: one in a sound cluster. */
  public List<Datanode> primaries() {
    return datanodes.stream().filter(Datanode::primary).toList();
  }

  /** Those that follow, cascaded ones included. */
  public List<Datanode> standbys() {
    return datanodes.stream().filter(Datanode::standby).toList();
  }

  /**
   * Whether the cluster calls itself and every datanode normal, and every line was understood. How
   * many nodes and primaries there have to be is for others to say.
   */
  public boolean healthy() {
    return clusterState.equals(NORMAL)
        && !datanodes.isEmpty()
        && unread.isEmpty()
        && datanodes.stream().allMatch(Datanode::healthy);
  }

  /**
   * Whether a datanode has another HA role now than the one it was installed with, to which {@code
   * gs_om -t start} would bring it back unless {@code gs_om -t refreshconf} was run. A datanode
   * without an HA role, such as one that is down, tells nothing.
   */
  public boolean switchedOver() {
    return datanodes.stream().anyMatch(Datanode::switchedOver);
  }

  /**
   * The only datanode with this address, host name or data directory; empty for none or several.
   */
  public Optional<Datanode> find(String key) {
    List<Datanode> found =
        key.isEmpty() ? List.of() : datanodes.stream().filter(d -> d.named(key)).toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }
}
