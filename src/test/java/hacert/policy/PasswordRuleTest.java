package hacert.policy;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordRuleTest {
  private static final String SPECIALS = "~`!?,.;-_'(){}[]/<>@#$%^&*+|\\=";
  private static final PasswordRule VENDOR = new PasswordRule(8, 32, 4, SPECIALS, false);

  private static List<String> codes(PasswordRule rule, String password) {
    return rule.check(password.toCharArray()).stream().map(Finding::code).toList();
  }

  @Test
  void finds_every_breach_at_once() {
    assertThat(codes(VENDOR, "")).containsExactly("PASSWORD_TOO_SHORT", "PASSWORD_KINDS");
    assertThat(codes(VENDOR, "ä:\n"))
        .containsExactly("PASSWORD_TOO_SHORT", "PASSWORD_KINDS", "PASSWORD_CHARACTER");
    assertThat(codes(VENDOR, "a".repeat(33)))
        .containsExactly("PASSWORD_TOO_LONG", "PASSWORD_KINDS");
  }

  @ParameterizedTest
  @CsvSource({
    "abcdefg1!, an upper-case letter",
    "ABCDEFG1!, a lower-case letter",
    "Abcdefgh!, a digit",
    "Abcdefg1, a special character"
  })
  void names_the_kind_that_is_missing(String password, String kind) {
    assertThat(VENDOR.check(password.toCharArray()))
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.code()).isEqualTo("PASSWORD_KINDS");
              assertThat(f.message()).endsWith("it has 3. Missing: " + kind + ".");
            });
  }

  @Test
  void counts_characters_for_the_minimum_and_utf_8_bytes_for_the_maximum() {
    PasswordRule rule = new PasswordRule(4, 16, 0, "", true);
    String key = "\uD83D\uDD11";
    assertThat(codes(rule, key.repeat(3))).containsExactly("PASSWORD_TOO_SHORT");
    assertThat(codes(rule, key.repeat(4))).isEmpty();
    assertThat(codes(rule, key.repeat(4) + "x")).containsExactly("PASSWORD_TOO_LONG");
    assertThat(codes(new PasswordRule(4, 0, 0, "", true), "x".repeat(9999))).isEmpty();
  }

  @Test
  void tells_positions_and_no_characters() {
    Finding finding = VENDOR.check("Abc:ef1!é".toCharArray()).get(0);
    assertThat(finding.code()).isEqualTo("PASSWORD_CHARACTER");
    assertThat(finding.message()).contains("position 4, 9,").doesNotContain(":", "é");
    assertThat(finding.toString()).doesNotContain("Abc:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\u0000", "\u0003", "\u007f", "\u009b", "\uD83D", "\u2028"})
  void never_lets_a_character_through_that_a_terminal_or_utf_8_cannot_carry(String bad) {
    PasswordRule rule = new PasswordRule(0, 0, 0, bad, true);
    assertThat(codes(rule, "abc" + bad)).containsExactly("PASSWORD_CHARACTER");
  }

  @Test
  void accepts_every_special_that_the_vendor_lists() {
    for (char special : SPECIALS.toCharArray()) {
      assertThat(codes(VENDOR, "Abcdef1" + special)).isEmpty();
    }
  }

  @Test
  void a_character_of_no_kind_counts_for_none() {
    PasswordRule rule = new PasswordRule(0, 0, 4, "!", true);
    assertThat(codes(rule, "Ab1ü")).containsExactly("PASSWORD_KINDS");
    assertThat(codes(rule, "Ab1!ü")).isEmpty();
  }
}
