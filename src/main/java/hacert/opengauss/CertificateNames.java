package hacert.opengauss;

import hacert.x509.Leaf;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The host names and addresses in the subject alternative names of a certificate, compared as RFC
 * 6125 has it: without regard to case, and with {@code *} for one whole first label.
 */
final class CertificateNames {
  private static final int DNS = 2;
  private static final int IP = 7;

  private final Set<String> hosts = new HashSet<>();
  private final Set<InetAddress> addresses = new HashSet<>();

  private CertificateNames() {}

  /** Those that can be read. */
  static CertificateNames of(X509Certificate certificate) {
    CertificateNames names = new CertificateNames();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      if (all != null) {
        all.forEach(entry -> names.add((Integer) entry.get(0), String.valueOf(entry.get(1))));
      }
    } catch (CertificateParsingException e) {
      // What cannot be read covers nothing.
    }
    return names;
  }

  private void add(int type, String value) {
    if (type == DNS) {
      hosts.add(value.toLowerCase(Locale.ROOT));
    } else if (type == IP) {
      Addresses.of(value).ifPresent(addresses::add);
    }
  }

  boolean cover(String name) {
    if (Leaf.isAddress(name)) {
      return Addresses.of(name).filter(addresses::contains).isPresent();
    }
    String host = name.toLowerCase(Locale.ROOT);
    int dot = host.indexOf('.');
    return hosts.contains(host) || dot > 0 && hosts.contains("*" + host.substring(dot));
  }

  /** All of them, as text. */
  List<String> all() {
    return Stream.concat(
            hosts.stream().sorted(), addresses.stream().map(InetAddress::getHostAddress).sorted())
        .toList();
  }
}
