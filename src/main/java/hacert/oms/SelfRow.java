package hacert.oms;

import hacert.oms.OmsStatus.NodeRow;
import hacert.target.NodeIdentity;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the row of the status that is this node. NodeName is the node's address with dashes or
 * underscores; which address, only the site knows. So the sources are asked from the surest to the
 * least sure, and the first one that names exactly one row decides. Names are looked up only where
 * what is at hand does not tell, and once: in a closed network that may take seconds.
 */
final class SelfRow {
  private final NodeIdentity node;
  private final Map<String, String> environment;
  private final Names names;
  private Optional<Set<String>> ownAddresses = Optional.empty();
  private Optional<Set<String>> ownName = Optional.empty();

  /** What the resolver of this host knows. */
  interface Names {
    /** The addresses of a host. */
    List<String> addresses(String host) throws UnknownHostException;

    /** The name of this host. */
    String self() throws UnknownHostException;
  }

  private static final class Resolver implements Names {
    @Override
    public List<String> addresses(String host) throws UnknownHostException {
      return Stream.of(InetAddress.getAllByName(host)).map(InetAddress::getHostAddress).toList();
    }

    @Override
    public String self() throws UnknownHostException {
      return InetAddress.getLocalHost().getHostName();
    }
  }

  /**
   * @param node this node as the inventory knows it
   * @param environment the environment of this call: sshd says in it where it was connected to
   */
  SelfRow(NodeIdentity node, Map<String, String> environment) {
    this(node, environment, new Resolver());
  }

  SelfRow(NodeIdentity node, Map<String, String> environment, Names names) {
    this.node = node;
    this.environment = environment;
    this.names = names;
  }

  Optional<NodeRow> in(OmsStatus status) {
    if (!node.statusName().isEmpty()) {
      return only(status, Set.of(plain(node.statusName())));
    }
    return Stream.<Supplier<Set<String>>>of(
            () -> Set.of(plain(node.address())),
            this::connection,
            SelfRow::interfaces,
            this::ownAddresses,
            this::givenNames,
            this::ownName)
        .map(source -> only(status, source.get()))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<NodeRow> only(OmsStatus status, Set<String> names) {
    List<NodeRow> rows =
        status.nodes().stream()
            .filter(
                r ->
                    Stream.of(r.nodeName(), r.hostName())
                        .anyMatch(n -> !n.isEmpty() && names.contains(plain(n))))
            .toList();
    return rows.size() == 1 ? Optional.of(rows.get(0)) : Optional.empty();
  }

  private Set<String> ownAddresses() {
    if (ownAddresses.isEmpty()) {
      ownAddresses = Optional.of(lookedUp(() -> names.addresses(node.address())));
    }
    return ownAddresses.get();
  }

  private Set<String> ownName() {
    if (ownName.isEmpty()) {
      ownName = Optional.of(lookedUp(() -> List.of(names.self())));
    }
    return ownName.get();
  }

  private interface Lookup {
    List<String> names() throws UnknownHostException;
  }

  private static Set<String> lookedUp(Lookup lookup) {
    try {
      return lookup.names().stream().map(SelfRow::plain).collect(Collectors.toSet());
    } catch (UnknownHostException e) {
      // The other sources know better.
      return Set.of();
    }
  }

  private Set<String> connection() {
    String[] words = environment.getOrDefault("SSH_CONNECTION", "").split(" ");
    return words.length == 4 ? Set.of(plain(words[2])) : Set.of();
  }

  private static Set<String> interfaces() {
    Set<String> names = new HashSet<>();
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(a -> !a.isLoopbackAddress())
          .forEach(a -> names.add(plain(a.getHostAddress().replaceAll("%.*", ""))));
    } catch (SocketException e) {
      return Set.of();
    }
    return names;
  }

  private Set<String> givenNames() {
    return Stream.of(environment.getOrDefault("HOSTNAME", ""), node.name())
        .filter(n -> !n.isEmpty())
        .map(SelfRow::plain)
        .collect(Collectors.toSet());
  }

  /** NodeName writes {@code 192.0.2.11} as {@code 192-0-2-11} or {@code 192_0_2_11}. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[.:_]", "-");
  }
}
