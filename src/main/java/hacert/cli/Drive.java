package hacert.cli;

import hacert.host.Peer;
import hacert.host.Peers;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.StepReport;
import hacert.rotation.Agent;
import hacert.rotation.Driver;
import hacert.rotation.DrivingProcess;
import hacert.rotation.Operations;
import hacert.rotation.PeerAgent;
import hacert.rotation.Plan;
import hacert.rotation.Request;
import hacert.rotation.Secrets;
import hacert.rotation.Settings;
import hacert.target.NodeIdentity;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** Drives a rotation from this host, and shows it line by line. */
final class Drive {
  private static final Duration CONNECT = Duration.ofSeconds(20);

  private final Surroundings surroundings;
  private final ClusterOptions options;
  private final boolean check;

  Drive(Surroundings surroundings, ClusterOptions options, boolean check) {
    this.surroundings = surroundings;
    this.options = options;
    this.check = check;
  }

  int run(
      String operation, Settings.Intent intent, Settings settings, Secrets secrets, Output output)
      throws IOException {
    List<NodeIdentity> nodes = options.nodes();
    Driver.Cluster cluster =
        new Driver.Cluster(
            options.cluster(),
            options.target(),
            options.profile(),
            options.profileOverrides(),
            nodes,
            settings,
            options.change(),
            new Request.Holder(surroundings.hostName(), DrivingProcess.name()),
            check);
    ResultBuilder result = new ResultBuilder(operation, surroundings);
    Operations here = Wiring.operations();
    Map<String, Agent> agents = new HashMap<>();
    agents.put(nodes.get(0).name(), here::execute);
    byte[] jar = jar();
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    for (NodeIdentity node : nodes.subList(1, nodes.size())) {
      agents.put(node.name(), new PeerAgent(Peers.ssh(), peer(node), jar, Version.text(), java));
    }
    PrintWriter progress = output.progress();
    Driver.End end = new Driver(cluster, agents, secrets, step -> line(progress, step)).run(intent);
    result.findings(end.findings());
    if (end.plan() != null) {
      result.data().set("plan", hacert.result.Json.mapper().valueToTree(end.plan()));
    }
    return output.give(
        result.build(options.cluster(), check, outcome(end), end.exit()), out -> summary(out, end));
  }

  private Outcome outcome(Driver.End end) {
    boolean nothing = end.plan() != null && end.plan().action() == Plan.Action.NONE;
    return switch (end.exit()) {
      case DONE -> nothing ? Outcome.UNCHANGED : check ? Outcome.PLANNED : Outcome.SUCCEEDED;
      case ROLLED_BACK -> Outcome.ROLLED_BACK;
      case REFUSED, LOCKED, USAGE -> Outcome.REFUSED;
      case UNEXPECTED, NEEDS_PERSON -> Outcome.FAILED;
    };
  }

  private static void line(PrintWriter out, Result step) {
    String note =
        step.steps().stream()
            .filter(s -> !s.note().isEmpty())
            .reduce((a, b) -> b)
            .map(StepReport::note)
            .orElse("");
    out.printf(
        "%s  %-16s %-9s %-11s %s%n",
        LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS),
        Texts.safe(step.host()),
        step.operation(),
        step.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        Texts.safe(note));
    step.findings().stream()
        .filter(f -> Finding.stops(List.of(f)))
        .forEach(f -> out.println("          " + Texts.safe(f.code() + ": " + f.message())));
    out.flush();
  }

  private void summary(PrintWriter out, Driver.End end) {
    String words =
        switch (end.exit()) {
          case DONE -> done(end.plan());
          case REFUSED -> "Refused. Nothing was changed.";
          case LOCKED -> "Another rotation holds the cluster. Nothing was changed.";
          case ROLLED_BACK -> "It failed. The old state is back and proven.";
          default -> "It failed, and a person must decide.";
        };
    out.println(words);
  }

  private String done(Plan plan) {
    if (plan != null && plan.action() == Plan.Action.NONE) {
      if (plan.kind() != Plan.Kind.REPLACE) {
        return "It is back already. Nothing was changed.";
      }
      return "Nothing is due" + (plan.until() == null ? "." : " until " + plan.until() + ".");
    }
    return check ? "It can be done. Nothing was changed." : "Done.";
  }

  private static Peer peer(NodeIdentity node) {
    return new Peer(
        node.address(),
        node.port() == 0 ? OptionalInt.empty() : OptionalInt.of(node.port()),
        System.getProperty("user.name"),
        Path.of(System.getenv().getOrDefault("HOME", "/")),
        CONNECT,
        CONNECT);
  }

  /** This program itself, to be run on the other node. */
  private static byte[] jar() throws IOException {
    try {
      Path path = Path.of(Drive.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (!Files.isRegularFile(path)) {
        throw new UsageProblem("run it as java -jar hacert.jar: the other node needs the jar too");
      }
      return Files.readAllBytes(path);
    } catch (URISyntaxException e) {
      throw new IOException("the place of this program is not known", e);
    }
  }
}
