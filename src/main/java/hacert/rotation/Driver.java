package hacert.rotation;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Change;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.rotation.Settings.Intent;
import hacert.target.NodeIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Drives one cluster without a playbook, in the playbook's order: discover everywhere, decide,
 * stage everywhere, apply one node after the other, confirm everywhere, close. What a failure means
 * is decided by {@link Decide}, as for the playbook.
 */
public final class Driver {
  private final Cluster cluster;
  private final Map<String, Agent> agents;
  private final Secrets secrets;
  private final Consumer<Result> listener;
  private final List<Result> failed = new ArrayList<>();
  private final List<Result> staged = new ArrayList<>();
  private final List<Result> proven = new ArrayList<>();

  /**
   * What is driven.
   *
   * @param name name of the cluster
   * @param target kind of system
   * @param profile vendor version
   * @param profileOverrides laid over the profile
   * @param nodes all nodes
   * @param settings the settings
   * @param change why and for whom
   * @param holder who drives
   * @param check whether it is a dry run
   */
  public record Cluster(
      String name,
      String target,
      String profile,
      JsonNode profileOverrides,
      List<NodeIdentity> nodes,
      Settings settings,
      Change change,
      Request.Holder holder,
      boolean check) {}

  /**
   * How it ended.
   *
   * @param exit the exit code
   * @param plan what was followed last; null if nothing was decided
   * @param findings why, where it did not end well
   */
  public record End(Exit exit, Plan plan, List<Finding> findings) {}

  /** A step whose result was not good. */
  private static final class StepFailed extends Exception {
    private static final long serialVersionUID = 1;
  }

  /**
   * @param agents how to ask each node, by its name
   * @param secrets what the rotation needs; the caller wipes it
   * @param listener hears each result as it comes
   */
  public Driver(
      Cluster cluster, Map<String, Agent> agents, Secrets secrets, Consumer<Result> listener) {
    this.cluster = cluster;
    this.agents = Map.copyOf(agents);
    this.secrets = secrets;
    this.listener = listener;
  }

  /** Rotates, or returns to an older generation. */
  public End run(Intent intent) {
    while (true) {
      List<Result> found = new ArrayList<>();
      for (NodeIdentity node : cluster.nodes()) {
        found.add(ask("discover", node, null, List.of(), null, List.of(), intent));
      }
      Result decision = decide(found, intent);
      if (!decision.outcome().good()) {
        return new End(exit(decision), null, decision.findings());
      }
      Plan plan = Json.mapper().convertValue(decision.data().get("plan"), Plan.class);
      if (plan.action() == Plan.Action.STOP) {
        return new End(Exit.NEEDS_PERSON, plan, decision.findings());
      }
      if (plan.action() == Plan.Action.NONE) {
        boolean told = failed.isEmpty() && intent == Intent.ROLLBACK;
        return new End(lastFailure(Exit.DONE), plan, told ? decision.findings() : lastFindings());
      }
      if (cluster.check() && plan.action() == Plan.Action.BACK) {
        // A way back has no dry form: what it would do is what was decided.
        return new End(Exit.DONE, plan, decision.findings());
      }
      try {
        return plan.action() == Plan.Action.BACK ? back(plan, intent) : forward(plan, intent);
      } catch (StepFailed e) {
        if (cluster.check()) {
          return new End(lastFailure(Exit.REFUSED), plan, lastFindings());
        }
      }
    }
  }

  private End forward(Plan plan, Intent intent) throws StepFailed {
    stage(plan, intent);
    if (cluster.check()) {
      return new End(Exit.DONE, plan, List.of());
    }
    Result first = null;
    for (String node : plan.order()) {
      Result applied = must(ask("apply", node(node), plan, staged, first, List.of(), intent));
      first = first == null ? applied : first;
    }
    confirmAndClose(plan, intent);
    return new End(Exit.DONE, plan, List.of());
  }

