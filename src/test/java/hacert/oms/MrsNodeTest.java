package hacert.oms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.result.Severity;
import hacert.target.NodeIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MrsNodeTest {
  @TempDir Path base;

  private static MrsNode node(ScriptHost host) throws Exception {
    return new MrsNode(
        host.host(), new NodeIdentity("mgmt1", "192.0.2.11", 22, ""), host.profile());
  }

  @Test
  void the_restart_by_hand_goes_with_blanks_and_quotes_in_its_path() throws Exception {
    ScriptHost host = new ScriptHost(base.resolve("Big Data's"));
    host.script("restart-oms.sh", "echo restarted");
    Process shell = new ProcessBuilder("sh", "-c", node(host).restartByHand()).start();
    assertThat(new String(shell.getInputStream().readAllBytes(), UTF_8)).isEqualTo("restarted\n");
  }

  @Test
  void tells_of_a_status_that_could_be_read_once_and_then_no_more() throws Exception {
    ScriptHost host = new ScriptHost(base);
    host.overrides = "{\"settle_seconds\": 1}";
    host.startTime("2026-11-01 00:00:00");
    Path status = host.sbin().resolve("status-oms.sh");
    Files.writeString(
        status,
        "echo x >>%1$s; [ $(wc -l <%1$s) -lt 2 ] || { echo no database; exit 3; }%n"
                .formatted(base.resolve("asked"))
            + Files.readString(status).replace("active normal Actived", "NULL NULL NULL"));
    assertThat(node(host).facts(true).findings())
        .filteredOn(f -> f.code().equals("STATUS_UNREADABLE"))
        .singleElement()
        .matches(f -> f.severity() == Severity.WARNING)
        .extracting(Finding::message)
        .asString()
        .contains("no database");
  }
}
