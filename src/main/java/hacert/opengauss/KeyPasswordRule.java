package hacert.opengauss;

import hacert.policy.PasswordRule;
import hacert.result.Finding;
import hacert.target.Secret;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the server asks of the password of its keys: 8 to 15 bytes, and three of the four kinds
 * upper-case letter, lower-case letter, digit and special.
 *
 * <p>Sixteen bytes do not fit the one block that {@link KeyPassword} encrypts; the vendor's own
 * program once took them and stored fifteen.
 */
public final class KeyPasswordRule {
  /** Fewest bytes in UTF-8. */
  public static final int SHORTEST = 8;

  /** Most bytes in UTF-8. */
  public static final int LONGEST = 15;

  private static final String SPECIALS = "~!@#$%^&*()-_=+\\|[{}];:,<.>/?";
  private static final PasswordRule RULE = new PasswordRule(0, LONGEST, 3, SPECIALS, true);

  private KeyPasswordRule() {}

  /**
   * Every breach: {@code PASSWORD_TOO_SHORT}, {@code PASSWORD_TOO_LONG}, {@code PASSWORD_KINDS},
   * {@code PASSWORD_CHARACTER}; empty when there is none.
   */
  public static List<Finding> check(Secret password) {
    byte[] bytes = password.copy();
    char[] chars = password.chars();
    try {
      List<Finding> findings = new ArrayList<>();
      if (bytes.length < SHORTEST) {
        findings.add(
            Finding.error(
                "PASSWORD_TOO_SHORT",
                "The password needs at least %d bytes; it has %d."
                    .formatted(SHORTEST, bytes.length),
                "Choose a longer password."));
      }
      if (!isText(bytes, chars)) {
        findings.add(
            Finding.error(
                "PASSWORD_CHARACTER",
                "The password is not UTF-8.",
                "Choose a password of letters, digits and specials."));
      }
      findings.addAll(RULE.check(chars));
      return List.copyOf(findings);
    } finally {
      Arrays.fill(bytes, (byte) 0);
      Arrays.fill(chars, '\0');
    }
  }

  /** Decoding replaces what is not UTF-8, so that it does not come back as it was. */
  private static boolean isText(byte[] bytes, char[] chars) {
    ByteBuffer back = StandardCharsets.UTF_8.encode(CharBuffer.wrap(chars));
    try {
      return back.equals(ByteBuffer.wrap(bytes));
    } finally {
      Arrays.fill(back.array(), (byte) 0);
    }
  }
}
