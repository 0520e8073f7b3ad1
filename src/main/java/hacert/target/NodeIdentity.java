package hacert.target;

/**
 * A node as the inventory knows it.
 *
 * @param name its name in the inventory
 * @param address how the other nodes reach it: a host name or an IP address
 * @param port the ssh port there
 * @param statusName the row of the system's status that is this node, where the operator says so;
 *     else empty
 */
public record NodeIdentity(String name, String address, int port, String statusName) {
  /** Absent parts become empty; port 22 is the default. */
  public NodeIdentity {
    address = address == null ? "" : address;
    port = port == 0 ? 22 : port;
    statusName = statusName == null ? "" : statusName;
  }
}
