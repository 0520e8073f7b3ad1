package hacert.target;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
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
  ManagedNode open(
      Host host, NodeIdentity node, String profile, JsonNode overrides, Options options)
      throws HostException;

  /**
   * Says what the facts of all nodes mean together: which is active, which standby, and what
   * forbids a rotation. Looks at nothing but its arguments.
   *
   * @param facts the facts of each node, by its name in the inventory and in its order
   * @param named the node that a person calls active, see {@link ExpiredCluster}; empty if none was
   *     named
   * @param now the time
   */
  ClusterView assess(Map<String, NodeFacts> facts, String named, Instant now);

  /**
   * What forbids to install in this way, as the facts of all nodes show together.
   *
   * @param facts as for {@link #assess}
   * @param vendorBackup whether the vendor is to bring its own backup back; else a new bundle is to
   *     be installed
   */
  default List<Finding> checkApply(
      Map<String, NodeFacts> facts, Options.Apply apply, boolean vendorBackup) {
    return List.of();
  }

  /** The digest of a bundle, comparable to {@link NodeFacts#bundleDigest}; empty if it has none. */
  String digest(Bundle bundle);

  /**
   * What a bundle holds as it was handed over, before it is brought into the form that is
   * installed.
   *
   * @param password what opens it
   */
  Contents given(Bundle given, Secret password, Clock clock);

  /** Whether a node has all of a given bundle installed, so that a rotation with it is idle. */
  default boolean installed(Contents given, NodeFacts node) {
    return given.digest().equals(node.bundleDigest());
  }

  /** The installed certificates that a rotation renews, so that their end makes one due. */
  default List<CertificateSummary> fallingDue(NodeFacts node) {
    return withoutOutlasting(node.installed());
  }

  /**
   * Of these certificates those that fall due by themselves. A CA that no other of them outlives
   * falls due with them: they are replaced before it ends, and by itself it would be a reason in
   * every run, where the CA is one that was given.
   */
  static List<CertificateSummary> withoutOutlasting(List<CertificateSummary> all) {
    List<CertificateSummary> issued = all.stream().filter(c -> !c.ca()).toList();
    return all.stream()
        .filter(
            c ->
                !c.ca()
                    || issued.isEmpty()
                    || issued.stream().anyMatch(i -> i.notAfter().isAfter(c.notAfter())))
        .toList();
  }

  /**
   * Until when a person may have a generation back that no longer runs: until more of it has ended
   * than the nodes, and those who come by it, can do without.
   *
   * @param certificates as for {@link #validUntil}
   */
  default Optional<Instant> returnableUntil(List<CertificateSummary> certificates) {
    return validUntil(certificates);
  }

  /**
   * Until when a generation is one to go back to: when the first of those certificates ends that
   * its nodes serve by, with their CAs.
   *
   * @param certificates those of the generation, see {@link NodeFacts#installed}
   * @return empty where there are none
   */
  default Optional<Instant> validUntil(List<CertificateSummary> certificates) {
    return certificates.stream().map(CertificateSummary::notAfter).min(Comparator.naturalOrder());
  }

  /** What nodes that rotate together do not have alike, in words; empty if there is nothing. */
  String differing(List<NodeFacts> nodes);

  /**
   * Whether a given bundle is installed as it is, file by file, so that nothing in the system is
   * made of it.
   */
  boolean installsAsGiven();

  /** Names of the files that a bundle consists of, as it is staged and installed. */
  List<String> bundleFiles();

  /** Whether a file of a directory that is handed over may belong to a bundle, by its name. */
  boolean mayBeGiven(String name);

  /** The most bytes that a file of this name that is handed over may hold. */
  long largestGiven(String name);

  /**
   * The certificates in a bundle.
   *
   * @param clock tells now: of two certificates of one CA the one that is valid counts
   */
  List<CertificateSummary> summaries(Bundle bundle, Clock clock);

  /**
   * What is wrong with a bundle that is handed over, wherever it is to be installed.
   *
   * @param bundle the files as they were given
   * @param password the key's password; where it is empty, the key is not opened
   * @return its findings, and of the bundle as it would be installed what can be told
   * @throws HostException if the profile is unknown
   */
  Validated validate(
      String profile, JsonNode overrides, Bundle bundle, Optional<Secret> password, Clock clock)
      throws HostException;

  /**
   * What is known of a bundle that was handed over.
   *
   * @param findings what is wrong with it
   * @param certificates those that would be installed, as far as they can be told
   */
  record Validated(List<Finding> findings, List<CertificateSummary> certificates) {}
}