  /** Only a stage that failed is done again: the cluster may be in the mixed window then. */
  private void stage(Plan plan, Intent intent) throws StepFailed {
    if (!failed.isEmpty() && !failed.get(failed.size() - 1).operation().equals("stage")) {
      return;
    }
    staged.clear();
    for (String node : plan.staging()) {
      staged.add(must(ask("stage", node(node), plan, List.of(), null, List.of(), intent)));
    }
  }

  private End back(Plan plan, Intent intent) throws StepFailed {
    for (String node : plan.back()) {
      must(ask("rollback", node(node), plan, List.of(), null, List.of(), intent));
    }
    boolean rolledBack = confirmAndClose(plan, intent) || !plan.back().isEmpty();
    // The older generation that was asked for could not be installed: back is where it was before.
    boolean returnFailed = plan.kind() != Plan.Kind.REPLACE && !failed.isEmpty();
    boolean asked = intent == Intent.ROLLBACK && !returnFailed;
    Exit exit = asked ? Exit.DONE : Exit.ROLLED_BACK;
    return new End(rolledBack ? exit : lastFailure(exit), plan, lastFindings());
  }

  /** Answers whether a node says that it was rolled back. */
  private boolean confirmAndClose(Plan plan, Intent intent) throws StepFailed {
    proven.clear();
    for (String node : plan.order()) {
      proven.add(must(ask("confirm", node(node), plan, List.of(), null, List.of(), intent)));
    }
    boolean rolledBack = false;
    for (String node : plan.order()) {
      Result closed = must(ask("close", node(node), plan, List.of(), null, List.of(), intent));
      rolledBack |= closed.outcome() == Outcome.ROLLED_BACK;
    }
    return rolledBack;
  }

  private Result decide(List<Result> found, Intent intent) {
    NodeIdentity adviser =
        found.stream()
            .filter(r -> r.outcome().good())
            .findFirst()
            .map(r -> node(r.host()))
            .orElse(cluster.nodes().get(0));
    return ask("decide", adviser, null, List.of(), null, found, intent);
  }

  private Result must(Result result) throws StepFailed {
    if (!result.outcome().good() && result.outcome() != Outcome.ROLLED_BACK) {
      failed.add(result);
      throw new StepFailed();
    }
    return result;
  }

  private Result ask(
      String operation,
      NodeIdentity node,
      Plan plan,
      List<Result> staged,
      Result first,
      List<Result> found,
      Intent intent) {
    List<NodeIdentity> peers = cluster.nodes().stream().filter(n -> !n.equals(node)).toList();
    Request request =
        new Request(
            Request.SCHEMA,
            operation,
            cluster.name(),
            cluster.target(),
            cluster.profile(),
            cluster.profileOverrides(),
            node,
            peers,
            cluster.check(),
            intent,
            cluster.holder(),
            dead(found),
            Instant.now(),
            cluster.change(),
            cluster.settings(),
            found,
            operation.equals("decide") ? failed : List.of(),
            plan,
            staged,
            first,
            operation.equals("close") ? proven : List.of(),
            secrets.names());
    Result result = agents.get(node.name()).ask(request, secrets);
    listener.accept(result);
    return result;
  }

  /** Drivers of this machine that no longer run; their leases are ours to take. */
  private List<String> dead(List<Result> found) {
    return found.stream()
        .filter(r -> r.data() != null)
        .map(r -> r.data().path("discovery").path("lease"))
        .filter(l -> cluster.holder().host().equals(l.path("host").asText()))
        .map(l -> l.path("process").asText())
        .filter(process -> !DrivingProcess.runs(process))
        .distinct()
        .toList();
  }

  private NodeIdentity node(String name) {
    return cluster.nodes().stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow();
  }

  private Exit lastFailure(Exit otherwise) {
    return failed.isEmpty() ? otherwise : exit(failed.get(failed.size() - 1));
  }

  private List<Finding> lastFindings() {
    return failed.isEmpty() ? List.of() : failed.get(failed.size() - 1).findings();
  }

  private static Exit exit(Result result) {
    for (Exit exit : Exit.values()) {
      if (exit.code() == result.exitCode()) {
        return exit;
      }
    }
    return Exit.UNEXPECTED;
  }
}
