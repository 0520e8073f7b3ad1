package hacert.host;

/**
 * Takes escape sequences (ECMA-48) and control characters other than line feed and tab out of a
 * text. Of a sequence that a single 8-bit control introduces only that one is taken: in a text of
 * another encoding it may be a part of a letter, and take words with it. The end of a line ends any
 * sequence: one that was never ended takes no word of the next line with it.
 */
public final class CleanText implements CharSink {
  private enum State {
    TEXT,
    ESCAPE,
    SEQUENCE,
    STRING
  }

  private final CharSink sink;
  private State state = State.TEXT;

  /** A whole text without them. */
  public static String of(String text) {
    StringBuilder cleaned = new StringBuilder();
    CleanText cleaner = new CleanText(cleaned::append);
    text.chars().forEach(c -> cleaner.accept((char) c));
    return cleaned.toString();
  }

  CleanText(CharSink sink) {
    this.sink = sink;
  }

  @Override
  public void accept(char c) {
    if (c == '\033') {
      // Within a sequence it begins another; a string's own terminator is one.
      state = State.ESCAPE;
    } else if (c == '\n' || c == '\r') {
      state = State.TEXT;
      text(c);
    } else {
      switch (state) {
        case TEXT -> text(c);
        case ESCAPE -> escape(c);
        case SEQUENCE -> state = c >= '@' && c <= '~' ? State.TEXT : State.SEQUENCE;
        case STRING -> state = c == 7 ? State.TEXT : State.STRING;
        default -> throw new IllegalStateException(state.name());
      }
    }
  }

  private void text(char c) {
    if (c == '\n' || c == '\t' || !Character.isISOControl(c)) {
      sink.accept(c);
    }
  }

  private void escape(char c) {
    if (c == '[') {
      state = State.SEQUENCE;
    } else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_') {
      state = State.STRING;
    } else if (c < ' ' || c > '/') {
      // Characters from blank to slash only introduce the last one, as in ESC ( B.
      state = State.TEXT;
    }
  }
}
