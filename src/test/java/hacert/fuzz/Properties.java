package hacert.fuzz;

/** What must hold whatever was read. */
public final class Properties {
  private Properties() {}

  /** Fails where it does not hold. */
  public static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  /** A message for people: there is one, and it has an end. */
  public static void message(String message) {
    check(message != null && !message.isBlank(), "no message");
    check(message.length() < 100_000, "a message of " + message.length() + " characters");
  }

  /** A message that nothing foreign stands in: it cannot play with the terminal that shows it. */
  public static void plain(String message) {
    message(message);
    check(message.chars().noneMatch(c -> c < ' ' || c == 0x7f), "control characters: " + message);
  }
}
