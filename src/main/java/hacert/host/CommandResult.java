package hacert.host;

import java.time.Duration;

/**
 * How a command ended.
 *
 * @param exitCode its exit code; 128 + n after signal n; 126 or 127 when the program could not be
 *     started; {@value #NONE} when it was ended at its deadline
 * @param timedOut whether it was ended at its deadline
 * @param stdout what it printed, UTF-8 with replacement characters
 * @param stderr what it printed as errors, likewise
 * @param truncated whether part of the output was left out
 * @param duration how long it ran
 */
public record CommandResult(
    int exitCode,
    boolean timedOut,
    String stdout,
    String stderr,
    boolean truncated,
    Duration duration) {

  /** The exit code of a command that did not end by itself. */
  public static final int NONE = -1;

  /** Whether it ended by itself with exit code 0. */
  public boolean ok() {
    return exitCode == 0;
  }
}
