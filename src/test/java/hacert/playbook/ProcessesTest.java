package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Which run of the same control machine is dead, so that its rotation may be taken over. */
class ProcessesTest {
  @Test
  void one_that_this_user_may_not_see_is_not_taken_for_dead() throws IOException {
    JsonNode dead = Command.ofPlugin("processes.py");
    assertThat(dead.path("hidden").asBoolean(true)).isFalse();
    assertThat(dead.path("own").asBoolean(true)).isFalse();
    assertThat(dead.path("ended").asBoolean()).isTrue();
    assertThat(dead.path("of another start").asBoolean()).isTrue();
  }
}
