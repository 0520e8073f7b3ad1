package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.HostException;
import hacert.result.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of the state directory that another version, a full disk or a person has written. */
class StateFilesTest {
  @TempDir Path home;

  private StateDirectory state() {
    return new StateDirectory(home.resolve(".hacert/pair"));
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static String code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    HostException e = catchThrowableOfType(HostException.class, call);
    assertThat(e).as("a refusal").isNotNull();
    return e.code();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "[]", "{", "{}", "{\"schema\":\"hacert.journal/1\"}", "\u0000"})
  void says_that_a_file_cannot_be_read(String text) throws Exception {
    write(state().journal(), text);
    write(state().generation(1).resolve("generation.json"), text);
    write(state().loan().resolve("loan.json"), text);
    assertThat(code(() -> new JournalStore(state()).load())).isEqualTo("JOURNAL_UNREADABLE");
    assertThat(code(() -> new GenerationStore(state()).all())).isEqualTo("GENERATION_UNREADABLE");
    assertThat(code(() -> new Loan(state(), new Loan.Service(() -> "", String::equals)).settle()))
        .isEqualTo("LOAN_UNREADABLE");
    assertThat(state().loan().resolve("loan.json")).exists();
  }

  @Test
  void refuses_a_journal_that_lacks_any_part_that_others_go_by() throws Exception {
    Records records = new Records();
    records.one.open();
    ObjectNode whole = Json.mapper().valueToTree(records.discovery(records.one).journal());
    write(state().journal(), whole.toString());
    assertThat(new JournalStore(state()).load()).isPresent();
    List<String> refused = new ArrayList<>();
    for (String key : List.of("rotation", "plan", "lease", "entries")) {
      ObjectNode less = whole.deepCopy();
      less.putNull(key);
      write(state().journal(), less.toString());
      assertThat(code(() -> new JournalStore(state()).load())).isEqualTo("JOURNAL_UNREADABLE");
      refused.add(key);
    }
    assertThat(refused).hasSize(4);
  }

  @Test
  void a_kept_result_that_is_null_counts_as_not_kept() throws Exception {
    Records records = new Records();
    records.one.open();
    write(
        state().journal(),
        Json.mapper().writeValueAsString(records.discovery(records.one).journal()));
    write(state().results().resolve("1.json"), "null");
    assertThat(Kept.read(home, ".hacert", "pair").nodes()).isEmpty();
  }
}
