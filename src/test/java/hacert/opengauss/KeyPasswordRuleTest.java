package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.target.Secret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPasswordRuleTest {
  private static List<String> codes(byte[] password) {
    List<Finding> findings = KeyPasswordRule.check(new Secret(password));
    assertThat(findings).allSatisfy(f -> assertThat(f.remedy()).isNotBlank());
    return findings.stream().map(Finding::code).toList();
  }

  private static List<String> codes(String password) {
    return codes(password.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "'', PASSWORD_TOO_SHORT PASSWORD_KINDS",
    "Gauss@1, PASSWORD_TOO_SHORT",
    "Abcdefgh@1234567, PASSWORD_TOO_LONG",
    "gauss@gauss, PASSWORD_KINDS",
    "GAUSS12345, PASSWORD_KINDS",
    "aaaaaaaa, PASSWORD_KINDS",
    "ääääääää1A, PASSWORD_TOO_LONG PASSWORD_KINDS"
  })
  void names_every_breach(String password, String expected) {
    assertThat(String.join(" ", codes(password))).isEqualTo(expected);
  }

  @Test
  void counts_bytes_and_not_characters() {
    assertThat(codes("Aa1ääx")).isEmpty();
    assertThat(codes("Aa1ää")).containsExactly("PASSWORD_TOO_SHORT");
    assertThat(codes("Aa1ääääää")).isEmpty();
    assertThat(codes("Aa12ääääää")).containsExactly("PASSWORD_TOO_LONG");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Gauss@12\0", "Gauss@12\n", "Gauss\r@12", "Gauss@\t12"})
  void refuses_what_a_line_of_a_terminal_cannot_carry(String password) {
    assertThat(codes(password)).containsExactly("PASSWORD_CHARACTER");
  }

  @Test
  void refuses_bytes_that_are_no_text() {
    assertThat(codes(new byte[] {'A', 'a', '1', '@', 'x', 'y', (byte) 0xff, 'z'}))
        .containsExactly("PASSWORD_CHARACTER");
    assertThat(codes("Gauss@1\uFFFD")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Gauss@12", "Abcdefgh@123456", "abcd1234$", "ABCD1234/", "abcdABCD?", "abcdABCD1"})
  void takes_three_kinds_of_four(String password) {
    assertThat(codes(password)).isEmpty();
  }

  @Test
  void knows_every_special_of_the_vendor_and_no_other() {
    for (char c = '!'; c <= '~'; c++) {
      if (!Character.isLetterOrDigit(c)) {
        boolean special = "~!@#$%^&*()-_=+\\|[{}];:,<.>/?".indexOf(c) >= 0;
        assertThat(codes("abcdefg1" + c).isEmpty()).as("%c", c).isEqualTo(special);
      }
    }
  }

  @Test
  void never_repeats_the_password() {
    assertThat(KeyPasswordRule.check(new Secret("geheimgeheimgeheim".getBytes()))).isNotEmpty();
    assertThat(KeyPasswordRule.check(new Secret("geheimgeheimgeheim".getBytes())).toString())
        .doesNotContain("geheim");
  }
}
