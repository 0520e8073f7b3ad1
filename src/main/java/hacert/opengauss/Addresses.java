package hacert.opengauss;

import hacert.x509.Leaf;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** IPv4 and IPv6 addresses as people and programs write them. No name is ever looked up. */
final class Addresses {
  private Addresses() {}

  /** The address that a text is; empty where it is none, as a name. */
  static Optional<InetAddress> of(String literal) {
    if (!Leaf.isAddress(literal)) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(literal));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /** Whether two texts are the same, or the same address: one of IPv6 has many forms. */
  static boolean same(String one, String other) {
    return one.equals(other) || of(one).isPresent() && of(one).equals(of(other));
  }
}
