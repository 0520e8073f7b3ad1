package hacert.target;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Choices of the operator that only some kinds of system have; absent ones get their defaults.
 *
 * @param environment file on the node that is sourced for the vendor's commands; empty: the login
 *     environment
 * @param apply which calls of the vendor's installation there are
 * @param restart when the system is started anew
 * @param trust what becomes of CAs that are trusted until now
 * @param acceptCaChange whether clients that know only the CAs until now may be cut off
 * @param revoke serial numbers, hexadecimal, of certificates that a CRL of our own CA names
 * @param cleanUp whether what killed vendor commands have left behind is removed
 * @param rollback how an older generation is brought back
 */
public record Options(
    String environment,
    Apply apply,
    Restart restart,
    Trust trust,
    boolean acceptCaChange,
    List<String> revoke,
    boolean cleanUp,
    Rollback rollback) {

  /** Which calls of the vendor's installation there are. */
  public enum Apply {
    /** One on each node, for that node. */
    @JsonProperty("local")
    LOCAL,
    /** One on the first node, for all nodes. */
    @JsonProperty("cluster")
    CLUSTER
  }

  /** When the system is started anew. */
  public enum Restart {
    /** Where what is installed would not be loaded otherwise. */
    @JsonProperty("auto")
    AUTO,
    /** In each rotation. */
    @JsonProperty("always")
    ALWAYS,
    /** Not at all: what needs it is refused. */
    @JsonProperty("never")
    NEVER
  }

  /** What becomes of CAs that are trusted until now. */
  public enum Trust {
    /** They stay trusted, beside the new one. */
    @JsonProperty("overlap")
    OVERLAP,
    /** Those that issued none of the installed certificates go; nothing else changes. */
    @JsonProperty("finish")
    FINISH,
    /** They go at once. */
    @JsonProperty("replace")
    REPLACE
  }

  /** How an older generation is brought back. */
  public enum Rollback {
    /** From our own backups, any kept generation. */
    @JsonProperty("own")
    OWN,
    /** By the vendor's command for all nodes: the one generation that it keeps. */
    @JsonProperty("vendor")
    VENDOR,
    /** By the vendor's command, on each node for that node. */
    @JsonProperty("vendor-local")
    VENDOR_LOCAL
  }

  /** Puts the defaults in. */
  public Options {
    environment = environment == null ? "" : environment;
    apply = apply == null ? Apply.LOCAL : apply;
    restart = restart == null ? Restart.AUTO : restart;
    trust = trust == null ? Trust.OVERLAP : trust;
    revoke = revoke == null ? List.of() : List.copyOf(revoke);
    rollback = rollback == null ? Rollback.OWN : rollback;
  }

  /** Every choice at its default. */
  public static Options defaults() {
    return new Options(null, null, null, null, false, null, false, null);
  }
}
