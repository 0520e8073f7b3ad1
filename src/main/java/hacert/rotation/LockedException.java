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

  /**
   * A rotation that has not ended has claimed this node.
   *
   * @param untouched what was not done, such as {@code Nothing was changed.}
   */
  static LockedException heldBy(Lease lease, String untouched) {
    return new LockedException(
        "LOCKED",
        String.format(
            "Rotation %s holds this node: begun from %s, process %s, at %s; its claim ends at %s."
                + " %s",
            lease.rotation(),
            lease.host(),
            lease.process(),
            lease.since(),
            lease.until(),
            untouched),
        "Run again when it has ended.");
  }

  Finding finding() {
    return finding;
  }
}
