package hacert.probe;

import java.util.Objects;

/**
 * Where to look.
 *
 * @param host name or address; an IPv6 address without brackets
 * @param port 1 to 65535
 * @param mode how TLS begins there
 */
public record Endpoint(String host, int port, Mode mode) {

  /** How TLS begins on a port. */
  public enum Mode {
    /** At once. */
    TLS("tls"),
    /** After PostgreSQL's SSLRequest, which openGauss has too. */
    POSTGRES("postgres");

    private final String scheme;

    Mode(String scheme) {
      this.scheme = scheme;
    }
  }

  /**
   * Checks the port.
   *
   * @throws IllegalArgumentException if there is no host, or the port is out of bounds
   */
  public Endpoint {
    Objects.requireNonNull(mode);
    if (host.isEmpty() || port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "expected a host and a port from 1 to 65535, got '" + host + "' and " + port);
    }
  }

  /** As a URI, such as {@code tls://192.0.2.1:20012}. */
  @Override
  public String toString() {
    return mode.scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
