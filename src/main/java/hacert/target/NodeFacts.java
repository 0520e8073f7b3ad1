package hacert.target;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import java.util.List;

/**
 * What one node says of itself and its system when asked; nothing in it is judged against other
 * nodes yet.
 *
 * @param role its HA role; unknown where the node cannot be told apart in the system's status
 * @param statusName the name under which the system's status lists this node; empty if unknown
 * @param serviceStart when the service process started, in the system's own words: only ever
 *     compared for equality; empty if the system does not say
 * @param installed the certificates installed on this node
 * @param bundleDigest SHA-256 over the shared files of the installed bundle, equal on two nodes
 *     exactly if these files are; empty if a file is missing
 * @param findings what is wrong on this node alone
 * @param doubts why it is not known that the service works with what is installed, told by times
 *     alone; nothing against files that are known to work
 * @param details what only this target's own {@link Target#assess} reads
 */
public record NodeFacts(
    HaRole role,
    String statusName,
    String serviceStart,
    List<CertificateSummary> installed,
    String bundleDigest,
    List<Finding> findings,
    List<Finding> doubts,
    JsonNode details) {

  /** One of which nothing is doubted. */
  public NodeFacts(
      HaRole role,
      String statusName,
      String serviceStart,
      List<CertificateSummary> installed,
      String bundleDigest,
      List<Finding> findings,
      JsonNode details) {
    this(role, statusName, serviceStart, installed, bundleDigest, findings, List.of(), details);
  }
}
