package hacert.host;

import java.util.List;
import java.util.Optional;

/** Finds prompts in a text that comes in pieces, each run of white space taken as one blank. */
final class PromptMatcher implements CharSink {
  /** Longest text kept while a found prompt is not yet acted on, in characters. */
  private static final int WINDOW = 16384;

  /** A prompt, by its place in the list, and where it ends in the text at hand. */
  record Match(int prompt, int start, int end) {}

  private final List<String> texts;
  private final int longest;
  private final StringBuilder window = new StringBuilder();
  private boolean blank = true;

  /** Where the line at hand begins in the window. */
  private int line;

  PromptMatcher(List<String> texts) {
    this.texts = texts.stream().map(text -> text.strip().replaceAll("\\s+", " ")).toList();
    longest = this.texts.stream().mapToInt(String::length).max().orElse(1);
  }

  @Override
  public void accept(char c) {
    boolean white = Character.isWhitespace(c);
    if (!white || !blank) {
      window.append(white ? ' ' : c);
    }
    blank = white;
    if (c == '\n') {
      line = window.length();
    }
  }

  /**
   * The first prompt in the text; of those that begin at one place the longest, and of those that
   * lie within another the outer one: "Verifying - Enter password:" is not "Enter password:".
   */
  Optional<Match> find() {
    Match best = first(0);
    if (best == null && window.length() >= longest) {
      drop(window.length() - longest + 1);
    }
    return Optional.ofNullable(best);
  }

  private Match first(int from) {
    Match best = null;
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      int start = window.indexOf(text, from);
      if (start >= 0
          && (best == null
              || start < best.start
              || start == best.start && text.length() > best.end - best.start)) {
        best = new Match(i, start, start + text.length());
      }
    }
    return best;
  }

  /**
   * Whether a script may be waiting at this match: nothing has been printed behind it, or only the
   * rest of a longer question on the same line, up to its colon. What quotes a prompt goes on
   * otherwise.
   */
  boolean waits(Match match) {
    String rest = window.substring(match.end).strip();
    boolean question = line <= match.end && rest.endsWith(":") && first(match.end) == null;
    return rest.isEmpty() || question;
  }

  /** Whether all that has come from this match on is the beginning of a longer prompt. */
  boolean mayGrow(Match match) {
    String rest = window.substring(match.start).strip();
    return texts.stream().anyMatch(t -> t.length() > rest.length() && t.startsWith(rest));
  }

  /** Whether so much has come after a found prompt that it has to be acted on now. */
  boolean full() {
    return window.length() > WINDOW;
  }

  /** Forgets the text up to the end of this match. */
  void consume(Match match) {
    drop(match.end);
  }

  /** Forgets all text. */
  void clear() {
    drop(window.length());
  }

  private void drop(int count) {
    window.delete(0, count);
    line = Math.max(0, line - count);
  }
}
