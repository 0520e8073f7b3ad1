package hacert.rotation;

import hacert.result.Finding;
import java.util.List;

/** The operation was not begun, because of findings; nothing was changed. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient List<Finding> findings;

  RefusedException(List<Finding> findings) {
    super("refused");
    this.findings = List.copyOf(findings);
  }

  RefusedException(String code, String message, String remedy) {
    this(List.of(Finding.error(code, message, remedy)));
  }

  List<Finding> findings() {
    return findings;
  }
}
