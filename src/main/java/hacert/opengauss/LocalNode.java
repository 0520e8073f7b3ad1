package hacert.opengauss;

import hacert.host.CommandResult;
import hacert.host.Deadline;
import hacert.host.HostException;
import hacert.host.Pause;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.target.NodeIdentity;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What this host's openGauss says of the cluster, and which datanode of it is this host's. */
final class LocalNode {
  /** A call takes about a second on a real node; a shorter pause would only load it. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** Code of a status that says nothing of a cluster. */
  static final String UNREADABLE = "STATUS_UNREADABLE";

  private static final String PID_FILE = "postmaster.pid";
  private static final String CONFIGURATION = "postgresql.conf";

  private final Installation installation;
  private final NodeIdentity identity;
  private ClusterStatus last;
  private Optional<ClusterStatus> remembered = Optional.empty();
  private Optional<Boolean> rolesWritten = Optional.empty();

  LocalNode(Installation installation, NodeIdentity identity) {
    this.installation = installation;
    this.identity = identity;
  }

  Installation installation() {
    return installation;
  }

  /**
   * Asks for the status now.
   *
   * @throws HostException {@code STATUS_TIMED_OUT}, {@code STATUS_UNREADABLE}
   */
  ClusterStatus status() throws HostException {
    CommandResult asked = ask();
    last =
        ClusterStatusParser.parse(asked.stdout())
            .orElseThrow(
                () ->
                    new HostException(
                        UNREADABLE,
                        String.format(
                            "gs_om -t status --detail ended with code %d and printed no state of a"
                                + " cluster. It said: %s",
                            asked.exitCode(),
                            new GsOm.Ended(asked.exitCode(), asked.stderr() + asked.stdout())
                                .said()),
                        "Run it by hand as the cluster's user. If this version prints another form,"
                            + " report it."));
    return last;
  }

  String statusText() throws HostException {
    return ask().stdout();
  }

  private CommandResult ask() throws HostException {
    CommandResult result =
        installation
            .host()
            .commands()
            .run(installation.command(installation.profile().gsOm(), "-t", "status", "--detail"));
    if (result.timedOut()) {
      throw new HostException(
          "STATUS_TIMED_OUT",
          "gs_om -t status --detail did not end within "
              + installation.profile().statusSeconds()
              + " s.",
          "Run it by hand as the cluster's user and see what it waits for.");
    }
    return result;
  }

  /** What an earlier call was told, for where the stopped cluster tells nothing. */
  void remember(ClusterStatus earlier) {
    remembered = Optional.of(earlier);
  }

  /** Takes what the facts of all nodes have told, see {@link #rolesWritten()}. */
  void rolesWritten(boolean anywhere) {
    rolesWritten = Optional.of(anywhere);
  }

  /**
   * Whether gs_om keeps written down on any node in which roles a start brings the nodes up; empty
   * if that is not known. What this node keeps alone does not tell: a {@code gs_om -t refreshconf}
   * that fails removes it here, and a start takes the newest of all nodes.
   */
  Optional<Boolean> rolesWritten() {
    return installation.knowsCurrentRoles() ? Optional.of(true) : rolesWritten;
  }

  /**
   * The status of this call, asked for once. Of a cluster that tells nothing it is the remembered
   * one, which is good for what does not change: hosts, addresses, directories.
   */
  ClusterStatus known() throws HostException {
    if (last == null) {
      try {
        return status();
      } catch (HostException e) {
        last = remembered.orElseThrow(() -> e);
      }
    }
    return last;
  }

  /**
   * Asks until the status fits, or the time is over; answers the last one read.
   *
   * @param end when to give up; it is asked once in any case
   * @throws HostException if none could be read at all
   */
  ClusterStatus await(Predicate<ClusterStatus> fits, Deadline end) throws HostException {
    while (true) {
      try {
        if (fits.test(status()) || end.isOver()) {
          return last;
        }
      } catch (HostException e) {
        // While the cluster starts, gs_om may print anything; only its last word counts.
        if (end.isOver()) {
          throw e;
        }
      }
      Pause.of(PAUSE, "the cluster's status");
    }
  }

