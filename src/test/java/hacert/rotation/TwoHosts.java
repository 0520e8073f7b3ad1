package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.host.AtomicFiles;
import hacert.host.CommandResult;
import hacert.host.HostException;
import hacert.host.PeerSession;
import hacert.host.Sha256;
import hacert.oms.MrsTarget;
import hacert.result.Change;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Result;
import hacert.result.ResultSchema;
import hacert.target.NodeIdentity;
import hacert.target.Secret;
import hacert.target.Target;
import hacert.x509.Openssl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** A pair of test hosts, and the ways to ask them. */
final class TwoHosts {
  private static final List<String> NAMES = List.of("mgmt1", "mgmt2");

  /**
   * What both hosts begin with; made once, for to make it takes longer than many a test, and only
   * where hosts are made.
   */
  private static final class First {
    static final Path ROOT = makeRoot();
  }

  final TestClock clock = new TestClock();
  final TestHost one;
  final TestHost two;

  /** Every result of every call, in order. */
  final List<Result> heard = new ArrayList<>();

  private final Map<String, Operations> operations = new HashMap<>();
  Map<String, Object> settings = Map.of();
  String password = TestHost.PASSWORD;
  Map<String, byte[]> bundle = Map.of();

  /** What confirm is said to have answered, where close is asked alone. */
  List<Result> proven = List.of();

  boolean check;

  /** What the inventory calls the cluster; {@link TestHost#state} is that of the first name. */
  String name = "pair";

  boolean peerAnswers = true;
  private int run = 1;

  /** How long a restart is waited for. */
  int restartSeconds = 20;

  /** Boot and scope of the machine that drives, as the driver's name has them. */
  String machine = DrivingProcess.name().replaceFirst(".*@\\d+", "");

  /** How each host is asked, where it is not in this process. */
  BiFunction<TestHost, Agent, Agent> way = (host, agent) -> agent;

  /** Makes a pair below this directory. */
  TwoHosts(Path base) throws IOException {
    this(base, First.ROOT);
  }

  private TwoHosts(Path base, Path root) throws IOException {
    one = new TestHost(base, NAMES.get(0), "192.0.2.11", clock);
    two = new TestHost(base, NAMES.get(1), "192.0.2.12", clock);
    for (TestHost host : hosts()) {
      if (root != null) {
        host.make(host == one ? "active" : "standby");
        host.install(root);
      }
    }
    target(new MrsTarget());
  }

  /** What the hosts are from now on. */
  TwoHosts target(Target target) {
    for (TestHost host : hosts()) {
      operations.put(
          host.name, new Operations(Map.of("mrs-ha", target), host::open, this::peer, "test"));
    }
    return this;
  }

  /** The pair that was made below this directory before. */
  static TwoHosts at(Path base) throws IOException {
    return new TwoHosts(base, null);
  }

  Operations operations(String host) {
    return operations.get(host);
  }

  List<TestHost> hosts() {
    return List.of(one, two);
  }

  /** Another process drives from now on, and the one before is dead. */
  TwoHosts anotherRun() {
    run++;
    return this;
  }

  /** The name of a driver of this machine that no longer runs. */
  String process() {
    return "java:99999999@" + run + machine;
  }

  Request.Holder holder() {
    return new Request.Holder("control", process());
  }

  /** A command whose driver dies before it asks for this operation the {@code n}th time. */
  void cutBefore(String operation, int n, Supplier<Driver.End> command) {
    int[] asked = {0};
    way =
        (host, agent) ->
            (request, secrets) -> {
              if (request.operation().equals(operation) && ++asked[0] == n) {
                throw new TestClock.Killed();
              }
              return agent.ask(request, secrets);
            };
    assertThatThrownBy(command::get).isInstanceOf(TestClock.Killed.class);
    way = (host, agent) -> agent;
  }

  Driver.End rotate() {
    return drive(Settings.Intent.ROTATE);
  }

  Driver.End rollback() {
    return drive(Settings.Intent.ROLLBACK);
  }

  private Driver.End drive(Settings.Intent intent) {
    try (Secrets secrets = secrets()) {
      return new Driver(
              cluster(), Map.of(one.name, agent(one), two.name, agent(two)), secrets, heard::add)
          .run(intent);
    }
  }

  private Agent agent(TestHost host) {
    return way.apply(host, (request, secrets) -> execute(host, request, secrets));
  }

  Driver.Cluster cluster() {
    return new Driver.Cluster(
        name,
        "mrs-ha",
        "mrs-2x",
        Json.mapper()
            .valueToTree(
                Map.of(
                    "settle_seconds",
                    0,
                    "confirm_seconds",
                    0,
                    "replace",
                    Map.of("seconds", 20),
                    "restart",
                    Map.of("seconds", restartSeconds, "start_seconds", 20))),
        List.of(one.identity, two.identity),
        settings(),
        new Change("CHG1", "operator", "test"),
        holder(),
        check);
  }

  Settings settings() {
    Map<String, Object> all = new HashMap<>(settings);
    all.putIfAbsent("key", "ec-p256");
    return Json.mapper().convertValue(all, Settings.class);
  }

