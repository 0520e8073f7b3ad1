package hacert.rotation;

import hacert.result.Finding;

/** Another rotation holds this node; nothing was changed. */
final class LockedException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Finding finding;

  LockedException(String code, String message, String remedy) {
    super(message);
    this.finding = Finding.error(code, message, remedy);
  }

  Finding finding() {
    return finding;
  }
}
