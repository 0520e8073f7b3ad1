package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import hacert.result.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One host of a lab, looked at from beside: what its files and its HA process are, whoever says
 * what.
 */
record LabHost(String name, String cluster, String layout, Path directory, Path bigData) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Pattern PRIVATE_KEY = Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----");

  /** The HA process's own word, or nothing while it is down. */
  JsonNode ha() {
    return json(directory.resolve("lab/run/ha.json"));
  }

  String loadedRoot() {
    return ha().path("root").path("serial").asText();
  }

  String loadedLeaf() {
    return ha().path("leaf").path("serial").asText();
  }

  String role() {
    return ha().path("role").asText();
  }

  boolean healthy() {
    return ha().path("health").asText().equals("normal")
        && List.of("Actived", "Deactived").contains(ha().path("phase").asText());
  }

  /** Whether the HA process that was started last still runs. */
  boolean haRuns() {
    String[] process =
        new String(read(directory.resolve("lab/run/ha.pid")), StandardCharsets.UTF_8).split("\\s+");
    return ProcessHandle.allProcesses()
        .filter(p -> process[0].equals("" + p.pid()))
        .anyMatch(p -> text(p, "stat").contains(" " + process[1] + " "));
  }

  /** The port of the HA process's heartbeats. */
  String haPort() {
    return ha().path("port").asText();
  }

  int restarts() {
    return events("restarts").size();
  }

  int replaces() {
    return events("replaces").size();
  }

  /** A line each: when, and what happened. */
  List<String> events(String name) {
    return new String(read(directory.resolve("lab/run").resolve(name)), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }

  Path certHa() {
    return bigData
        .resolve(layout.equals("2x") ? "om-0.0.1" : "om-server/om")
        .resolve("security/certHA");
  }

  Path localCert() {
    return bigData
        .resolve(layout.equals("2x") ? "OMSV100R001C00x8664" : "om-server/OMS")
        .resolve("workspace0/ha/local/cert");
  }

  /** Everything installed, the vendor's scripts included. */
  Map<String, String> installed() {
    return Tree.of(directory.resolve("opt"));
  }

  /**
   * SHA-256 of each installed file that holds a private key, or what such a key is opened with, by
   * its path.
   */
  Map<String, String> keys() {
    try (Stream<Path> all = Files.walk(directory.resolve("opt"))) {
      Map<String, String> keys = new TreeMap<>();
      for (Path path : all.filter(Files::isRegularFile).filter(LabHost::isKey).toList()) {
        keys.put(path.toString(), Tree.sha256(read(path)));
      }
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isKey(Path path) {
    return path.toString().matches(".*\\.(key|pk8|cipher|rand)")
        || PRIVATE_KEY.matcher(new String(read(path), StandardCharsets.ISO_8859_1)).find();
  }

  /** Whether a generation that has its manifest holds a file with this SHA-256. */
  boolean keeps(String sha256) {
    Path generations = state().resolve("generations");
    if (!Files.isDirectory(generations)) {
      return false;
    }
    try (Stream<Path> all = Files.list(generations)) {
      return all.anyMatch(generation -> keeps(generation, sha256));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean keeps(Path generation, String sha256) {
    JsonNode manifest = json(generation.resolve("generation.json")).path("manifest");
    for (JsonNode entry : manifest.path("entries")) {
      Path copy = generation.resolve("files" + entry.path("path").asText());
      if (entry.path("sha256").asText().equals(sha256) && Tree.sha256(read(copy)).equals(sha256)) {
        return true;
      }
    }
    return false;
  }

  /** The vendor commands called here, a line each. */
  List<String> calls() {
    return events("calls");
  }

  /** Serial number as openssl prints it. */
  static String serial(Path certificate) {
    return openssl("x509", "-in", certificate.toString(), "-noout", "-serial")
        .strip()
        .replace("serial=", "");
  }

  /** The serial of the installed root CA; the one in local/cert must be the same. */
  String installedRoot() {
    String serial = serial(certHa().resolve("root-ca.crt"));
    if (!serial.equals(serial(localCert().resolve("root-ca.crt")))) {
      throw new AssertionError(name + ": the root CA differs between certHA and local/cert");
    }
    return serial;
  }

  String installedLeaf() {
    return serial(certHa().resolve("server.crt"));
  }

  /** Whether certHA has the certificate and the key of server.pem, which HA has loaded. */
  boolean agrees() {
    byte[] certificate = read(certHa().resolve("server.crt"));
    byte[] key = read(certHa().resolve("server.key"));
    byte[] both = Arrays.copyOf(certificate, certificate.length + key.length);
    System.arraycopy(key, 0, both, certificate.length, key.length);
    return Arrays.equals(both, read(localCert().resolve("server.pem")));
  }

  /** Whether openssl takes the server certificate as issued by the root beside it. */
  boolean chains() {
    return openssl(
            "verify",
            "-CAfile",
            certHa().resolve("root-ca.crt").toString(),
            certHa().resolve("server.crt").toString())
        .strip()
        .endsWith(": OK");
  }

  /** The directory of hacert on this host. */
  Path state() {
    return directory.resolve("home/.hacert").resolve(cluster);
  }

  /** The journal of the open or the last rotation; missing if there is none. */
  JsonNode journal() {
    return json(state().resolve("journal.json"));
  }

  /** Outcome of the last rotation; empty while it is open. */
  String journalOutcome() {
    return journal().path("outcome").asText();
  }

  boolean journalOpen() {
    return journal().isObject() && journal().path("outcome").isMissingNode();
  }

  /** State of a step in the journal, as {@code begun}; empty if it was never begun. */
  String step(String step) {
    for (JsonNode entry : journal().path("entries")) {
      if (entry.path("step").asText().equals(step)) {
        return entry.path("state").asText();
      }
    }
    return "";
  }

  /** The jar's processes on this host. */
  List<ProcessHandle> jars() {
    return ProcessHandle.allProcesses().filter(this::isJar).toList();
  }

  /** Ends the call that holds the lock, as {@code kill -9} does; whether there was one. */
  boolean killJar() {
    Optional<ProcessHandle> holder = lockHolder();
    boolean killed = holder.map(ProcessHandle::destroyForcibly).orElse(false);
    // What it was doing may still come to its end.
    return killed && Await.holds(PATIENCE, () -> !holder.get().isAlive());
  }

  /**
   * Ends the sshd that carries the call that holds the lock, so that its connection is cut and the
   * call itself runs on; whether there was one.
   */
  boolean cutConnection() {
    Optional<ProcessHandle> process = lockHolder();
    while (process.isPresent() && !text(process.get(), "comm").startsWith("sshd")) {
      process = process.flatMap(ProcessHandle::parent);
    }
    return process.map(ProcessHandle::destroyForcibly).orElse(false);
  }

  /** Ends what runs a program on this host, as a person does. */
  void kill(String program) {
    assertThat(
            ProcessHandle.allProcesses()
                .filter(process -> text(process, "cmdline").contains("/" + program + "\0"))
                .filter(this::runsHere)
                .filter(ProcessHandle::destroyForcibly))
        .as("processes of %s on %s", program, name)
        .isNotEmpty();
  }

  private Optional<ProcessHandle> lockHolder() {
    String pid = json(state().resolve("lock.holder")).path("pid").asText();
    // Where it has the same number here, it is found at once, and so hit in the step that was seen.
    return Optional.of(pid)
        .filter(number -> !number.isEmpty())
        .flatMap(number -> ProcessHandle.of(Long.parseLong(number)))
        .filter(this::isJar)
        .filter(process -> numberOnHost(process).equals(pid))
        .or(() -> jars().stream().filter(process -> numberOnHost(process).equals(pid)).findAny());
  }

  /**
   * A host in namespaces has numbers of its own for its processes; the innermost one comes last.
   */
  private static String numberOnHost(ProcessHandle process) {
    return text(process, "status")
        .lines()
        .filter(line -> line.startsWith("NSpid:"))
        .map(line -> line.substring(line.lastIndexOf('\t') + 1))
        .findAny()
        .orElse("");
  }

  private boolean isJar(ProcessHandle process) {
    return text(process, "cmdline").endsWith("\0execute\0") && runsHere(process);
  }

  /** By the host's own process namespace; on a host without one by its home. */
  private boolean runsHere(ProcessHandle process) {
    byte[] first = read(directory.resolveSibling("../" + name + ".pid"));
    if (first.length == 0) {
      String home = "HOME=" + directory.resolve("home");
      return List.of(text(process, "environ").split("\0")).contains(home);
    }
    String pid = new String(first, StandardCharsets.UTF_8).split(" ")[0];
    return namespace(pid).equals(namespace("" + process.pid()));
  }

  private static String namespace(String pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", pid, "ns/pid")).toString();
    } catch (IOException e) {
      return "none, for " + pid + " has ended";
    }
  }

  private static String text(ProcessHandle process, String file) {
    try {
      return Files.readString(
          Path.of("/proc", "" + process.pid(), file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** Names of the files below the host's temporary directory. */
  List<String> temporaryFiles() {
    try (Stream<Path> all = Files.list(directory.resolve("tmp"))) {
      return all.map(p -> p.getFileName().toString()).filter(n -> !n.equals(".ansible")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last rotation is recorded as a success, and nothing of it lies about. */
  void assertEndedWell() {
    assertThat(journalOutcome()).as("%s: journal %s", name, journal()).isEqualTo("succeeded");
    assertNothingStaged();
  }

  /** No key of a rotation that has ended lies about, and no temporary file. */
  void assertNothingStaged() {
    assertThat(temporaryFiles()).as("temporary files of %s", name).isEmpty();
    assertThat(jars()).as("processes on %s", name).isEmpty();
    Path rotations = state().resolve("rotations");
    if (!Files.isDirectory(rotations)) {
      return;
    }
    try (Stream<Path> all = Files.walk(rotations)) {
      assertThat(all.map(p -> p.getFileName().toString()).filter(LabHost::staged))
          .as("staged files of %s", name)
          .isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean staged(String file) {
    return file.equals("recipient")
        || Stream.of("root-ca", ".key", ".zip").anyMatch(file::contains);
  }

  private static String openssl(String... words) {
    String[] command = new String[words.length + 1];
    command[0] = "openssl";
    System.arraycopy(words, 0, command, 1, words.length);
    return Command.ok(Lab.PROJECT, Duration.ofMinutes(1), command);
  }

  private static JsonNode json(Path path) {
    try {
      byte[] bytes = read(path);
      return bytes.length == 0 ? MissingNode.getInstance() : Json.mapper().readTree(bytes);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return new byte[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
