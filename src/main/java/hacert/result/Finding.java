package hacert.result;

import java.util.Collection;

/**
 * One thing found, for the person who has to act on it.
 *
 * @param severity how much it weighs
 * @param code stable name of the kind of finding, upper case with underscores; documented in {@code
 *     docs/findings.md}
 * @param message what was expected and what was seen, on which host, in one or two sentences
 * @param remedy what to do next; empty where nothing is to be done
 */
public record Finding(Severity severity, String code, String message, String remedy) {
  /** Refuses one that lacks a part. */
  public Finding {
    Needed.value("severity of a finding", severity);
    Needed.value("code of a finding", code);
    Needed.value("message of a finding", message);
    Needed.value("remedy of a finding", remedy);
  }

  /** A finding that stops the operation. */
  public static Finding error(String code, String message, String remedy) {
    return new Finding(Severity.ERROR, code, message, remedy);
  }

  /** A finding that the operation goes on with. */
  public static Finding warning(String code, String message, String remedy) {
    return new Finding(Severity.WARNING, code, message, remedy);
  }

  /** Something worth knowing. */
  public static Finding info(String code, String message) {
    return new Finding(Severity.INFO, code, message, "");
  }

  /** Whether any of them stops the operation. */
  public static boolean stops(Collection<Finding> findings) {
    return findings.stream().anyMatch(f -> f.severity() == Severity.ERROR);
  }

  /** The same finding with the name of the host it was made on at the start of its message. */
  public Finding on(String host) {
    return message.startsWith(host)
        ? this
        : new Finding(severity, code, host + ": " + message, remedy);
  }
}
