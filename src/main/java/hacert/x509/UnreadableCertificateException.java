package hacert.x509;

/** A text holds no certificates, or no CRLs, that can be read. The message says why, for people. */
public final class UnreadableCertificateException extends Exception {
  private static final long serialVersionUID = 1;

  /** What is wrong with it. */
  public enum Reason {
    /** There is none in it, or something else. */
    NOT_A_CERTIFICATE,
    /** It ends in the middle of one. */
    TRUNCATED,
    /** It is not well-formed. */
    DAMAGED,
    /** It is whole, and of a kind that is not known here. */
    UNSUPPORTED,
    /** It is longer than anything that is read here. */
    TOO_LARGE
  }

  private final Reason reason;

  UnreadableCertificateException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What is wrong with it. */
  public Reason reason() {
    return reason;
  }
}
