package hacert.oms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.target.Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MrsInstallTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));

  @TempDir Path base;

  @Test
  void a_second_try_writes_only_what_is_not_right_any_more() throws Exception {
    ScriptHost host = new ScriptHost(base);
    MrsInstall install = new MrsInstall(host.host(), host.layout(), host.profile());
    Path certificate = host.certHa().resolve("root-ca.crt");
    Path key = host.certHa().resolve("root-ca.pem");
    try (Bundle bundle =
        new Bundle(
            Map.of("root-ca.crt", "new".getBytes(UTF_8), "root-ca.pem", "k".getBytes(UTF_8)))) {
      install.root(bundle);
      for (Path file : List.of(certificate, key)) {
        Files.setLastModifiedTime(file, LONG_AGO);
      }
      Files.writeString(certificate, "old, put back");
      install.root(bundle);
    }
    assertThat(certificate).hasContent("new");
    assertThat(key).hasContent("k");
    assertThat(Files.getLastModifiedTime(key)).isEqualTo(LONG_AGO);
  }
}
