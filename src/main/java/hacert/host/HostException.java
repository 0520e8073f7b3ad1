package hacert.host;

import hacert.result.Finding;
import hacert.result.Severity;
import java.util.List;

/**
 * Something on this machine, or on the way to the other one, is not as it has to be. It carries the
 * finding for the person who has to act. Neither message nor cause ever holds a secret.
 */
public final class HostException extends Exception {
  private static final long serialVersionUID = 1;

  private final String code;
  private final String remedy;

  /**
   * @param code stable code of the finding
   * @param message what was expected and what was seen
   * @param remedy what to do next
   */
  public HostException(String code, String message, String remedy) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }

  /** The same, with the error that it came from. */
  public HostException(String code, String message, String remedy, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.remedy = remedy;
  }

  /** Throws the first of these findings that is an error, if there is one. */
  public static void throwFirst(List<Finding> findings) throws HostException {
    for (Finding f : findings) {
      if (f.severity() == Severity.ERROR) {
        throw new HostException(f.code(), f.message(), f.remedy());
      }
    }
  }

  /** Stable code of the finding. */
  public String code() {
    return code;
  }

  /** The finding, as an error. */
  public Finding finding() {
    return Finding.error(code, getMessage(), remedy);
  }

  /** The calling thread was told to stop while it waited for {@code what}. */
  static HostException interrupted(String what, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new HostException(
        "INTERRUPTED",
        "Interrupted while waiting for " + what + ".",
        "Ask for the same operation again: it goes on where it stopped.",
        cause);
  }
}
