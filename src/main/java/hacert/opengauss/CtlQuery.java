package hacert.opengauss;

import hacert.probe.Endpoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What {@code gs_ctl query -D DIR} printed of one datanode.
 *
 * @param localRole {@code Primary}, {@code Standby}, {@code Cascade Standby}, {@code Normal}
 *     (alone), {@code Pending}, {@code Unknown}, …
 * @param staticConnections how many others it is configured to know; empty where not printed
 * @param dbState {@code Normal}, {@code Need repair}, {@code Starting}, {@code Catchup}, …
 * @param detail why, such as {@code Disconnected}; {@code Normal} where nothing is the matter
 * @param senders connections on which it sends, one for each standby
 * @param receivers the connection on which it receives; none on a primary
 */
public record CtlQuery(
    String localRole,
    OptionalInt staticConnections,
    String dbState,
    String detail,
    List<Connection> senders,
    List<Connection> receivers) {

  /** States of a connection in which data flows. A receiver that has caught up says Normal. */
  private static final Set<String> FLOWING = Set.of("Streaming", "Catchup", "Normal");

  /** Copies the lists. */
  public CtlQuery {
    senders = List.copyOf(senders);
    receivers = List.copyOf(receivers);
  }

  /**
   * A connection of the replication.
   *
   * @param peerRole the other's HA role
   * @param peerState the other's state
   * @param state {@code Streaming}, {@code Catchup}, {@code Normal}, {@code Startup}, …
   * @param syncState {@code Sync}, {@code Async}, {@code Quorum}, …; empty where not printed
   * @param local its own end; empty where not printed
   * @param remote the other end; empty where not printed
   */
  public record Connection(
      String peerRole,
      String peerState,
      String state,
      String syncState,
      Optional<Endpoint> local,
      Optional<Endpoint> remote) {

    /** Whether data flows. */
    public boolean flowing() {
      return FLOWING.contains(state);
    }
  }

  /**
   * Whether this datanode's replication flows: on a primary every sender there is, and at least
   * one; on a standby its receiver. A datanode that is installed alone has nothing to replicate.
   * Whether a primary has a sender for each standby is known only from the cluster.
   */
  public boolean replicationConnected() {
    return switch (localRole) {
      case "Normal" -> true;
      case "Primary" ->
          staticConnections.equals(OptionalInt.of(0)) && senders.isEmpty() || flows(senders);
      default -> flows(receivers);
    };
  }

  private static boolean flows(List<Connection> connections) {
    return !connections.isEmpty() && connections.stream().allMatch(Connection::flowing);
  }
}
