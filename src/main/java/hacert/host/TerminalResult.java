package hacert.host;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a dialogue with a script ended.
 *
 * @param exitCode the script's exit code; 128 + n after signal n; {@link CommandResult#NONE} when
 *     the terminal was hung up
 * @param timedOut whether it was hung up at the deadline
 * @param repeated text of the prompt that was asked again after its answer, whereupon the terminal
 *     was hung up: the answer was wrong
 * @param unasked texts of the prompts that never came
 * @param output what the script showed: no escape sequences, no carriage returns, each answer
 *     replaced by {@code ***}
 * @param truncated whether part of the output was left out
 * @param duration how long it took
 */
public record TerminalResult(
    int exitCode,
    boolean timedOut,
    Optional<String> repeated,
    List<String> unasked,
    String output,
    boolean truncated,
    Duration duration) {

  /** Whether it ended by itself with exit code 0. */
  public boolean ok() {
    return exitCode == 0;
  }
}
