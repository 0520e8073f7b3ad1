package hacert.opengauss;

import hacert.target.Secret;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a bundle is to be installed, as far as it is known.
 *
 * @param names host names and addresses by which clients reach the nodes; empty: not known
 * @param now the time there
 * @param password that both keys should have; empty: the one of their own cipher and rand files
 * @param ecdsa whether the server takes EC keys, as it does from version 2.1
 * @param modes permissions of the files as they were given, by name; empty: not known
 * @param clients certificates of clients that are in use beside the bundle's, as far as known
 */
public record Expectation(
    List<String> names,
    Instant now,
    Optional<Secret> password,
    boolean ecdsa,
    Map<String, Set<PosixFilePermission>> modes,
    List<X509Certificate> clients) {
  /** Where no client is known but the bundle's. */
  public Expectation(
      List<String> names,
      Instant now,
      Optional<Secret> password,
      boolean ecdsa,
      Map<String, Set<PosixFilePermission>> modes) {
    this(names, now, password, ecdsa, modes, List.of());
  }

  /** Takes copies. */
  public Expectation {
    names = List.copyOf(names);
    modes = Map.copyOf(modes);
    clients = List.copyOf(clients);
  }
}