  /**
   * This host's row: by the name that a person gave, by its address or its name in the inventory,
   * or by an address of this machine. Of several datanodes on one host, the first.
   *
   * @throws HostException {@code NODE_NOT_IDENTIFIED} where the name in the inventory is that of
   *     another row than the one that has an address of this machine
   */
  Optional<Datanode> self(ClusterStatus status) throws HostException {
    Optional<Datanode> told =
        rows(status, identity.statusName())
            .findFirst()
            .or(() -> at(status, List.of(identity.address())).findFirst());
    if (told.isPresent()) {
      return told;
    }
    Optional<Datanode> named =
        Stream.of(identity.address(), identity.name())
            .flatMap(key -> rows(status, key))
            .findFirst();
    List<Datanode> here = at(status, ownAddresses()).toList();
    if (named.isPresent() && here.size() == 1 && !here.contains(named.get())) {
      throw contradicted(named.get(), here.get(0));
    }
    return named.or(() -> here.stream().findFirst());
  }

  private HostException contradicted(Datanode named, Datanode here) {
    return new HostException(
        "NODE_NOT_IDENTIFIED",
        String.format(
            "The inventory calls this host %s, and of the status that is the node at %s; but this"
                + " host has the address %s of %s.",
            named.name(), named.address(), here.address(), here.name()),
        "Correct ansible_host or the name of this host in the inventory; or set hacert_status_name of"
            + " this host to its name in gs_om -t status --detail.");
  }

  private static Stream<Datanode> rows(ClusterStatus status, String key) {
    return status.datanodes().stream()
        .filter(d -> d.name().equals(key) || Addresses.same(key, d.address()));
  }

  private static Stream<Datanode> at(ClusterStatus status, List<String> addresses) {
    return status.datanodes().stream()
        .filter(d -> addresses.stream().anyMatch(a -> Addresses.same(a, d.address())));
  }

  private static List<String> ownAddresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .map(a -> a.getHostAddress().replaceFirst("%.*", ""))
          .toList();
    } catch (SocketException e) {
      return List.of();
    }
  }

  /**
   * The data directory of this host's first datanode.
   *
   * @throws HostException {@code NODE_NOT_IDENTIFIED}, {@code DATA_DIRECTORY}
   */
  Path dataDirectory() throws HostException {
    ClusterStatus status = known();
    Datanode own =
        self(status)
            .orElseThrow(
                () ->
                    new HostException(
                        "NODE_NOT_IDENTIFIED",
                        "No datanode of the status can be told to be on this host; there are "
                            + status.datanodes().stream()
                                .map(d -> d.name() + " " + d.address())
                                .toList()
                            + ".",
                        "Set hacert_status_name of this host to its name in gs_om -t status"
                            + " --detail."));
    Path directory = Path.of(own.dataDirectory());
    if (!directory.isAbsolute() || !Files.isRegularFile(directory.resolve(CONFIGURATION))) {
      throw new HostException(
          "DATA_DIRECTORY",
          "The status names "
              + own.dataDirectory()
              + " as the data directory of "
              + own.name()
              + ", and there is no "
              + CONFIGURATION
              + " on this host.",
          "See that the inventory's host is the one that the status means: set hacert_status_name.");
    }
    return directory;
  }

  /**
   * What a gs_om has left behind on this host.
   *
   * @throws HostException what {@link LeftOvers#look} throws
   */
  LeftOvers leftOvers() throws HostException {
    List<Path> directories = new ArrayList<>(installation.sslDirectories());
    directories.add(0, dataDirectory());
    return LeftOvers.look(installation.pgHost(), directories, installation.host().clock());
  }

  /** The settings of the server on this host. */
  ServerConfiguration configuration() throws HostException {
    Path directory = dataDirectory();
    Path file = directory.resolve(CONFIGURATION);
    try {
      // Comments may be in any encoding.
      String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      return ServerConfiguration.parse(text, directory)
          .orElseThrow(
              () ->
                  new HostException(
                      "FILE_NOT_READABLE", file + " is too large.", "Look at the file."));
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_READABLE", file + " cannot be read: " + e, "Check its owner and mode.");
    }
  }

  /**
   * Which server process runs on this host: process id and start, as it has written them down;
   * empty if none runs.
   */
  String serverProcess() throws HostException {
    try {
      List<String> lines =
          Files.readAllLines(dataDirectory().resolve(PID_FILE), StandardCharsets.ISO_8859_1);
      long pid = Long.parseLong(lines.get(0).strip());
      boolean runs = ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
      String start = lines.size() > 2 ? lines.get(2).strip() : "";
      return runs ? pid + " " + start : "";
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      // Removed at an orderly stop, and without meaning half written.
      return "";
    }
  }
}
