package hacert.opengauss;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Needed;
import hacert.target.ClusterView;
import hacert.target.HaRole;
import hacert.target.NodeFacts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What the facts of all nodes of a cluster say together. */
final class ClusterAssessment {
  private final Map<String, NodeFacts> facts;
  private final Map<String, Details> details = new LinkedHashMap<>();
  private final List<Finding> findings = new ArrayList<>();

  ClusterAssessment(Map<String, NodeFacts> facts) {
    this.facts = facts;
    facts.forEach((node, f) -> details(f.details()).ifPresent(d -> details.put(node, d)));
  }

  /**
   * What {@link NodeFacts#details} holds for this target.
   *
   * @param status the cluster's status as this node tells it
   * @param missing names of certificate files that are not in the data directory
   * @param parts the installed bundle as {@link BundleParts}; empty where it was not told
   * @param rolesWritten whether gs_om keeps written down here in which roles a start brings the
   *     nodes up; null where it was not told
   * @param filled names of the directories of certificates beside the data directory that gs_om
   *     fills here, as {@code om}: where they lie each node knows for itself; null where it was not
   *     told
   * @param listsBeside SHA-256 of the CRLs in force whose CAs issued none of the installed
   *     certificates; none from a version that did not tell
   */
  record Details(
      ClusterStatus status,
      List<String> missing,
      Map<String, Set<String>> parts,
      Boolean rolesWritten,
      List<String> filled,
      List<String> listsBeside) {
    /** Refuses one that lacks a part; one that an earlier version wrote has the first two. */
    Details {
      Needed.value("status in the details", status);
      missing = Needed.list("missing in the details", missing);
      parts = parts == null ? Map.of() : parts;
      listsBeside =
          listsBeside == null ? List.of() : Needed.list("lists_beside in the details", listsBeside);
      parts.forEach((name, hashes) -> Needed.value(name + " in the details", hashes));
    }
  }

  static Optional<Details> details(JsonNode told) {
    return told == null || told.path("status").isMissingNode()
        ? Optional.empty()
        : Optional.of(Json.mapper().convertValue(told, Details.class));
  }

  ClusterView assess() {
    List<String> active = names(HaRole.ACTIVE);
    List<String> standbys = names(HaRole.STANDBY);
    if (!details.isEmpty() && details.size() == facts.size()) {
      members();
      if (!Finding.stops(findings)) {
        roles(active);
      }
      if (!Finding.stops(findings)) {
        health();
        uneven();
        managers();
      }
    }
    return new ClusterView(
        active.size() == 1 ? active.get(0) : "",
        standbys,
        facts.keySet().stream().findFirst().orElse(""),
        List.copyOf(findings),
        false,
        false,
        rolesWritten());
  }

  /** A start takes the newest that any node has; a node that does not tell may have one. */
  private boolean rolesWritten() {
    return details.size() < facts.size()
        || details.values().stream().anyMatch(d -> !Boolean.FALSE.equals(d.rolesWritten()));
  }

  private List<String> names(HaRole role) {
    return facts.keySet().stream().filter(n -> facts.get(n).role() == role).toList();
  }

  /** The inventory and the status must mean the same hosts. */
  private void members() {
    ClusterStatus status = details.values().iterator().next().status();
    List<String> hosts = status.datanodes().stream().map(Datanode::name).distinct().toList();
    for (String node : facts.keySet()) {
      if (facts.get(node).statusName().isEmpty()) {
        findings.add(
            Finding.error(
                "NODE_NOT_IDENTIFIED",
                node + ": no datanode of the status can be told to be on this host: " + hosts + ".",
                "Set hacert_status_name of this host to its name in gs_om -t status --detail."));
      }
    }
    if (Finding.stops(findings)) {
      return;
    }
    long told = facts.values().stream().map(NodeFacts::statusName).distinct().count();
    if (told < facts.size()) {
      findings.add(
          Finding.error(
              "NODE_TWICE",
              "Two names of the inventory are one node of the status: " + facts.keySet() + ".",
              "Correct ansible_host (or hacert_status_name) of these hosts."));
    } else if (hosts.size() != facts.size()) {
      findings.add(
          Finding.error(
              "CLUSTER_SIZE",
              "The status lists the hosts "
                  + hosts
                  + ", and the inventory gives "
                  + facts.keySet()
                  + ".",
              "Put every node of the cluster, and no other host, into the cluster's group: a node"
                  + " that is left out would keep its old certificates."));
    } else if (status.datanodes().size() > hosts.size()) {
      findings.add(
          Finding.error(
              "SEVERAL_DATANODES",
              "Each host should have one datanode, and the status lists "
                  + status.datanodes().stream().map(d -> d.name() + " " + d.instance()).toList()
                  + ": gs_om replaces the certificates of the first of a host only.",
              "Replace the certificates of this cluster by hand, in each data directory."));
    }
  }

