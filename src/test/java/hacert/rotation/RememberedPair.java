package hacert.rotation;

import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.x509.Openssl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A pair as it was, and what has become of it since. */
final class RememberedPair {
  private final TwoHosts pair;
  private final Map<TestHost, Node> nodes = new LinkedHashMap<>();

  private record Node(Map<String, String> installed, Snapshot files, int restarts) {}

  RememberedPair(TwoHosts pair) throws IOException, HostException {
    this.pair = pair;
    for (TestHost host : pair.hosts()) {
      Snapshot files =
          Snapshot.of(List.of(host.certHa(), host.localCert(), host.conf()), Snapshot.Limits.USUAL);
      nodes.put(host, new Node(host.installed(), files, host.count("restarts")));
    }
  }

  /** How often each node was restarted since. */
  List<Integer> restarts() throws IOException {
    List<Integer> all = new ArrayList<>();
    for (TestHost host : pair.hosts()) {
      all.add(host.count("restarts") - nodes.get(host).restarts());
    }
    return all;
  }

  /** Whether everything is installed as it was, byte for byte and with its times. */
  boolean isInstalled() throws IOException {
    for (TestHost host : pair.hosts()) {
      if (!isInstalled(host)) {
        return false;
      }
    }
    return true;
  }

  private boolean isInstalled(TestHost host) throws IOException {
    return host.installed().equals(nodes.get(host).installed());
  }

  /** Whether the root is the same file, whatever its times. */
  boolean hasOldRoot(TestHost host) throws IOException {
    String root = host.certHa().resolve("root-ca.crt").toString();
    return sha256(host.installed(), root).equals(sha256(nodes.get(host).installed(), root));
  }

  private static String sha256(Map<String, String> installed, String path) {
    return installed.get(path).split(" ")[0];
  }

  /** {@code old} or {@code new}, where all nodes have the same and work with it; else why not. */
  String state() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (TestHost host : pair.hosts()) {
      wrong(host).forEach(what -> wrong.add(host.name + ": " + what));
    }
    if (!pair.one.root().equals(pair.two.root())) {
      wrong.add("the roots differ");
    }
    return !wrong.isEmpty() ? "mixed: " + String.join(", ", wrong) : isInstalled() ? "old" : "new";
  }

  private List<String> wrong(TestHost host) throws IOException {
    List<String> wrong = new ArrayList<>();
    if (!host.runsWhatIsInstalled()) {
      wrong.add("runs another root than is installed");
    }
    leftovers(host).forEach(file -> wrong.add("left behind " + file));
    if (isInstalled(host)) {
      return wrong;
    }
    byte[] none = new byte[0];
    String root = host.certHa().resolve("root-ca.crt").toString();
    Path server = host.certHa().resolve("server.crt");
    Path key = host.certHa().resolve("server.key");
    if (Openssl.run(none, "verify", "-CAfile", root, server.toString()).code() != 0) {
      wrong.add("server.crt is not of the root");
    }
    Openssl.Run ofKey = Openssl.run(none, "pkey", "-in", key.toString(), "-pubout");
    Openssl.Run ofLeaf = Openssl.run(none, "x509", "-in", server.toString(), "-noout", "-pubkey");
    if (ofKey.code() != 0 || !Arrays.equals(ofKey.out(), ofLeaf.out())) {
      wrong.add("server.key is not of server.crt");
    }
    String both = Files.readString(server) + Files.readString(key);
    if (!Files.readString(host.localCert().resolve("server.pem")).equals(both)) {
      wrong.add("server.pem is not server.crt and server.key");
    }
    if (!Files.readString(host.localCert().resolve("root-ca.crt")).equals(host.root())) {
      wrong.add("local/cert has another root");
    }
    if (!modes(host.installed()).equals(modes(nodes.get(host).installed()))) {
      wrong.add("names and modes were " + modes(nodes.get(host).installed()));
    }
    return wrong;
  }

  private static Map<String, String> modes(Map<String, String> installed) {
    Map<String, String> modes = new TreeMap<>();
    installed.forEach((path, is) -> modes.put(path, is.split(" ")[1]));
    return modes;
  }

  /**
   * Temporary files, and what was staged. The copy of the last result may be half written: it holds
   * no secret, and goes with the next call that writes.
   */
  private static List<Path> leftovers(TestHost host) throws IOException {
    Path results = new StateDirectory(host.state()).results();
    try (Stream<Path> all = Files.walk(host.here)) {
      return all.filter(p -> !p.startsWith(results) && leftover(p.getFileName().toString()))
          .toList();
    }
  }

  private static boolean leftover(String name) {
    return name.startsWith(".hacert-") || List.of("bundle", "recipient", "loan").contains(name);
  }

  /** On how many nodes a journal is open. */
  int open() throws HostException {
    int open = 0;
    for (TestHost host : pair.hosts()) {
      open += journal(host).filter(Journal::isOpen).isPresent() ? 1 : 0;
    }
    return open;
  }

  /** On how many nodes the rotation's backup is not, whole and in the store, what was there. */
  int lost() throws HostException {
    int lost = 0;
    for (TestHost host : pair.hosts()) {
      lost += isKept(host) ? 0 : 1;
    }
    return lost;
  }

  private boolean isKept(TestHost host) throws HostException {
    Optional<Journal> journal = journal(host);
    if (journal.isEmpty()) {
      return false;
    }
    int from = journal.get().plan().from();
    Generation kept = host.generations().all().get(from);
    if (kept == null) {
      return false;
    }
    try {
      kept.manifest().verifyCopy(new StateDirectory(host.state()).generation(from));
    } catch (HostException e) {
      return false;
    }
    return GenerationStore.differences(nodes.get(host).files(), kept.manifest()).isEmpty();
  }

  private static Optional<Journal> journal(TestHost host) throws HostException {
    return new JournalStore(new StateDirectory(host.state())).load();
  }
}
