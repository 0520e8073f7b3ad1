package hacert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.HostException;
import hacert.result.Change;
import hacert.result.Json;
import hacert.rotation.DrivingProcess;
import hacert.rotation.Kept;
import hacert.rotation.Recorded;
import hacert.rotation.Request;
import hacert.rotation.Settings;
import hacert.rotation.StateDirectory;
import hacert.target.NodeIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Which cluster a command is about. What is not given is taken from the last rotation that this
 * host keeps, whoever drove it.
 */
final class ClusterOptions {
  @Parameters(paramLabel = "CLUSTER", description = "name of the cluster")
  private String cluster;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description = "kind of system: mrs-ha or opengauss")
  private String target = "";

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "vendor version: mrs-2x, mrs-3x or opengauss")
  private String profile = "";

  @Option(
      names = "--profile-file",
      paramLabel = "FILE",
      description = {
        "YAML file whose keys are laid over the profile (default: what the last rotation laid over",
        "it; a file with {} lays nothing)"
      })
  private Path profileFile;

  @Option(
      names = "--self",
      paramLabel = "NAME[=ADDRESS[:PORT]]",
      description = "this node's name, and how the other nodes reach it")
  private String self = "";

  @Option(
      names = "--peer",
      paramLabel = "NAME=ADDRESS[:PORT]",
      description = "another node's name, and how this one reaches it; once for each")
  private List<String> peers = new ArrayList<>();

  @Option(
      names = "--setting",
      paramLabel = "KEY=VALUE",
      description = "a setting, as docs/protocol.md lists them; may be repeated")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "where this program keeps its state (default: .hacert in the home directory)")
  private String stateDir = "";

  @Option(names = "--change-id", paramLabel = "TEXT", description = "number of the change request")
  private String changeId = "";

  @Option(names = "--operator", paramLabel = "TEXT", description = "who does it")
  private String operator = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "why it is done")
  private String reason = "";

  String cluster() {
    return cluster;
  }

  Kept kept() {
    checkState();
    return Kept.read(home(), keptIn(), cluster);
  }

  /** What the vendor's scripts printed in the last rotation, by what printed it. */
  Map<String, String> recorded() throws HostException {
    checkState();
    return Recorded.read(home(), keptIn(), cluster);
  }

  /** What is kept says which commands are run. */
  private void checkState() {
    try {
      new StateDirectory(home().resolve(keptIn()).resolve(cluster).normalize()).checked();
    } catch (HostException e) {
      throw new Refusal(e.finding());
    }
  }

  private String keptIn() {
    return settings(false, 0).stateDir();
  }

  String target() {
    return given(target, kept().target(), "--target");
  }

  String profile() {
    return given(profile, kept().profile(), "--profile");
  }

  Change change() {
    String user = System.getProperty("user.name", "");
    return new Change(changeId, operator.isEmpty() ? user : operator, reason);
  }

  JsonNode profileOverrides() throws IOException {
    if (profileFile == null) {
      Kept kept = kept();
      return profile().equals(kept.profile())
          ? kept.profileOverrides()
          : Json.mapper().createObjectNode();
    }
    return ProfileFile.read(profileFile);
  }

  /** This node first, then the others. */
  List<NodeIdentity> nodes() {
    NodeIdentity own = self();
    List<NodeIdentity> nodes = new ArrayList<>(List.of(own));
    peers.forEach(p -> nodes.add(identity(p, true)));
    if (peers.isEmpty()) {
      kept().nodes().stream().filter(n -> !n.name().equals(own.name())).forEach(nodes::add);
    }
    return nodes;
  }

  NodeIdentity self() {
    Optional<NodeIdentity> known =
        kept().nodes().stream().filter(n -> n.name().equals(kept().host())).findFirst();
    if (self.isEmpty()) {
      return known.orElseThrow(
          () -> new UsageProblem("expected --self: this host keeps no rotation of " + cluster));
    }
    return identity(self, false);
  }

  /** The settings, with {@code force} and {@code generation} as the command has them. */
  Settings settings(boolean force, int generation) {
    ObjectNode all = Json.mapper().createObjectNode();
    settings.forEach((key, value) -> put(all, key, value));
    if (!stateDir.isEmpty()) {
      all.put("state_dir", stateDir);
    }
    if (force) {
      all.put("force", true);
    }
    if (generation > 0) {
      all.put("generation", generation);
    }
    try {
      return Json.mapper().treeToValue(all, Settings.class);
    } catch (IOException e) {
      throw new UsageProblem(
          "a --setting, or --state-dir, cannot be used: "
              + e.getMessage().lines().findFirst().orElse(""));
    }
  }

  /** A key with a dot is one below another, as {@code options.trust}; lists have commas. */
  private static void put(ObjectNode all, String key, String value) {
    int dot = key.indexOf('.');
    ObjectNode place = dot < 0 ? all : all.withObjectProperty(key.substring(0, dot));
    String name = key.substring(dot + 1);
    if (name.equals("revoke")) {
      ArrayNode list = place.putArray(name);
      Stream.of(value.split(",")).filter(one -> !one.isBlank()).forEach(list::add);
    } else {
      place.put(name, value);
    }
  }

  /** A request to this node alone, for an operation that takes no plan. */
  Request request(String operation, Settings wanted, boolean check, String asking)
      throws IOException {
    return new Request(
        Request.SCHEMA,
        operation,
        cluster(),
        target(),
        profile(),
        profileOverrides(),
        self(),
        List.of(),
        check,
        Settings.Intent.CHECK,
        new Request.Holder(asking, DrivingProcess.name()),
        List.of(),
        Instant.now(),
        change(),
        wanted,
        List.of(),
        List.of(),
        null,
        List.of(),
        null,
        List.of(),
        List.of());
  }

  private static Path home() {
    return Path.of(System.getenv().getOrDefault("HOME", "/"));
  }

  private static String given(String option, String kept, String name) {
    if (option.isEmpty() && kept.isEmpty()) {
      throw new UsageProblem("expected " + name + ": this host keeps no rotation of this cluster");
    }
    return option.isEmpty() ? kept : option;
  }

  private static NodeIdentity identity(String text, boolean addressNeeded) {
    String[] parts = text.split("=", 2);
    if (parts[0].isEmpty() || addressNeeded && parts.length < 2) {
      throw new UsageProblem("expected NAME=ADDRESS[:PORT], got '" + text + "'");
    }
    String address = parts.length < 2 ? "" : parts[1];
    int colon = address.lastIndexOf(':');
    boolean port = colon > 0 && address.indexOf(':') == colon;
    try {
      return new NodeIdentity(
          parts[0],
          port ? address.substring(0, colon) : address,
          port ? Integer.parseInt(address.substring(colon + 1)) : 0,
          "");
    } catch (NumberFormatException e) {
      throw new UsageProblem("expected a port number at the end of '" + text + "'");
    }
  }
}
