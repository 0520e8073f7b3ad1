package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerVersionTest {
  private static ServerVersion of(String number) {
    return ServerVersion.parse("gaussdb (openGauss " + number + " build a07d57c3) compiled at")
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gaussdb (MogDB 3.0.2 build 9bc79be5) compiled at 2022-09-18 00:37:49 commit 0 last mr",
        "gsql ((Vastbase G100 2.2 build 5.0.0) compiled at 2021-01-01",
        "gaussdb (GaussDB Kernel V500R002C10 build 1) compiled at 2022-01-01",
        "psql (PostgreSQL) 15.8",
        "gaussdb (openGauss 5.0",
        "gaussdb (openGauss 5.0.0",
        "gaussdb (openGauss 99999.0.0 build 1)",
        "bash: gaussdb: command not found",
        "this is built from gaussdb (openGauss 5.0.0 build 1)"
      })
  void knows_no_version_of_another_product_or_of_half_a_text(String text) {
    assertThat(ServerVersion.parse(text)).isEmpty();
  }

  @Test
  void is_not_held_up_by_garbage() {
    for (String text : Fixtures.hostile()) {
      assertThat(Fixtures.soon(ServerVersion::parse, "gaussdb (openGauss 5." + text)).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gaussdb (openGauss 5.0.0 build a07d57c3) compiled at 2023-03-29 03:07:56 commit 0, 5.0.0",
    "gaussdb (openGauss-lite 6.0.3 build 5b1ed1b0) compiled at 2025-01-01 00:00:00, 6.0.3",
    "gs_om (openGauss OM 2.0.1 build da8e0828) compiled at 2021-06-02 19:48:48, 2.0.1",
    "gsql (openGauss 1.1.0 build 392c0438) compiled at 2020-12-31 20:08:06, 1.1.0",
    "gsql ((openGauss 6.0.0-RC1 build ed7f8e37) compiled at 2024-03-31 11:59:31, 6.0.0-RC1"
  })
  void reads_what_each_command_prints(String text, String expected) {
    assertThat(ServerVersion.parse("Welcome\r\n\u001B[0m" + text + "\n").orElseThrow())
        .hasToString(expected);
  }

  @Test
  void orders_by_numbers_with_candidates_first() {
    assertThat(
            Stream.of("10.0.0", "6.0.0", "6.0.0-RC10", "2.1.0", "6.0.0-RC2", "2.0.10", "2.0.9")
                .map(ServerVersionTest::of)
                .sorted()
                .map(ServerVersion::toString))
        .containsExactly("2.0.9", "2.0.10", "2.1.0", "6.0.0-RC2", "6.0.0-RC10", "6.0.0", "10.0.0");
  }

  @ParameterizedTest
  @CsvSource({
    "1.0.1, false, false, false",
    "1.1.0, true, false, false",
    "2.0.1, true, false, false",
    "2.1.0, true, true, false",
    "3.1.1, true, true, false",
    "5.0.0-RC1, true, true, true",
    "5.0.0, true, true, true",
    "6.0.0, true, true, true"
  })
  void knows_what_a_version_can(String number, boolean rereads, boolean ecdsa, boolean om) {
    assertThat(of(number))
        .extracting(
            ServerVersion::rereadsCertificates,
            ServerVersion::allowsEcdsa,
            ServerVersion::installsOmDirectory)
        .containsExactly(rereads, ecdsa, om);
  }
}
