package hacert.cli;

import hacert.result.Exit;
import java.io.PrintWriter;

/** What is said of an error that nobody foresaw. */
final class Unexpected {
  private Unexpected() {}

  /**
   * Says it.
   *
   * @param debug whether the stack trace is wanted
   * @return the exit code
   */
  static int tell(Exception e, PrintWriter err, boolean debug) {
    err.println("hacert: unexpected error: " + Texts.safe(e.toString()));
    if (debug) {
      e.printStackTrace(err);
    } else {
      err.println("  This is a defect. With HACERT_DEBUG=1 in the environment it says more.");
    }
    err.flush();
    return Exit.UNEXPECTED.code();
  }
}
