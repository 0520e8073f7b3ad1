package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GsOmOutputTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "[GAUSS-50201] : The gsql_cert_backup.tar.gz does not exist.Can't rollback SSL cert files"
            + " on ['db1', 'db2']. # GAUSS-50201",
        "[GAUSS-50231] : Failed to generate P file. # GAUSS-50231",
        "[GAUSS-51607] : Failed to start cluster. After startup, the last check results were"
            + " Degraded. # GAUSS-51607",
        "[GAUSS-50000] : Unrecognized parameter: -x. # GAUSS-50000"
      })
  void takes_code_and_line_of_the_first_failure(String line, String code) {
    GsOmOutput output =
        GsOmOutput.parse("Starting cluster.\r\nSuccessfully started.\n  " + line + "\nmore\n");
    assertThat(output.saysSuccess()).isFalse();
    assertThat(output.gaussCode()).contains(code);
    assertThat(output.firstError()).isEqualTo(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "There is not node data exists backup files.",
        "Missing SSL client cert file in ZIP file.",
        "Failed to distribute."
      })
  void takes_a_failure_without_a_code_for_one(String line) {
    GsOmOutput output = GsOmOutput.parse("Rolling back.\n" + line + "\n");
    assertThat(output).isEqualTo(new GsOmOutput(false, Optional.empty(), line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Successfully distributed cert files on all nodes.",
        "Replace SSL cert files with local mode successfully.",
        "Successfully rollback SSL cert files on [db1].\nSuccessfully rollback SSL cert files on"
            + " [db2].",
        "Successfully rollback SSL cert files with local mode.",
        "\nStopping cluster.\n=====\nSuccessfully stopped cluster.\n=====\nEnd stop cluster.",
        "Starting cluster.\n=====\nSuccessfully started.",
        "Starting cluster.\n=====\n\u001B[32mSuccessfully started cluster.\u001B[0m"
      })
  void knows_the_texts_of_success(String text) {
    GsOmOutput output = GsOmOutput.parse(text);
    assertThat(output.saysSuccess()).isTrue();
    assertThat(output.gaussCode()).isEmpty();
    assertThat(output.firstError()).isEmpty();
  }

  @Test
  void finds_neither_success_nor_failure_in_silence() {
    assertThat(GsOmOutput.parse("").saysSuccess()).isFalse();
    assertThat(GsOmOutput.parse("Starting cluster.\n").firstError()).isEmpty();
  }

  /** A terminal would do what random bytes tell it. */
  @Test
  void tells_a_person_no_escape_sequences() {
    assertThat(new GsOm.Ended(0, "\u001b[2Jwhat\u0007ever\r\n\u001b]0;title").said())
        .isEqualTo("whatever");
  }

  @Test
  void keeps_no_more_of_an_error_than_a_person_reads() {
    assertThat(GsOmOutput.parse("[GAUSS-1] : " + "x".repeat(1 << 22)).firstError()).hasSize(400);
    for (String text : Fixtures.hostile()) {
      assertThat(Fixtures.soon(GsOmOutput::parse, text).saysSuccess()).isFalse();
    }
  }
}
