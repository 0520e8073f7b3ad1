package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import hacert.host.HostException;
import hacert.result.Finding;
import hacert.result.Severity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeftOversTest {
  private static final Instant NOW = Instant.parse("2026-11-22T03:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  @TempDir Path directory;
  private Path data;
  private Path pgHost;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void directories() throws IOException {
    data = Files.createDirectory(directory.resolve("dn1"));
    pgHost = Files.createDirectory(directory.resolve("tmp"));
    write(data.resolve("server.key"), "installed");
  }

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.from(NOW.minusSeconds(7200)));
    return file;
  }

  private LeftOvers look() throws HostException {
    return LeftOvers.look(pgHost, List.of(data), CLOCK);
  }

  private List<String> codes() throws HostException {
    return look().findings("db1").stream().map(Finding::code).toList();
  }

  /** A gs_om that has begun, and goes on until this test ends. */
  private long start(String action, String home) throws IOException {
    Path script = directory.resolve("bin/gs_om");
    write(script, "#!/bin/sh\necho begun\nread -r line\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    ProcessBuilder builder = new ProcessBuilder(script.toString(), "-t", action, "-L");
    builder.environment().put("PGHOST", home);
    Process process = builder.start();
    started.add(process);
    assertThat(
            new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                .readLine())
        .isEqualTo("begun");
    return process.pid();
  }

  @Test
  void finds_what_a_failed_gs_om_left_with_its_place_and_age() throws Exception {
    Path flag = write(data.resolve("certFlag"), "");
    Path key = write(pgHost.resolve("tempCertDir/server.key"), "secret");
    Path action = write(pgHost.resolve(".action_flag_file_4711"), "");
    List<Finding> findings = look().findings("db1");
    assertThat(findings)
        .extracting(Finding::code)
        .containsExactly("CERT_FLAG_STALE", "TEMP_CERT_DIR", "ACTION_FLAG_STALE");
    assertThat(findings)
        .extracting(Finding::severity)
        .containsExactly(Severity.ERROR, Severity.ERROR, Severity.WARNING);
    assertThat(findings.get(0).message())
        .startsWith("db1: ")
        .contains(flag.toString())
        .contains("2026-11-22T01:00:00Z (120 minutes ago)");
    assertThat(findings.get(1).message()).contains(key.getParent().toString());
    assertThat(findings.get(2).message()).contains(action.toString());
    assertThat(findings).allMatch(f -> !f.remedy().isEmpty());
  }

  @Test
  void tells_a_directory_that_it_may_not_read() throws Exception {
    Files.setPosixFilePermissions(pgHost, PosixFilePermissions.fromString("---------"));
    try {
      assumeFalse(Files.isReadable(pgHost), "root reads all");
      assertThat(catchThrowableOfType(HostException.class, this::look).code())
          .isEqualTo("FILE_NOT_READABLE");
    } finally {
      Files.setPosixFilePermissions(pgHost, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void tells_only_a_gs_om_that_runs_whatever_lies_around() throws Exception {
    write(data.resolve("certFlag"), "");
    long pid = start("cert", pgHost.toString());
    List<Finding> findings = look().findings("db1");
    assertThat(findings).extracting(Finding::code).containsExactly("GS_OM_RUNNING");
    assertThat(findings.get(0).message()).contains("process " + pid + " (gs_om -t cert)");
  }

  @Test
  void removes_nothing_while_a_gs_om_runs_even_one_that_began_since() throws Exception {
    Path flag = write(data.resolve("certFlag"), "");
    Path key = write(pgHost.resolve("tempCertDir/server.key"), "secret");
    LeftOvers found = look();
    start("stop", pgHost + "/");
    assertThat(catchThrowableOfType(HostException.class, found::remove).code())
        .isEqualTo("GS_OM_RUNNING");
    assertThat(flag).exists();
    assertThat(key).hasContent("secret");
  }

  @Test
  void knows_its_own_cluster_by_another_name_of_the_directory() throws Exception {
    start("cert", Files.createSymbolicLink(directory.resolve("link"), pgHost).toString());
    assertThat(codes()).containsExactly("GS_OM_RUNNING");
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "view", "query"})
  void is_not_held_up_by_a_gs_om_that_only_looks(String action) throws Exception {
    start(action, pgHost.toString());
    assertThat(codes()).isEmpty();
  }

  @Test
  void is_not_held_up_by_a_gs_om_of_another_cluster() throws Exception {
    start("cert", directory.resolve("other").toString());
    assertThat(codes()).isEmpty();
  }

  @Test
  void finds_nothing_where_all_is_clean_or_missing() throws Exception {
    write(data.resolve("certFlag.bak"), "");
    write(data.resolve("sub/certFlag"), "");
    assertThat(codes()).isEmpty();
    assertThat(look().remove()).isEmpty();
    LeftOvers none =
        LeftOvers.look(
            directory.resolve("gone"), List.of(directory.resolve("dn1/server.key")), CLOCK);
    assertThat(none.findings("db1")).isEmpty();
  }

  @Test
  void removes_all_that_was_left_and_nothing_else() throws Exception {
    Path flag = write(data.resolve("certFlag"), "");
    Path key = write(pgHost.resolve("tempCertDir/deep/server.key"), "secret".repeat(10_000));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
    Path action = write(pgHost.resolve(".action_flag_file_4711"), "");
    Path other = write(pgHost.resolve(".s.PGSQL.15400"), "");
    assertThat(look().remove()).containsExactly(pgHost.resolve("tempCertDir"), action, flag);
    assertThat(pgHost.resolve("tempCertDir")).doesNotExist();
    assertThat(action).doesNotExist();
    assertThat(flag).doesNotExist();
    assertThat(other).exists();
    assertThat(data.resolve("server.key")).hasContent("installed");
    assertThat(codes()).isEmpty();
  }

  /** A rollback was ended between moving files away and unpacking the older ones. */
  @Test
  void never_removes_what_a_rollback_moved_away_and_did_not_replace() throws Exception {
    Path om = Files.createDirectory(directory.resolve("om"));
    Path key = write(data.resolve("tempDir/server.key.rand"), "only copy");
    Path tools = write(om.resolve("dssTempDir/client.key"), "only copy");
    LeftOvers found = LeftOvers.look(pgHost, List.of(data, om), CLOCK);
    List<Finding> findings = found.findings("db1");
    assertThat(findings)
        .extracting(Finding::code)
        .containsExactly("ROLLBACK_CUT_OFF", "ROLLBACK_CUT_OFF");
    assertThat(findings.get(0).severity()).isEqualTo(Severity.ERROR);
    assertThat(findings.get(0).message()).contains("server.key.rand");
    assertThat(findings.get(0).remedy())
        .contains("mv -n " + data.resolve("tempDir") + "/* " + data + "/");
    assertThat(found.remove()).isEmpty();
    assertThat(key).hasContent("only copy");
    assertThat(tools).hasContent("only copy");
  }

  @Test
  void removes_what_a_rollback_moved_away_once_nothing_is_missing_beside_it() throws Exception {
    Path key = write(data.resolve("tempDir/server.key"), "newer key");
    // An older state may have been without a CRL.
    write(data.resolve("tempDir/sslcrl-file.crl"), "newer list");
    assertThat(codes()).containsExactly("ROLLBACK_LEFT_OVER");
    try (var open = Files.newByteChannel(key)) {
      assertThat(look().remove()).containsExactly(data.resolve("tempDir"));
      ByteBuffer rest = ByteBuffer.allocate(9);
      assertThat(open.read(rest)).isEqualTo(9);
      assertThat(rest.array()).containsOnly(0);
    }
    assertThat(data.resolve("tempDir")).doesNotExist();
    assertThat(data.resolve("server.key")).hasContent("installed");
  }

  @Test
  void leaves_a_directory_of_that_name_alone_that_holds_no_certificates() throws Exception {
    Path other = write(data.resolve("tempDir/dump.sql"), "somebody's");
    write(pgHost.resolve("tempDir/server.key"), "somebody's");
    assertThat(codes()).isEmpty();
    assertThat(look().remove()).isEmpty();
    assertThat(other).exists();
  }

  @Test
  void overwrites_the_keys_before_it_removes_them() throws Exception {
    Path key = write(pgHost.resolve("tempCertDir/server.key"), "secret".repeat(10_000));
    try (var open = Files.newByteChannel(key)) {
      look().remove();
      ByteBuffer rest = ByteBuffer.allocate(60_000);
      while (rest.hasRemaining() && open.read(rest) >= 0) {
        assertThat(rest.position()).isPositive();
      }
      assertThat(rest.hasRemaining()).isFalse();
      assertThat(rest.array()).containsOnly(0);
    }
  }

  @Test
  void follows_no_link_and_spoils_no_file_of_two_names() throws Exception {
    Path installed = data.resolve("server.key");
    Path temporary = Files.createDirectory(pgHost.resolve("tempCertDir"));
    Files.createSymbolicLink(temporary.resolve("link.key"), installed);
    Files.createLink(temporary.resolve("second.key"), installed);
    Files.createSymbolicLink(temporary.resolve("away"), data);
    Files.createSymbolicLink(data.resolve("tempCertDir"), data);
    Files.createSymbolicLink(data.resolve("certFlag"), installed);
    look().remove();
    assertThat(installed).hasContent("installed");
    assertThat(Files.exists(temporary, LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(Files.exists(data.resolve("tempCertDir"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(Files.exists(data.resolve("certFlag"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }
}
