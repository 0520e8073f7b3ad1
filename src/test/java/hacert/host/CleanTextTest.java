package hacert.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CleanTextTest {
  @ParameterizedTest
  @CsvSource({
    "'\u001b[1;32mnormal\u001b[0m', normal",
    "'\u001b]0;title\u0007normal', normal",
    "'\u001b]0;title\u001b\\normal', normal",
    "'\u001b(Bnormal', normal",
    "'\u000enormal\u000f', normal",
    "'a\u0000b\u007fc', abc",
    "'\u009b31mnormal', 31mnormal",
    "'\u0080\u0090nor\u009cmal\u009f', normal",
    "'für 证书\tx', 'für 证书\tx'",
    "'\u001b]0;never ended\nnormal', '\nnormal'",
    "'\u001b]0;never ended\r\nnormal', '\nnormal'",
    "'\u001b]0;never ended\u001b[1mnormal\u001b[0m', normal",
    "'\u001b[1\nnormal', '\nnormal'",
    "'\u001b\nnormal', '\nnormal'",
  })
  void leaves_what_a_person_reads(String printed, String read) {
    assertThat(CleanText.of(printed)).isEqualTo(read);
  }
}
