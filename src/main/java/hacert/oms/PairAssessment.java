package hacert.oms;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.oms.OmsStatus.NodeRow;
import hacert.oms.OmsStatus.ResourceRow;
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

/** What the facts of both management nodes say together. */
final class PairAssessment {
  private final Map<String, NodeFacts> facts;
  private final Map<String, OmsStatus> views = new LinkedHashMap<>();
  private final List<Finding> findings = new ArrayList<>();

  PairAssessment(Map<String, NodeFacts> facts) {
    this.facts = facts;
    facts.forEach((node, f) -> status(f.details()).ifPresent(s -> views.put(node, s)));
  }

  /** What {@link NodeFacts#details} holds for this target. */
  record Details(OmsStatus status) {
    /** Refuses one that lacks a part. */
    Details {
      Needed.value("status in the details", status);
    }
  }

  private static Optional<Details> details(JsonNode told) {
    return told == null || told.path("status").isMissingNode()
        ? Optional.empty()
        : Optional.of(Json.mapper().convertValue(told, Details.class));
  }

  static Optional<OmsStatus> status(JsonNode told) {
    return details(told).map(Details::status);
  }

  ClusterView assess() {
    if (facts.size() != 2) {
      findings.add(
          Finding.error(
              "CLUSTER_SIZE",
              "A pair has two nodes; the inventory and the reachable hosts give "
                  + facts.size()
                  + ".",
              "Put both management nodes, and no other host, into the cluster's group."));
    }
    boolean single =
        views.values().stream()
            .anyMatch(
                s -> s.mode().equals("single") || s.mode().isEmpty() && s.nodes().size() == 1);
    if (single) {
      findings.add(
          Finding.error(
              "SINGLE_MODE",
              "The Manager runs on one node (HAMode single, or one node in the status).",
              "HA certificates exist only with an active and a standby node: leave it alone."));
      return view(List.of(), List.of());
    }
    if (views.size() < 2 || views.size() < facts.size()) {
      return view(List.of(), List.of());
    }
    List<String> active = names(HaRole.ACTIVE);
    List<String> standby = names(HaRole.STANDBY);
    roles(active, standby);
    if (!Finding.stops(findings)) {
      health();
    }
    return view(active, standby);
  }

  private ClusterView view(List<String> active, List<String> standby) {
    String only = active.size() == 1 ? active.get(0) : "";
    return new ClusterView(
        only, standby.size() == 1 ? standby : List.of(), only, List.copyOf(findings));
  }

  private List<String> names(HaRole role) {
    return facts.keySet().stream().filter(n -> facts.get(n).role() == role).toList();
  }

  private void roles(List<String> active, List<String> standby) {
    for (Map.Entry<String, NodeFacts> f : facts.entrySet()) {
      if (f.getValue().statusName().isEmpty()) {
        findings.add(
            Finding.error(
                "NODE_NOT_IDENTIFIED",
                f.getKey()
                    + ": no row of the status can be told to be this node; rows: "
                    + views.get(f.getKey()).nodes().stream().map(NodeRow::nodeName).toList()
                    + ".",
                "Set hacert_status_name of this host to its NodeName in status-oms.sh."));
      }
    }
    if (facts.values().stream().map(NodeFacts::statusName).distinct().count() < facts.size()) {
      findings.add(
          Finding.error(
              "NODE_TWICE",
              "Two names of the inventory are one node of the status: " + facts.keySet() + ".",
              "Correct ansible_host (or hacert_status_name) of these hosts."));
    }
    if (Finding.stops(findings)) {
      return;
    }
    if (active.size() > 1) {
      findings.add(
          Finding.error(
              "TWO_ACTIVES",
              "Both nodes call themselves active: " + String.join(", ", active) + ".",
              "Bring the pair to one active and one standby node first."));
    } else if (views.values().stream().anyMatch(s -> !s.settled())) {
      findings.add(
          Finding.error(
              "ROLES_NOT_STEADY",
              "The HA roles have not settled: " + rows() + ".",
              "Wait until HARunPhase is Actived and Deactived, then run again."));
    } else if (active.isEmpty()) {
      findings.add(
          Finding.error(
              "NO_ACTIVE",
              "No node is active: " + rows() + ".",
              "Bring the pair to one active and one standby node first."));
    } else if (standby.isEmpty() || disagree()) {
      findings.add(
          Finding.error(
              "ROLES_DISAGREE",
              "The nodes do not agree on who is active: " + rows() + ".",
              "Check the heartbeat between the nodes, then run again."));
    }
  }

  /** Each node's table must give every node the role that this node gives itself. */
  private boolean disagree() {
    return views.values().stream()
        .anyMatch(
            s ->
                facts.values().stream()
                    .anyMatch(
                        f ->
                            s.row(f.statusName())
                                .filter(r -> MrsNode.role(r) == f.role())
                                .isEmpty()));
  }

  private void health() {
    List<String> ill = new ArrayList<>();
    views.forEach(
        (node, s) ->
            s.nodes().stream()
                .filter(r -> !r.normal())
                .forEach(r -> ill.add(row(r) + " (seen from " + node + ")")));
    List<String> resources =
        views.values().stream()
            .flatMap(s -> s.resources().stream())
            .filter(ResourceRow::inTrouble)
            .map(r -> r.nodeName() + " " + r.name() + " " + r.status() + "/" + r.haStatus())
            .distinct()
            .toList();
    String message = "HAAllResOK is not normal: " + ill + "; resources: " + resources + ".";
    if (ill.isEmpty()) {
      if (!resources.isEmpty()) {
        findings.add(
            Finding.warning(
                "RESOURCE_NOT_NORMAL",
                "HAAllResOK is normal, but resources are not: " + resources + ".",
                "Look at these resources on the Manager page."));
      }
    } else {
      findings.add(
          Finding.error(
              "UNHEALTHY", message, "Bring the pair to health first: a rotation restarts both."));
    }
  }

  private String rows() {
    List<String> rows = new ArrayList<>();
    views.forEach(
        (node, s) ->
            rows.add(
                "seen from "
                    + node
                    + ": "
                    + String.join(", ", s.nodes().stream().map(PairAssessment::row).toList())));
    return String.join("; ", rows);
  }

  private static String row(NodeRow r) {
    return r.nodeName() + " " + r.active() + "/" + r.allResourcesOk() + "/" + r.runPhase();
  }
}
