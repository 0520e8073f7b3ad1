package hacert.rotation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineChangesTest {
  private static Set<String> between(String one, String other) {
    Set<String> marks = LineChanges.between(one.getBytes(UTF_8), other.getBytes(UTF_8));
    assertThat(LineChanges.between(other.getBytes(UTF_8), one.getBytes(UTF_8))).isEqualTo(marks);
    return marks;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "<ssl keypassword=\"?\" port=\"1\"/>",
        "<ssl keypassword='?'/>",
        "<keypassword>?</keypassword>",
        "keypassword=?",
        "keypassword = ?",
        "?",
      })
  void the_same_value_changed_again_has_the_same_mark(String line) {
    String text = "a = 1\n" + line + "\nb = 2\n";
    Set<String> once = between(text.replace("?", "U2FsdGVkX1+a=="), text.replace("?", "U2Fb="));
    assertThat(once).hasSize(1);
    assertThat(between(text.replace("?", "U2Fb="), text.replace("?", "cc/c"))).isEqualTo(once);
    assertThat(between(text.replace("?", "U2Fb="), text.replace("?", "c").replace("1", "7")))
        .isNotEqualTo(once);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "<ssl pw=\"a\" port=\"1\"/>  | <ssl pw=\"b\" port=\"1\"/>    | <ssl pw=\"b\" port=\"2\"/>",
        "<ssl pw=\"a\" port=\"1\"/>  | <ssl pw=\"b\" port=\"1\"/>    | <ssl pw=\"b\"/>",
        "<p name=\"pw\" value=\"a\"/> | <p name=\"pw\" value=\"b\"/> | <p name=\"ip\" value=\"b\"/>",
        "pw=a                        | pw=b                          | port=b",
        "pw=a                        | pw=b                          | pw=b # note",
      })
  void another_change_of_the_same_line_has_another_mark(String one, String other, String third) {
    assertThat(between(one, third)).doesNotContainAnyElementsOf(between(one, other));
    assertThat(between(other, third)).doesNotContainAnyElementsOf(between(one, other));
  }

  @Test
  void a_line_that_came_or_went_is_marked_by_its_text() {
    Set<String> marks = between("a = 1\n", "a = 1\nvip = 192.0.2.1\n");
    assertThat(marks).contains("vip = 192.0.2.1");
    assertThat(between("a = 1\nvip = 192.0.2.2\n", "a = 1\n")).isNotEqualTo(marks);
  }

  @Test
  void what_is_no_text_is_one_value() {
    Set<String> once = between("\0\1 key=a\n", "\2b\n\n");
    assertThat(once).hasSize(1);
    assertThat(between("\2b\n\n", "\3<c>")).isEqualTo(once);
    assertThat(between("\2b\n\n", "text")).isEqualTo(once);
    assertThat(between("a = 1\n", "a = 2\n")).doesNotContainAnyElementsOf(once);
    assertThat(between("\2b\n\n", "\2b\n\n")).isEmpty();
  }

  @Test
  void equal_files_differ_in_nothing() {
    assertThat(between("a\nb", "a\nb")).isEmpty();
    assertThat(between("a\n", "a")).isNotEmpty();
  }
}
