package hacert.result;

/** The exit codes of the program, which stand in each result as {@code exit_code} too. */
public enum Exit {
  /** Done, or nothing had to be done. */
  DONE(0),
  /** An error nobody foresaw: a defect of this program, or of the machine. */
  UNEXPECTED(1),
  /** The command line or the request cannot be understood. */
  USAGE(2),
  /** Refused because of findings; nothing was changed. */
  REFUSED(3),
  /** Failed, and every changed node is back in its proven old state. */
  ROLLED_BACK(4),
  /** Failed, and a person must decide. */
  NEEDS_PERSON(5),
  /** Another rotation holds the cluster. */
  LOCKED(6);

  private final int code;

  Exit(int code) {
    this.code = code;
  }

  /** The number that the process exits with. */
  public int code() {
    return code;
  }
}
