package hacert.policy;

import hacert.result.Finding;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a vendor asks of the password of a key. Findings tell lengths and positions, never a
 * character.
 *
 * @param minimumLength fewest characters
 * @param maximumBytes most bytes in UTF-8; 0: no limit
 * @param kindsRequired how many of the four kinds upper-case letter, lower-case letter, digit and
 *     special must occur; letters and digits are those of ASCII
 * @param specials the characters that are specials
 * @param otherCharactersAllowed whether characters of no kind may occur; control characters never
 *     may, because the vendors' scripts read passwords as lines of a terminal
 */
public record PasswordRule(
    int minimumLength,
    int maximumBytes,
    int kindsRequired,
    String specials,
    boolean otherCharactersAllowed) {

  private static final int MOST_POSITIONS = 10;

  private enum Kind {
    UPPER("an upper-case letter"),
    LOWER("a lower-case letter"),
    DIGIT("a digit"),
    SPECIAL("a special character");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  /**
   * Every breach of the rule: {@code PASSWORD_TOO_SHORT}, {@code PASSWORD_TOO_LONG}, {@code
   * PASSWORD_KINDS}, {@code PASSWORD_CHARACTER}; empty when there is none.
   */
  public List<Finding> check(char[] password) {
    int length = 0;
    int bytes = 0;
    EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
    List<Integer> refused = new ArrayList<>();
    for (int at = 0; at < password.length; at += Character.charCount(at(password, at))) {
      int character = at(password, at);
      length++;
      bytes += octets(character);
      if (!take(character, kinds)) {
        refused.add(length);
      }
    }
    List<Finding> findings = new ArrayList<>();
    if (length < minimumLength) {
      findings.add(
          Finding.error(
              "PASSWORD_TOO_SHORT",
              "The password needs at least %d characters; it has %d."
                  .formatted(minimumLength, length),
              "Choose a longer password."));
    }
    if (maximumBytes > 0 && bytes > maximumBytes) {
      findings.add(
          Finding.error(
              "PASSWORD_TOO_LONG",
              "The password may take at most %d bytes; it takes %d.".formatted(maximumBytes, bytes),
              "Choose a shorter password."));
    }
    if (kinds.size() < kindsRequired) {
      findings.add(kinds(kinds));
    }
    if (!refused.isEmpty()) {
      findings.add(characters(refused));
    }
    return List.copyOf(findings);
  }

  private static int at(char[] password, int index) {
    return Character.codePointAt(password, index);
  }

  private static int octets(int character) {
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
  }

  /** Notes the character's kind; false if it may not occur. */
  private boolean take(int character, Set<Kind> kinds) {
    if (Character.isISOControl(character)
        || Character.getType(character) == Character.SURROGATE
        || character == 0x2028
        || character == 0x2029) {
      return false;
    }
    if (character >= 'A' && character <= 'Z') {
      return note(Kind.UPPER, kinds);
    }
    if (character >= 'a' && character <= 'z') {
      return note(Kind.LOWER, kinds);
    }
    if (character >= '0' && character <= '9') {
      return note(Kind.DIGIT, kinds);
    }
    if (specials.indexOf(character) >= 0) {
      return note(Kind.SPECIAL, kinds);
    }
    return otherCharactersAllowed;
  }

  private static boolean note(Kind kind, Set<Kind> kinds) {
    kinds.add(kind);
    return true;
  }

  private Finding kinds(EnumSet<Kind> seen) {
    String missing =
        EnumSet.complementOf(seen).stream()
            .map(kind -> kind.text)
            .collect(Collectors.joining(", "));
    return Finding.error(
        "PASSWORD_KINDS",
        "The password needs characters of %d of the four kinds; it has %d. Missing: %s."
            .formatted(kindsRequired, seen.size(), missing),
        specials.isEmpty()
            ? "Choose a password with more kinds of characters."
            : "Choose a password with more kinds of characters; specials are " + specials);
  }

  private Finding characters(List<Integer> positions) {
    String where =
        positions.stream()
            .limit(MOST_POSITIONS)
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    return Finding.error(
        "PASSWORD_CHARACTER",
        "The password holds characters that are not allowed, at position "
            + where
            + (positions.size() > MOST_POSITIONS ? " and more" : "")
            + ", counted from 1.",
        otherCharactersAllowed
            ? "Choose a password without control characters."
            : "Use ASCII letters and digits"
                + (specials.isEmpty() ? " only." : ", and of specials only " + specials));
  }
}
