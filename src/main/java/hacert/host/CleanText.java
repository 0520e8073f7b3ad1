package hacert.host;

import java.util.stream.Collectors;

/**
 * Takes escape sequences (ECMA-48) and control characters other than line feed and tab out of a
 * text. Of a sequence that a single 8-bit control introduces only that one is taken: in a text of
 * another encoding it may be a part of a letter, and take words with it.
 */
public final class CleanText implements CharSink {
  private enum State {
    TEXT,
    ESCAPE,
    SEQUENCE,
    STRING,
    STRING_ESCAPE
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

  /**
   * A whole text without them, line by line: a sequence that is never ended takes its own line
   * alone, and no word of success with it.
   */
  public static String lines(String text) {
    return text.lines().map(CleanText::of).collect(Collectors.joining("\n"));
  }

  CleanText(CharSink sink) {
    this.sink = sink;
  }

  @Override
  public void accept(char c) {
    switch (state) {
      case TEXT -> text(c);
      case ESCAPE -> escape(c);
      case SEQUENCE -> state = c >= '@' && c <= '~' ? State.TEXT : State.SEQUENCE;
      case STRING -> {
        if (c == 7) {
          state = State.TEXT;
        } else if (c == 27) {
          state = State.STRING_ESCAPE;
        }
      }
      case STRING_ESCAPE -> state = c == '\\' ? State.TEXT : State.STRING;
      default -> throw new IllegalStateException(state.name());
    }
  }

  private void text(char c) {
    if (c == 27) {
      state = State.ESCAPE;
    } else if (c == '\n' || c == '\t' || !Character.isISOControl(c)) {
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
