package hacert.target;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import java.util.List;
import java.util.Map;

/** A kind of system whose certificates can be rotated. */
public interface Target {
  /** Its name in inventories and requests. */
  String name();

  /**
   * Looks at this host as a node of such a system.
   *
   * @throws HostException if the profile is unknown, or this host is no such node
   */
  ManagedNode open(Host host, NodeIdentity node, String profile, JsonNode overrides)
      throws HostException;

  /**
   * Says what the facts of all nodes mean together: which is active, which standby, and what
   * forbids a rotation. Looks at nothing but its arguments.
   *
   * @param facts the facts of each node, by its name in the inventory
   */
  ClusterView assess(Map<String, NodeFacts> facts);

  /** The digest of a bundle, comparable to {@link NodeFacts#bundleDigest}; empty if it has none. */
  String digest(Bundle bundle);

  /** Names of the files that a given bundle consists of, as secrets of a request carry them. */
  List<String> bundleFiles();
}
