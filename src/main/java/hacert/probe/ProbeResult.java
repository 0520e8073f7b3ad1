package hacert.probe;

import java.security.cert.X509Certificate;
import java.util.List;

/** What a probe saw. */
public sealed interface ProbeResult {
  /** The certificates that were shown, the server's own first; empty if it came to none. */
  List<X509Certificate> chain();

  /**
   * The handshake succeeded, and where roots were given, the chain leads to one of them. Where a
   * client's certificate was shown, TLS 1.2 was spoken if the server does, for there its verdict is
   * part of the handshake. With TLS 1.3 it may come afterwards; a short time is given to it.
   *
   * @param chain at least the server's own certificate
   * @param protocol such as {@code TLSv1.3}
   * @param cipher the suite's name in the IANA registry
   * @param identified whether the server asked for a client's certificate, and was shown one
   */
  record Served(List<X509Certificate> chain, String protocol, String cipher, boolean identified)
      implements ProbeResult {
    /** Takes a copy. */
    public Served {
      chain = List.copyOf(chain);
    }

    /** The server's own certificate. */
    public X509Certificate leaf() {
      return chain.get(0);
    }
  }

  /**
   * No proof was had.
   *
   * @param kind why
   * @param message for people: address, what was expected, what was seen; free of control
   *     characters
   * @param chain what had been shown until then
   */
  record NotServed(Kind kind, String message, List<X509Certificate> chain) implements ProbeResult {
    /** Takes a copy. */
    public NotServed {
      chain = List.copyOf(chain);
    }
  }

  /** Why a probe had no proof. */
  enum Kind {
    /** No connection: refused, no route, unknown host. */
    REFUSED,
    /** Time ran out. */
    TIMEOUT,
    /** Something listens and closes, or is reset, before the handshake is done. */
    CLOSED,
    /** Something answers, and it is not TLS. */
    NO_TLS,
    /** The handshake failed: an alert of the server, or what it sent cannot be accepted. */
    ALERT,
    /**
     * A PostgreSQL server answered with an error message before it came to TLS at all: it takes no
     * connections now, as while it starts.
     */
    NOT_NOW,
    /** A PostgreSQL server said that it speaks TLS, and answered the handshake with an error. */
    SERVER_MESSAGE,
    /** The handshake succeeded, but the chain leads to none of the roots given. */
    UNTRUSTED
  }
}
