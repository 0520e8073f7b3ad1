package hacert.oms;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.host.Await;
import hacert.host.HurriedClock;
import hacert.host.Ticks;
import hacert.probe.Servers;
import hacert.result.Finding;
import hacert.result.Severity;
import hacert.target.HaRole;
import hacert.target.ManagedNode.Proof;
import hacert.target.ManagedNode.Proving;
import hacert.target.NodeFacts;
import hacert.target.NodeIdentity;
import hacert.target.Secret;
import hacert.x509.Certificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real mutual-TLS ports on two addresses of this machine, which are the two nodes. */
class HandshakesTest {
  private static final String OWN = "127.0.0.1";
  private static final String OTHER = "127.0.0.2";
  private static final String PASSWORD = "It's$`\\1x";

  @TempDir static Path pki;
  private static Issued now;
  private static Issued old;

  @TempDir Path base;
  private ScriptHost host;
  private final List<AutoCloseable> open = new ArrayList<>();
  private String startTime = "2100-01-01 00:00:00";
  private String startBefore = "";
  private Instant written;
  private boolean replaced;
  private int portSeconds = 4;

  @BeforeAll
  static void issue() throws Exception {
    now = Issued.make(pki, "now", "a", PASSWORD);
    old = Issued.make(pki, "old", "b", PASSWORD);
  }

  @BeforeEach
  void install() throws Exception {
    host = new ScriptHost(base);
    copy("root-ca.crt", "root-ca.crt");
    copy("own.crt", "server.crt");
    copy("own.key", "server.key");
  }

