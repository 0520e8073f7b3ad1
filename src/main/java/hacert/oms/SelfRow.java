package hacert.oms;

import hacert.oms.OmsStatus.NodeRow;
import hacert.target.NodeIdentity;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Finds the row of the status that is this node. NodeName is the node's address with dashes or
 * underscores; which address, only the site knows. So the sources are asked from the surest to the
 * least sure, and the first one that names exactly one row decides.
 */
final class SelfRow {
  private final NodeIdentity node;
  private final Map<String, String> environment;

  /**
   * @param node this node as the inventory knows it
   * @param environment the environment of this call: sshd says in it where it was connected to
   */
  SelfRow(NodeIdentity node, Map<String, String> environment) {
    this.node = node;
    this.environment = environment;
  }

  Optional<NodeRow> in(OmsStatus status) {
    if (!node.statusName().isEmpty()) {
      return only(status, Set.of(plain(node.statusName())));
    }
    return Stream.<Supplier<Set<String>>>of(
            this::address, this::connection, SelfRow::interfaces, this::hostName)
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

  private Set<String> address() {
    Set<String> names = new HashSet<>(Set.of(plain(node.address())));
    try {
      for (InetAddress a : InetAddress.getAllByName(node.address())) {
        names.add(plain(a.getHostAddress()));
      }
    } catch (UnknownHostException e) {
      // The other sources know better.
      return names;
    }
    return names;
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

  private Set<String> hostName() {
    List<String> names = new ArrayList<>();
    names.add(environment.getOrDefault("HOSTNAME", ""));
    names.add(node.name());
    try {
      names.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      // A host whose own name does not resolve is known by the others.
      names.add("");
    }
    Set<String> plain = new HashSet<>();
    names.stream().filter(n -> !n.isEmpty()).forEach(n -> plain.add(plain(n)));
    return plain;
  }

  /** NodeName writes {@code 192.0.2.11} as {@code 192-0-2-11} or {@code 192_0_2_11}. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[.:_]", "-");
  }
}
