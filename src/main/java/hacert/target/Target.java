package hacert.target;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  /** The certificates in a bundle. */
  List<CertificateSummary> summaries(Bundle bundle);

  /**
   * What is wrong with a bundle, wherever it is to be installed.
   *
   * @param password the key's password; where it is empty, the key is not opened
   * @throws HostException if the profile is unknown
   */
  List<Finding> validate(
      String profile, JsonNode overrides, Bundle bundle, Optional<Secret> password, Clock clock)
      throws HostException;

  /** Names of the files that a given bundle consists of, as secrets of a request carry them. */
  List<String> bundleFiles();
}
