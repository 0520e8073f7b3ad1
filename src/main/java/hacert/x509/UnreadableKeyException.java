package hacert.x509;

/** A private key cannot be read. The message says why, for people, and holds no secret. */
public final class UnreadableKeyException extends Exception {
  private static final long serialVersionUID = 1;

  /** What is wrong with it. */
  public enum Reason {
    /** The password does not open it. Damage in the encrypted part looks the same. */
    WRONG_PASSWORD,
    /** It is encrypted, and no password was given. */
    PASSWORD_MISSING,
    /** It is not encrypted, though it has to be. */
    NOT_ENCRYPTED,
    /** There is no private key in it. */
    NOT_A_KEY,
    /** There is more than one private key in it. */
    SEVERAL_KEYS,
    /** It is of a kind, or encrypted in a way, that is not supported or that costs too much. */
    UNSUPPORTED,
    /** It ends in the middle. */
    TRUNCATED,
    /** It is not well-formed. */
    DAMAGED,
    /** It is longer than anything that is read here. */
    TOO_LARGE
  }

  private final Reason reason;

  UnreadableKeyException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What is wrong with it. */
  public Reason reason() {
    return reason;
  }
}
