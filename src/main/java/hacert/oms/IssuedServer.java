package hacert.oms;

import hacert.policy.CertificateRules;
import hacert.result.Severity;
import hacert.x509.CertificatePaths;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the server certificate that the vendor's script has issued can work under the new root: a
 * peer that verifies it by RFC 5280 takes it. Purposes, names, algorithms and the version are left
 * to the vendor: {@code openssl x509 -req} without extensions issues version 1, and HA takes it.
 */
final class IssuedServer {
  private IssuedServer() {}

  /**
   * Why it cannot.
   *
   * @return for people, a sentence without its full stop; empty if it can
   */
  static Optional<String> breach(InstalledCertificates installed, Instant now) {
    if (!installed.consistent()) {
      return Optional.of(
          installed.serverFile() + " is not issued by the CA of " + installed.authorityFile());
    }
    X509Certificate server = installed.server().orElseThrow();
    String name = installed.serverFile().toString();
    if (installed.authorities().contains(server)) {
      return Optional.of(name + " is the root certificate itself");
    }
    List<X509Certificate> path = new ArrayList<>(List.of(server));
    path.addAll(installed.authorities());
    return CertificateRules.valid(server, now, name)
        .filter(f -> f.severity() == Severity.ERROR)
        .map(f -> f.message().replaceAll("\\.$", ""))
        .or(
            () ->
                CertificatePaths.ofLeaf(path, now)
                    .map(why -> name + " does not hold by RFC 5280 under its root: " + why));
  }
}