  private void copy(String from, String to) throws IOException {
    Path target = host.certHa().resolve(to);
    Files.deleteIfExists(target);
    Files.copy(now.directory().resolve(from), target);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private HaServer serve(String address, int port, HaServer.Loaded loaded) throws Exception {
    return serve(address, port, loaded, "TLSv1.3");
  }

  private HaServer serve(String address, int port, HaServer.Loaded loaded, String protocol)
      throws Exception {
    HaServer server = new HaServer(address, port, loaded, protocol);
    open.add(server);
    return server;
  }

  /** Both nodes serve what is installed. */
  private int serveBoth() throws Exception {
    int port = serve(OWN, 0, now.loaded("own")).port();
    serve(OTHER, port, now.loaded("other"));
    return port;
  }

  private MrsNode node(int port) throws Exception {
    host.script(
        "status-oms.sh",
        """
        echo HAMode; echo double
        echo NodeName HostName HAVersion StartTime HAActive HAAllResOK HARunPhase
        echo 127-0-0-1 mgmt1 V1 %s active normal Actived
        echo 127_0_0_2 mgmt2 V1 2014-11-21 07:14:02 standby normal Deactived
        """
            .formatted(startTime));
    host.overrides =
        "{\"ha_port\": %d, \"ha_port_seconds\": %d, \"confirm_seconds\": 2}"
            .formatted(port, portSeconds);
    return new MrsNode(host.host(), new NodeIdentity("mgmt1", OWN, 22, ""), host.profile());
  }

  private Proof prove(int port) throws Exception {
    return prove(port, PASSWORD, true);
  }

  private Proof prove(int port, String password, boolean healthy) throws Exception {
    try (Secret secret = new Secret(password.getBytes(StandardCharsets.UTF_8))) {
      Proving proving =
          new Proving(
              HaRole.ACTIVE,
              replaced,
              List.of(),
              false,
              startBefore,
              Optional.ofNullable(written),
              "",
              List.of(new NodeIdentity("mgmt2", "192.0.2.99", 22, "")),
              password.isEmpty() ? Optional.empty() : Optional.of(secret));
      return node(port).prove(Certificates.sha256(now.root()), healthy, proving);
    }
  }

  private static Finding only(List<Finding> findings, Severity severity) {
    List<Finding> all = findings.stream().filter(f -> f.severity() == severity).toList();
    assertThat(all).as("%s", findings).hasSize(1);
    return all.get(0);
  }

  private static Finding refusal(Proof proof, String code) {
    assertThat(proof.proven()).as("%s", proof.findings()).isFalse();
    Finding found = only(proof.findings(), Severity.ERROR);
    assertThat(found.code()).isEqualTo(code);
    return found;
  }

  private static List<String> codes(List<Finding> findings) {
    return findings.stream().map(Finding::code).toList();
  }

  @Test
  void takes_no_busy_node_for_one_that_refuses() throws Exception {
    portSeconds = 1;
    HaServer own = serve(OWN, 0, now.loaded("own"), "TLSv1.2");
    serve(OTHER, own.port(), now.loaded("other"), "TLSv1.2");
    own.stallOnce();
    assertThat(codes(prove(own.port()).findings()))
        .containsExactly("PROVEN_BY_HANDSHAKE", "ALARMS_AFTER");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void finds_this_node_still_serving_its_old_certificate(String protocol) throws Exception {
    // It trusts the new root already: only the leaf tells.
    int port = serve(OWN, 0, old.loaded("own", now.root()), protocol).port();
    serve(OTHER, port, now.loaded("other"), protocol);
    Finding f = refusal(prove(port), "SERVED_DIFFERS");
    assertThat(f.message())
        .contains(
            "tls://127.0.0.1:" + port,
            "server.crt, serial a37",
            "serial b37 of issuer CN=Root-old");
  }

  @Test
  void finds_this_node_serving_another_certificate_of_the_right_root() throws Exception {
    int port = serve(OWN, 0, now.loaded("spare")).port();
    serve(OTHER, port, now.loaded("other"));
    refusal(prove(port), "SERVED_DIFFERS");
  }

  @Test
  void names_the_old_certificate_and_not_that_its_process_refuses_the_new_one() throws Exception {
    int port = serve(OWN, 0, old.loaded("own")).port();
    serve(OTHER, port, old.loaded("other"));
    Proof proof = prove(port);
    assertThat(codes(proof.findings())).containsExactly("SERVED_DIFFERS", "SERVED_OTHER_ROOT");
  }

  @Test
  void finds_the_other_node_serving_a_certificate_of_another_root() throws Exception {
    int port = serve(OWN, 0, now.loaded("own")).port();
    serve(OTHER, port, old.loaded("other", now.root()));
    Finding f = refusal(prove(port), "SERVED_OTHER_ROOT");
    assertThat(f.message()).contains("tls://127.0.0.2:" + port, "serial b57 of issuer CN=Root-old");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void finds_the_other_node_not_taking_certificates_of_the_new_root(String protocol)
      throws Exception {
    int port = serve(OWN, 0, now.loaded("own"), protocol).port();
    serve(OTHER, port, now.loaded("other", old.root()), protocol);
    Finding f = refusal(prove(port), "HANDSHAKE_REFUSED");
    assertThat(f.message()).contains("the other node", "tls://127.0.0.2:" + port);
    Proof ill = prove(port, PASSWORD, false);
    assertThat(ill.proven()).as("where the old state was ill it may be so again").isTrue();
    assertThat(only(ill.findings(), Severity.WARNING).code()).isEqualTo("HANDSHAKE_REFUSED");
  }

  @Test
  void finds_a_closed_port() throws Exception {
    int port = serve(OWN, 0, now.loaded("own")).port();
    Finding f = refusal(prove(port), "HA_PORT_NO_CERTIFICATE");
    assertThat(f.message()).contains("tls://127.0.0.2:" + port, "no connection");
    assertThat(f.remedy()).contains("ha_port");
  }

  @Test
  void gives_up_a_port_that_is_silent_in_bounded_time() throws Exception {
    Servers.Listening silent = Servers.of(client -> client.getInputStream().readAllBytes());
    open.add(silent);
    serve(OTHER, silent.port(), now.loaded("other"));
    Instant begin = Instant.now();
    Finding f = refusal(prove(silent.port()), "HA_PORT_NO_CERTIFICATE");
    assertThat(f.message())
        .contains("tls://127.0.0.1:" + silent.port(), "no handshake within 4.0 s");
    assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void finds_a_port_that_is_not_tls() throws Exception {
    Servers.Listening other =
        Servers.of(
            client ->
                client.getOutputStream().write("HELLO\n".getBytes(StandardCharsets.US_ASCII)));
    open.add(other);
    serve(OTHER, other.port(), now.loaded("other"));
    Finding f = refusal(prove(other.port()), "HA_PORT_NO_CERTIFICATE");
    assertThat(f.message()).contains("expected a TLS handshake");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void waits_for_a_port_that_comes_up_late_whatever_the_clock_does(boolean stepped)
      throws Exception {
    if (stepped) {
      host.clock = new HurriedClock(Duration.ofMinutes(1), Instant.now());
      host.ticks = Ticks.system();
    }
    int port = serve(OWN, 0, now.loaded("own")).port();
    FutureTask<HaServer> late = new FutureTask<>(() -> serve(OTHER, port, now.loaded("other")));
    CompletableFuture.delayedExecutor(700, TimeUnit.MILLISECONDS).execute(late);
    Proof proof = prove(port);
    late.get();
    assertThat(proof.proven()).as("%s", proof.findings()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrong", "none", "missing", "damaged", "foreign"})
  void sees_what_is_served_also_where_its_own_key_cannot_be_used(String trouble) throws Exception {
    Path key = host.certHa().resolve("server.key");
    String password = PASSWORD;
    switch (trouble) {
      case "wrong" -> password = "Another1!";
      case "none" -> password = "";
      case "missing" -> Files.delete(key);
      case "damaged" -> Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
      default -> copy("spare.key", "server.key");
    }
    Proof proof = prove(serveBoth(), password, true);
    assertThat(proof.proven()).as("%s", proof.findings()).isTrue();
    Finding warning = only(proof.findings(), Severity.WARNING);
    assertThat(warning.code()).isEqualTo("HA_KEY_UNUSABLE");
    assertThat(warning.message()).contains("server.key").doesNotContain("Another1!");
    assertThat(codes(proof.findings())).contains("PROVEN_BY_HANDSHAKE");
    assertThat(proof.findings().toString()).doesNotContain("both took");
    close();
    int again = serve(OWN, 0, old.loaded("own")).port();
    serve(OTHER, again, now.loaded("other"));
    refusal(prove(again, password, true), "SERVED_DIFFERS");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void proves_both_nodes_by_mutual_handshakes(String protocol) throws Exception {
    HaServer own = serve(OWN, 0, now.loaded("own"), protocol);
    HaServer other = serve(OTHER, own.port(), now.loaded("other"), protocol);
    Proof proof = prove(own.port());
    assertThat(proof.proven()).as("%s", proof.findings()).isTrue();
    assertThat(codes(proof.findings())).containsExactly("PROVEN_BY_HANDSHAKE", "ALARMS_AFTER");
    assertThat(proof.findings().get(0).message())
        .contains("tls://127.0.0.1:", "serial a37", "tls://127.0.0.2:", "serial a57", "both took");
    for (HaServer server : List.of(own, other)) {
      // A server of TLS 1.3 ends its handshake after the client has ended its own.
      Await.until("a client is taken", () -> !server.clients().isEmpty());
      assertThat(server.clients()).containsExactly(now.loaded("own").leaf());
    }
  }

  @Test
  void finds_the_key_in_a_file_that_also_holds_the_certificate() throws Exception {
    Files.writeString(
        base.resolve("OMS/workspace0/ha/local/cert/server.pem"),
        Files.readString(now.directory().resolve("own.crt"))
            + Files.readString(now.directory().resolve("own.key")));
    Files.delete(host.certHa().resolve("server.key"));
    assertThat(prove(serveBoth()).findings().toString()).contains("both took");
  }

  @Test
  void asks_nobody_where_no_port_is_known() throws Exception {
    Proof proof = prove(0);
    assertThat(proof.proven()).isTrue();
    assertThat(codes(proof.findings())).containsExactly("NOT_PROVEN_BY_HANDSHAKE", "ALARMS_AFTER");
  }

  @Test
  void finds_ha_running_since_before_the_restart() throws Exception {
    startTime = "2026-01-01 00:00:00";
    startBefore = startTime;
    Finding f = refusal(prove(serveBoth()), "NOT_RESTARTED");
    assertThat(f.message()).contains("2026-01-01 00:00:00");
  }

  @Test
  void believes_another_start_more_than_a_clock() throws Exception {
    startTime = "2026-01-01 00:00:00";
    startBefore = "2025-12-31 23:59:50";
    written = Instant.now();
    Proof proof = prove(serveBoth());
    assertThat(proof.proven()).isTrue();
    assertThat(only(proof.findings(), Severity.WARNING).code()).isEqualTo("START_TIME_EARLY");
  }

  @Test
  void finds_another_root_where_ha_may_read_it_unless_an_older_state_was_brought_back()
      throws Exception {
    Files.copy(
        old.directory().resolve("root-ca.crt"),
        base.resolve("OMS/workspace0/ha/local/cert/root-ca.crt"));
    int port = serveBoth();
    assertThat(prove(port).proven()).isTrue();
    replaced = true;
    Finding f = refusal(prove(port), "INSTALLED_DIFFERS");
    assertThat(f.message()).contains("local/cert/root-ca.crt");
  }

  /** Findings and doubts. */
  private List<Finding> found(int port) throws Exception {
    NodeFacts facts = node(port).facts(false);
    List<Finding> all = new ArrayList<>(facts.findings());
    all.addAll(facts.doubts());
    return all;
  }

  @Test
  void discovery_finds_an_unproven_state_that_times_do_not_tell() throws Exception {
    startTime = "2026-11-01 00:00:00";
    for (String file : List.of("root-ca.crt", "server.crt", "server.key")) {
      Files.setLastModifiedTime(
          host.certHa().resolve(file), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    }
    int port = serve(OWN, 0, old.loaded("own")).port();
    assertThat(codes(found(0))).doesNotContain("UNPROVEN");
    Finding f = only(found(port), Severity.ERROR);
    assertThat(f.code()).isEqualTo("UNPROVEN");
    assertThat(f.message()).contains("tls://127.0.0.1:" + port, "serial b37", "serial a37");
  }

  @Test
  void discovery_finds_a_port_that_does_not_answer() throws Exception {
    int port = serve(OWN, 0, now.loaded("own")).port();
    close();
    Finding f = only(found(port), Severity.ERROR);
    assertThat(f.code()).isEqualTo("HA_PORT_NO_CERTIFICATE");
    assertThat(node(port).served()).isEmpty();
  }

  @Test
  void discovery_needs_no_start_time_where_the_handshake_tells() throws Exception {
    startTime = "--";
    int port = serveBoth();
    assertThat(codes(found(0))).contains("START_TIME_MISSING");
    assertThat(codes(found(port))).doesNotContain("START_TIME_MISSING", "UNPROVEN");
    assertThat(node(port).served()).isEqualTo(Certificates.sha256(now.loaded("own").leaf()));
  }

  @Test
  void discovery_calls_files_unproven_that_changed_later_whatever_is_served() throws Exception {
    startTime = "2026-01-01 00:00:00";
    assertThat(codes(found(serveBoth()))).contains("UNPROVEN");
  }
}
