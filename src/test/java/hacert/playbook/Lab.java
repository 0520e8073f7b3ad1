package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import hacert.result.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/** A lab of its own for a test class: raised before the first test, gone after the last. */
final class Lab implements BeforeAllCallback, AfterAllCallback, TestExecutionExceptionHandler {
  /** The project's root, where the build runs the tests. */
  static final Path PROJECT = Path.of("").toAbsolutePath();

  /** Exit code of {@code lab up} where this machine or user cannot have such hosts. */
  private static final int CANNOT_HERE = 77;

  private static final int MOST_SEEDS = 1_000_000;

  private final List<String> options;

  /** Of what is drawn, if anything is. Each failure tells it. */
  private final OptionalLong seed;

  private Path scratch;
  private JsonNode description;

  private Lab(List<String> options, OptionalLong seed) {
    this.options = options;
    this.seed = seed;
  }

  /** Pairs of one layout, or {@code mixed}; further options as {@code lab up} takes them. */
  static Lab of(int pairs, String layout, String... more) {
    return up(List.of("--pairs", "" + pairs, "--layout", layout), more);
  }

  /** Pairs drawn from the seed that {@code -Dlab.seed=N} gives, or from a new one. */
  static Lab randomised(int pairs, String layout) {
    long seed = Long.getLong("lab.seed", 1 + new Random().nextInt(MOST_SEEDS));
    List<String> options =
        List.of("--pairs", "" + pairs, "--layout", layout, "--randomise", "--seed", "" + seed);
    return new Lab(options, OptionalLong.of(seed));
  }

  /** Clusters of openGauss; further options as {@code lab up} takes them. */
  static Lab openGauss(int clusters, String... more) {
    return up(List.of("--target", "opengauss", "--clusters", "" + clusters), more);
  }

  private static Lab up(List<String> options, String... more) {
    return new Lab(Stream.concat(options.stream(), Stream.of(more)).toList(), OptionalLong.empty());
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    scratch = Files.createTempDirectory("hacert-lab");
    Files.createDirectories(files());
    List<String> words = new ArrayList<>(List.of("up"));
    words.addAll(options);
    Command.Ended up = lab(words.toArray(String[]::new)).await(Command.PATIENCE);
    Assumptions.assumeTrue(up.code() != CANNOT_HERE, up.output());
    assertThat(up.code()).as("%s%s", replay(), up.output()).isZero();
    description = Json.mapper().readTree(directory().resolve("lab.json").toFile());
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    if (seed.isEmpty() || failure instanceof TestAbortedException) {
      throw failure;
    }
    throw new AssertionError(replay() + failure.getMessage(), failure);
  }

  private String replay() {
    return seed.isEmpty()
        ? ""
        : "lab drawn from seed %1$d, the same again with -Dlab.seed=%1$d: "
            .formatted(seed.getAsLong());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    run("down");
    Command.removeTree(scratch);
  }

