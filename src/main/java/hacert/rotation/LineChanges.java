package hacert.rotation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * In which values two versions of a file of settings differ, whatever the values are: an element's
 * text, an attribute, what stands behind an equals sign, a word.
 */
final class LineChanges {
  /** A word may end in the padding of base64. */
  private static final Pattern VALUE =
      Pattern.compile(
          "(?<=>)[^<>]+(?=<)|\"[^\"]*\"|'[^']*'|(?<==)[^\\s\"'<>]+"
              + "|[^\\s\"'<>=]+=*(?=\\s|$)|[^\\s\"'<>=]+");

  /** Stands in no line of settings. */
  private static final String CHANGED = "\0";

  /** Stands in no mark of a text. */
  private static final String WHOLE = CHANGED + CHANGED;

  private LineChanges() {}

  /**
   * Marks of the changes, equal for two pairs of versions where the same values of the same lines
   * were changed. A mark may hold other content of the file and is for comparing only. Where lines
   * came or went, their whole text is the mark. What is no text, as a key of random bytes, is one
   * value. In either direction the marks are the same.
   */
  static Set<String> between(byte[] one, byte[] other) {
    if (!isText(one) || !isText(other)) {
      return Arrays.equals(one, other) ? Set.of() : Set.of(WHOLE);
    }
    List<String> first = lines(one);
    List<String> second = lines(other);
    Set<String> marks = new LinkedHashSet<>();
    if (first.size() == second.size()) {
      for (int i = 0; i < first.size(); i++) {
        if (!first.get(i).equals(second.get(i))) {
          marks.add(i + CHANGED + mark(first.get(i), second.get(i)));
        }
      }
      return marks;
    }
    List<String> added = new ArrayList<>(second);
    first.forEach(added::remove);
    List<String> removed = new ArrayList<>(first);
    second.forEach(removed::remove);
    marks.addAll(added);
    marks.addAll(removed);
    return marks;
  }

  private static boolean isText(byte[] content) {
    for (byte b : content) {
      if (b >= 0 && b < ' ' && "\t\n\f\r".indexOf(b) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Byte for byte, whatever the encoding is. */
  private static List<String> lines(byte[] content) {
    return List.of(new String(content, StandardCharsets.ISO_8859_1).split("\n", -1));
  }

  private static String mark(String one, String other) {
    List<String> values = values(other);
    StringBuilder marked = new StringBuilder();
    StringBuilder rebuilt = new StringBuilder();
    int at = 0;
    int number = 0;
    for (MatchResult value : VALUE.matcher(one).results().toList()) {
      String now = number < values.size() ? values.get(number) : "";
      number++;
      String between = one.substring(at, value.start());
      marked.append(between).append(value.group().equals(now) ? now : CHANGED);
      rebuilt.append(between).append(now);
      at = value.end();
    }
    marked.append(one.substring(at));
    rebuilt.append(one.substring(at));
    if (rebuilt.toString().equals(other)) {
      return marked.toString();
    }
    // More than values has changed.
    return one.compareTo(other) < 0 ? one + CHANGED + other : other + CHANGED + one;
  }

  private static List<String> values(String line) {
    return VALUE.matcher(line).results().map(MatchResult::group).toList();
  }
}