  /** gs_om visits hosts with a datanode, and no other one that the cluster manager runs on. */
  private void managers() {
    boolean filled =
        details.values().stream().anyMatch(d -> d.filled() != null && d.filled().contains("cm"));
    List<String> hosts =
        details.values().stream()
            .flatMap(d -> d.status().datanodes().stream())
            .map(Datanode::name)
            .toList();
    List<String> apart =
        details.values().stream()
            .flatMap(d -> d.status().managers().stream())
            .filter(name -> !hosts.contains(name))
            .distinct()
            .toList();
    if (filled && !apart.isEmpty()) {
      findings.add(
          Finding.warning(
              "CM_HOST_APART",
              "The cluster manager has certificates in share/sslcert/cm, and servers on hosts without"
                  + " a datanode: "
                  + apart
                  + ". gs_om puts none there: what they have stays as it is.",
              "Where the cluster manager uses TLS, put the files of share/sslcert/cm there by hand,"
                  + " before their old CA is trusted no more or what they have ends."));
    }
  }

  private void roles(List<String> active) {
    if (active.size() > 1) {
      findings.add(
          Finding.error(
              "TWO_ACTIVES",
              "More than one node calls itself primary: " + String.join(", ", active) + ".",
              "Bring the cluster to one primary node first."));
    } else if (active.isEmpty()) {
      findings.add(
          Finding.error(
              "NO_ACTIVE", "No node is primary: " + rows() + ".", "Bring the cluster up first."));
    } else if (disagree()) {
      findings.add(
          Finding.error(
              "ROLES_DISAGREE",
              "The nodes do not agree on who is primary: " + rows() + ".",
              "Wait until gs_om -t status --detail is the same on all nodes, then run again."));
    }
  }

  private boolean disagree() {
    return details.values().stream()
            .map(d -> d.status().primaries().stream().map(Datanode::name).toList())
            .distinct()
            .count()
        > 1;
  }

  private void health() {
    List<String> ill = new ArrayList<>();
    details.forEach(
        (node, d) -> {
          if (!d.status().healthy()) {
            ill.add(
                "seen from " + node + ": " + d.status().clusterState() + ", " + ill(d.status()));
          }
        });
    if (!ill.isEmpty()) {
      findings.add(
          Finding.error(
              "UNHEALTHY",
              "The cluster is not normal: " + String.join("; ", ill) + ".",
              "Bring it to cluster_state Normal first, each node Primary or Standby Normal."));
    }
  }

  private static String ill(ClusterStatus status) {
    List<String> ill = new ArrayList<>(status.unread());
    status.datanodes().stream()
        .filter(d -> !d.healthy())
        .forEach(d -> ill.add(d.name() + " " + d.currentRole() + " " + d.state()));
    return ill.toString();
  }

  /** The vendor's tool stops half way where a file is missing on some nodes only. */
  private void uneven() {
    if (details.values().stream().map(d -> new TreeSet<>(d.missing())).distinct().count() > 1) {
      List<String> missing = new ArrayList<>();
      details.forEach((node, d) -> missing.add(node + " lacks " + d.missing()));
      findings.add(
          Finding.error(
              "UNEVEN_FILES",
              "The nodes do not have the same certificate files: "
                  + String.join("; ", missing)
                  + ". There gs_om stops half way, and its rollback leaves a node without"
                  + " certificates.",
              "Copy the missing files from a node that has them, with owner and mode. Or go on with"
                  + " hacert_accept_unproven=true: on each node by itself gs_om replaces them"
                  + " well."));
    }
  }

  private String rows() {
    List<String> rows = new ArrayList<>();
    details.forEach(
        (node, d) ->
            rows.add(
                "seen from "
                    + node
                    + ": "
                    + d.status().datanodes().stream()
                        .map(n -> n.name() + " " + n.currentRole())
                        .toList()));
    return String.join("; ", rows);
  }
}
