package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The time that the action plugin tells a host with a request. */
class AskedTest {
  @ParameterizedTest
  @CsvSource({"check, 2", "run, 3"})
  void is_that_of_the_round_trip_and_not_of_one_before_it(String mode, int trips)
      throws IOException {
    JsonNode seen = Command.ofPlugin("asked.py", mode);
    assertThat(seen).hasSize(trips);
    for (JsonNode trip : seen) {
      if (!trip.get(0).asText().equals("install")) {
        assertThat(trip.get(2)).as(trip.toString()).isEqualTo(trip.get(1));
      }
    }
  }
}
