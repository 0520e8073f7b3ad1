package hacert.result;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultSchemaTest {
  private static String full() throws JsonProcessingException {
    Instant now = Instant.parse("2026-11-22T01:02:03.000000004Z");
    var certificate =
        new CertificateSummary(
            "here", "CN=a", "CN=b", "4d", now, now, "0".repeat(64), "RSA 3072", true, List.of("x"));
    return Json.mapper()
        .writeValueAsString(
            new Result(
                Result.SCHEMA,
                "1",
                "stage",
                "c",
                "mrs-ha",
                "3.x",
                "n",
                "r",
                true,
                Outcome.PLANNED,
                0,
                now,
                now,
                Change.NONE,
                List.of(Finding.info("A_B", "m")),
                List.of(new StepReport("s", "done", 0.5, "")),
                List.of(certificate),
                List.of(certificate),
                new Timings(1.0, 2.0, 3.0),
                Json.mapper().createObjectNode().put("free", 1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"schema\":\"hacert.result/1\" | \"schema\":\"hacert.result/2\"",
        "\"outcome\":\"planned\" | \"outcome\":\"fine\"",
        "\"exit_code\":0 | \"exit_code\":7",
        "\"check\":true, | ``",
        "\"code\":\"A_B\" | \"code\":\"a-b\"",
        "\"serial\":\"4d\" | \"serial\":\"04D\"",
        "\"step\":\"s\" | \"step\":\"s\",\"more\":1",
        "\"host\":\"n\" | \"host\":\"n\",\"more\":1",
        "\"reason\":\"\" | \"reason\":\"\",\"more\":1",
        "\"total\":1.0 | \"total\":-1.0",
      })
  void refuses_what_no_result_says(String good, String bad) throws JsonProcessingException {
    String json = full();
    String changed = json.replace(good, bad);
    assertThatCode(() -> ResultSchema.assertValid(json)).doesNotThrowAnyException();
    assertThatThrownBy(() -> ResultSchema.assertValid(changed)).isInstanceOf(AssertionError.class);
  }
}