  Secrets secrets() {
    Map<String, Secret> all = new HashMap<>();
    if (password != null) {
      all.put(Secrets.PASSWORD, new Secret(password.getBytes(StandardCharsets.UTF_8)));
    }
    bundle.forEach((name, content) -> all.put(Secrets.BUNDLE + name, new Secret(content.clone())));
    return new Secrets(all);
  }

  private Result execute(TestHost host, Request request, Secrets secrets) {
    try {
      Result result = operations.get(host.name).execute(request, secrets);
      String json = Json.mapper().writeValueAsString(result);
      ResultSchema.assertValid(json);
      return Json.mapper().readValue(json, Result.class);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks one operation. */
  Result ask(String operation, TestHost host, Plan plan, List<Result> staged, Result first) {
    return ask(operation, host, plan, staged, first, List.of());
  }

  private Result ask(
      String operation,
      TestHost host,
      Plan plan,
      List<Result> staged,
      Result first,
      List<Result> found) {
    try (Secrets secrets = secrets()) {
      return execute(host, request(operation, host, plan, staged, first, found), secrets);
    }
  }

  /** What is asked of a host. */
  Request request(
      String operation,
      TestHost host,
      Plan plan,
      List<Result> staged,
      Result first,
      List<Result> found) {
    Driver.Cluster c = cluster();
    List<NodeIdentity> peers = c.nodes().stream().filter(n -> !n.equals(host.identity)).toList();
    return new Request(
        Request.SCHEMA,
        operation,
        c.name(),
        c.target(),
        c.profile(),
        c.profileOverrides(),
        host.identity,
        peers,
        check,
        Settings.Intent.ROTATE,
        c.holder(),
        List.of(),
        Instant.now(),
        c.change(),
        c.settings(),
        found,
        List.of(),
        plan,
        staged,
        first,
        proven,
        List.of());
  }

  /** How often each node was restarted. */
  List<Integer> restarts() throws IOException {
    return List.of(one.count("restarts"), two.count("restarts"));
  }

  /** Codes of all findings that were heard of, each once. */
  List<String> codes() {
    return heard.stream()
        .flatMap(r -> r.findings().stream())
        .map(Finding::code)
        .distinct()
        .toList();
  }

  /** Discovers both nodes and decides. */
  Result decide() {
    List<Result> found =
        hosts().stream().map(h -> ask("discover", h, null, List.of(), null)).toList();
    return ask("decide", one, null, List.of(), null, found);
  }

  Plan plan() {
    return Json.mapper().convertValue(decide().data().get("plan"), Plan.class);
  }

  List<Result> stage(Plan plan) {
    return hosts().stream().map(h -> ask("stage", h, plan, List.of(), null)).toList();
  }

  private PeerSession peer(hacert.host.Peer peer) throws HostException {
    if (!peerAnswers) {
      throw new HostException("PEER_UNREACHABLE", peer.host() + " does not answer.", "Look.");
    }
    return new CopySession();
  }

  /** The other node's disk is this machine's. */
  private static final class CopySession implements PeerSession {
    @Override
    public void check() {}

    @Override
    public void upload(byte[] content, String remotePath, int mode) throws HostException {
      try {
        AtomicFiles.directories(Path.of(remotePath).getParent(), 0700);
        Files.write(Path.of(remotePath), content);
      } catch (IOException e) {
        throw new HostException("PEER_COPY_FAILED", "no copy: " + e, "Look.");
      }
    }

    @Override
    public Optional<String> sha256(String remotePath) throws HostException {
      try {
        return Optional.of(Sha256.of(Files.readAllBytes(Path.of(remotePath))));
      } catch (IOException e) {
        return Optional.empty();
      }
    }

    @Override
    public void remove(String remotePath) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CommandResult exec(String constantCommand, byte[] stdin, Duration deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private static Path makeRoot() {
    try {
      Path directory = Files.createTempDirectory("hacert-test-root");
      newRoot(directory, 3650, "old");
      for (String host : NAMES) {
        TestHost.issue(directory, host);
      }
      Runtime.getRuntime().addShutdownHook(new Thread(() -> removeQuietly(directory)));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeQuietly(Path directory) {
    try {
      Trees.remove(directory);
    } catch (HostException e) {
      // A leftover in the temporary directory of a test.
      return;
    }
  }

  /** Makes root-ca.crt and root-ca.pem with the real openssl. */
  static void newRoot(Path directory, int days, String name) throws IOException {
    String key = directory.resolve("root-ca.pem").toString();
    Openssl.ok(
        Openssl.line(TestHost.PASSWORD),
        ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass stdin -out "
                + key)
            .split(" "));
    Openssl.ok(
        Openssl.line(TestHost.PASSWORD),
        ("req -x509 -new -sha256 -key %s -passin stdin -subj /C=DE/O=Lab/CN=%s -days %d -addext"
                + " keyUsage=critical,keyCertSign,cRLSign -out %s")
            .formatted(key, name, days, directory.resolve("root-ca.crt"))
            .split(" "));
  }
}
