package hacert.probe;

import hacert.fuzz.Properties;

/** What a server answers in place of a handshake. */
public final class PostgresErrorFuzz {
  private static final int MOST = 8192;

  private PostgresErrorFuzz() {}

  /** It is whole at some length, and its text is short and plain. */
  public static void fuzzerTestOneInput(byte[] input) {
    byte[] answer = new byte[MOST];
    answer[0] = 'E';
    int length = Math.min(input.length, MOST - 1);
    System.arraycopy(input, 0, answer, 1, length);
    for (int some = 1; some <= length + 1; some++) {
      PostgresError.whole(answer, some, MOST);
    }
    Properties.check(PostgresError.whole(answer, MOST, MOST), "never whole");
    String text = PostgresError.text(answer, length + 1);
    Properties.check(text.length() <= 301, "a text of " + text.length() + " characters");
    Properties.check(text.chars().noneMatch(c -> c < ' ' || c == 0x7f), "control characters");
  }
}
