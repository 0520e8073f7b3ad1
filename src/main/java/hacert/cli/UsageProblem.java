package hacert.cli;

/** The command line or the request cannot be understood: exit code 2. The message says why. */
public final class UsageProblem extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says what was expected and what was seen. */
  public UsageProblem(String message) {
    super(message);
  }
}