  /** Back to the state just after {@code up}. */
  void reset() {
    run("reset");
    Command.removeTree(files());
    try {
      Files.createDirectories(files());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sets a failure switch of a host, or clears it with {@code off}. */
  void turn(LabHost host, String name, String... value) {
    List<String> words = new ArrayList<>(List.of("switch", host.name(), name));
    words.addAll(List.of(value));
    run(words.toArray(String[]::new));
  }

  /**
   * Does harm to a host in a namespace, or ends it.
   *
   * @param command {@code cut}, {@code freeze}, {@code thaw}, {@code kill}, {@code boot} or {@code
   *     fill}
   */
  void does(String command, LabHost host, String... more) {
    List<String> words = new ArrayList<>(List.of(command, host.name()));
    words.addAll(List.of(more));
    run(words.toArray(String[]::new));
  }

  /** Puts back all cables of hosts in namespaces. */
  void heal() {
    run("heal");
  }

  /** Reissues a pair's certificates, to end in so many days. */
  void age(Pair pair, int days) {
    run("age", pair.cluster(), "" + days);
  }

  /**
   * Makes the files of an openGauss bundle below {@link #files}, by openssl and with a CA of its
   * own.
   *
   * @param more options of {@code lab bundle}
   */
  Path bundle(GaussCluster cluster, String name, String... more) {
    Path directory = files().resolve(name);
    List<String> words =
        new ArrayList<>(List.of("bundle", cluster.cluster(), directory.toString()));
    words.addAll(List.of(more));
    run(words.toArray(String[]::new));
    return directory;
  }

  Path directory() {
    return scratch.resolve("lab");
  }

  /** For what a test writes: bundles, profiles, recorded results, ansible's temporary files. */
  Path files() {
    return scratch.resolve("files");
  }

  Path inventory() {
    return directory().resolve("inventory.yml");
  }

  /**
   * Where its only cluster is and how one comes in, without what this program is told.
   *
   * @param prefix before the number of each of its hosts, as a site may call them
   */
  JsonNode access(String prefix) throws IOException {
    JsonNode groups = new YAMLMapper().readTree(inventory().toFile()).at("/all/children");
    ObjectNode group = groups.elements().next().deepCopy();
    ObjectNode hosts = Json.mapper().createObjectNode();
    int number = 1;
    for (JsonNode host : group.path("hosts")) {
      hosts.set(prefix + number++, host);
    }
    group.set("hosts", hosts);
    Iterator<String> names = group.withObject("/vars").fieldNames();
    while (names.hasNext()) {
      if (names.next().startsWith("hacert_")) {
        names.remove();
      }
    }
    return group;
  }

  String password() {
    return description.path("password").asText();
  }

  /** Of the CA that the program makes for clusters of openGauss. */
  String caPassword() {
    return description.path("ca_password").asText();
  }

  /** How others reach a host of MRS. */
  String address(LabHost host) {
    return hosts(host.cluster())
        .filter(told -> told.path("name").asText().equals(host.name()))
        .findAny()
        .orElseThrow()
        .path("address")
        .asText();
  }

  /** The pair of this number, from 1. */
  Pair pair(int number) {
    String cluster = "lab_mrs" + number;
    List<LabHost> hosts = hosts(cluster).map(Lab::host).toList();
    return new Pair(cluster, hosts.get(0), hosts.get(1));
  }

  /** The cluster of openGauss of this number, from 1. */
  GaussCluster gauss(int number) {
    String cluster = "lab_og" + number;
    int port = description.path("port").asInt();
    return new GaussCluster(
        this,
        cluster,
        hosts(cluster)
            .map(host -> new GaussNode(host(host), host.path("address").asText(), port))
            .toList());
  }

  GaussCluster gauss() {
    return gauss(1);
  }

  /** A node with its place, as commands by hand take it: {@code NAME=ADDRESS:PORT}. */
  String place(LabHost host) {
    String address =
        hosts(host.cluster())
            .filter(one -> one.path("name").asText().equals(host.name()))
            .map(one -> one.path("address").asText())
            .findFirst()
            .orElseThrow();
    return host.name() + "=" + address + ":" + description.path("ssh_port").asText();
  }

  /** Hosts of all clusters. */
  int size() {
    return description.path("hosts").size();
  }

  private Stream<JsonNode> hosts(String cluster) {
    return StreamSupport.stream(description.path("hosts").spliterator(), false)
        .filter(host -> host.path("pair").asText().equals(cluster));
  }

  private static LabHost host(JsonNode host) {
    Path directory = Path.of(host.path("directory").asText());
    return new LabHost(
        host.path("name").asText(),
        host.path("pair").asText(),
        host.path("layout").asText(),
        directory,
        directory.resolve(host.path("installed_in").asText()));
  }

  Pair pair() {
    return pair(1);
  }

  /** The state of every pair now, by cluster. */
  Map<String, Pair.Before> remember() {
    Map<String, Pair.Before> all = new TreeMap<>();
    for (int number = 1; hosts("lab_mrs" + number).findAny().isPresent(); number++) {
      all.put(pair(number).cluster(), pair(number).remember());
    }
    return all;
  }

  /** What a command says that someone gives by hand on a host. */
  String byHand(LabHost host, String command) {
    return run("ssh", host.name(), command);
  }

  private String run(String... words) {
    Command.Ended ended = lab(words).await(Command.PATIENCE);
    assertThat(ended.code()).as("lab %s: %s", String.join(" ", words), ended.output()).isZero();
    return ended.output();
  }

  private Command lab(String... words) {
    List<String> all =
        new ArrayList<>(List.of(PROJECT.resolve("src/lab/lab").toString(), words[0]));
    all.addAll(List.of("--dir", directory().toString()));
    all.addAll(List.of(words).subList(1, words.length));
    return Command.start(PROJECT, Map.of(), all);
  }
}
