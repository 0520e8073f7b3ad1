package hacert.probe;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a probe shows of itself, and what it trusts.
 *
 * @param identity the client's certificate, for ports that ask for one
 * @param anchors roots of which one must have issued what is served; empty: anything is taken
 */
public record Credentials(Optional<Identity> identity, List<X509Certificate> anchors) {
  /** No client certificate, and anything is taken: to see what is served. */
  public static final Credentials NONE = new Credentials(Optional.empty(), List.of());

  /** Takes copies. */
  public Credentials {
    anchors = List.copyOf(anchors);
  }

  /** No client certificate; what is served must come from one of these roots. */
  public static Credentials trusting(List<X509Certificate> anchors) {
    return new Credentials(Optional.empty(), anchors);
  }

  /** The same with a client certificate. */
  public Credentials with(Identity client) {
    return new Credentials(Optional.of(client), anchors);
  }

  /** Whether a chain that is served leads to one of the roots; without roots any does. */
  public boolean trusts(List<X509Certificate> chain, Instant now) {
    return anchors.isEmpty() || Trust.leads(chain, anchors, now);
  }

  /**
   * A client's certificate.
   *
   * @param key its private key
   * @param chain the certificate, then its issuers
   */
  public record Identity(PrivateKey key, List<X509Certificate> chain) {
    /** Takes a copy. */
    public Identity {
      chain = List.copyOf(chain);
    }

    /** Never the key. */
    @Override
    public String toString() {
      return "Identity" + chain.stream().map(X509Certificate::getSubjectX500Principal).toList();
    }
  }
}
