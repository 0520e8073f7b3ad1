package hacert.x509;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectTest {
  private static Subject city(String city) {
    return new Subject("", "", city, "", "", "x", "");
  }

  private static List<String> codes(Subject subject) {
    return subject.check().stream().map(Finding::code).toList();
  }

  @Test
  void finds_an_empty_name() {
    assertThat(codes(new Subject(null, null, null, null, null, null, null)))
        .containsExactly("SUBJECT_EMPTY");
  }

  @ParameterizedTest
  @ValueSource(strings = {"D", "DEU", "D1", "ÄÖ", "  ", "D\n"})
  void finds_a_country_that_is_not_two_letters(String country) {
    assertThat(codes(new Subject(country, "", "", "", "", "x", "")))
        .containsExactly("SUBJECT_COUNTRY");
  }

  @Test
  void finds_each_part_that_is_longer_than_rfc_5280_allows() {
    String key = "\uD83D\uDD11";
    assertThat(
            codes(
                new Subject(
                    "DE",
                    "s".repeat(129),
                    "l".repeat(129),
                    "o".repeat(65),
                    "u".repeat(65),
                    key.repeat(65),
                    "e".repeat(256))))
        .hasSize(6)
        .containsOnly("SUBJECT_TOO_LONG");
    assertThat(
            codes(
                new Subject(
                    "DE",
                    "s".repeat(128),
                    "l".repeat(128),
                    "o".repeat(64),
                    "u".repeat(64),
                    key.repeat(64),
                    "e".repeat(255))))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\u0000", "\u007f", "\u0085", "\uD83D", "\u001b[2J"})
  void finds_characters_that_no_name_has(String city) {
    assertThat(codes(city(city))).containsExactly("SUBJECT_CHARACTER");
    assertThat(city(city).check().get(0).message()).doesNotContain(city);
  }

  @Test
  void finds_an_address_that_is_not_ascii() {
    assertThat(codes(new Subject("", "", "", "", "", "x", "ö@example.org")))
        .containsExactly("SUBJECT_CHARACTER");
  }

  @Test
  void takes_what_is_empty_from_another() {
    Subject old = new Subject("DE", "BY", "M", "O", "OU", "old", "a@b");
    assertThat(new Subject("", "", "N", "", "", "new", "").orElse(old))
        .isEqualTo(new Subject("DE", "BY", "N", "O", "OU", "new", "a@b"));
  }
}
