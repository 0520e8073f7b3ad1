package hacert.oms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.HostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusCommandTest {
  @TempDir Path base;
  private ScriptHost host;

  @BeforeEach
  void build() throws Exception {
    host = new ScriptHost(base);
    host.startTime("2026-11-01 00:00:00");
  }

  private String script() throws Exception {
    return Files.readString(host.sbin().resolve("status-oms.sh"));
  }

  @Test
  void reads_a_table_from_standard_error_where_standard_output_has_none() throws Exception {
    host.script("status-oms.sh", "echo 'please wait'\nexec 1>&2\n" + script());
    assertThat(host.status().read().nodes()).hasSize(2);
    assertThat(StatusParser.parse(host.status().text())).isPresent();
  }

  @Test
  void reads_nothing_else_from_there() throws Exception {
    host.script("status-oms.sh", script() + "echo 192-0-2-13 x V1 active normal Actived >&2\n");
    assertThat(host.status().read().nodes()).hasSize(2);
  }

  @Test
  void quotes_both_where_there_is_no_table() throws Exception {
    host.script(
        "status-oms.sh", "echo HAMode; echo 'line 12: \033[1mps: command not found' >&2; exit 3");
    HostException e = catchThrowableOfType(HostException.class, () -> host.status().read());
    assertThat(e.code()).isEqualTo("STATUS_UNREADABLE");
    assertThat(e)
        .hasMessageContaining("code 3")
        .hasMessageContaining("HAMode")
        .hasMessageContaining("line 12: ps: command not found");
  }
}
