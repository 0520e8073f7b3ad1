package hacert.host;

/**
 * A question of a script and the answer to it.
 *
 * @param text what the script asks, or an unmistakable part of it; upper and lower case count, runs
 *     of white space are one blank
 * @param answer bytes of the answer without the end of line, no control characters; the caller
 *     wipes them
 */
public record Prompt(String text, byte[] answer) {
  /** Refuses what a terminal would not pass on as it is; the message does not show it. */
  public Prompt {
    if (text.isBlank()) {
      throw new IllegalArgumentException("a prompt needs a text");
    }
    for (byte b : answer) {
      if (b >= 0 && b < ' ' || b == 0x7f) {
        throw new IllegalArgumentException(
            "the answer to \"" + text + "\" holds a control character");
      }
    }
  }

  /** The text only. */
  @Override
  public String toString() {
    return "Prompt[" + text + "]";
  }
}
