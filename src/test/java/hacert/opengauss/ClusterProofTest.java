package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.probe.Servers;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.ManagedNode.Proof;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a proof asks of servers that verify their clients. */
class ClusterProofTest {
  private static final List<String> CLIENT =
      List.of(
          ServerBundle.CLIENT_CERTIFICATE,
          ServerBundle.CLIENT_KEY,
          ServerBundle.CLIENT_KEY + ServerBundle.CIPHER,
          ServerBundle.CLIENT_KEY + ServerBundle.RAND);

  @TempDir private Path base;
  private GaussHost host;
  private Bundle bundle;
  private Bundle another;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    host.overrides.put("handshake_seconds", 20).put("ha_port_offset", 0).put("confirm_seconds", 0);
    host.script("gs_ctl", "exit 0");
    bundle = Samples.made(Samples.authority());
    another = Samples.made(Samples.authority());
    host.install(bundle);
  }

  private void install(Bundle from, String name) throws Exception {
    host.install(name, from.files().get(name));
  }

  /** Before 5.0 gs_om leaves the client's files of before in the directory of the tools. */
  private void otherClient() throws Exception {
    for (String name : CLIENT) {
      install(another, name);
    }
  }

  private Proof proof(boolean replaced) throws Exception {
    return proof(replaced, host.data());
  }

  /** Both nodes serve what is in a directory, and take clients of its CAs only. */
  private Proof proof(boolean replaced, Path served) throws Exception {
    String cas = served.resolve("cacert.pem").toString();
    return proof(replaced, served, "-CAfile", cas, "-verify", "3", "-verify_return_error");
  }

  private Proof proof(boolean replaced, Path served, String... verifying) throws Exception {
    List<String> words = new ArrayList<>(List.of("-pass", "pass:" + Samples.PASSWORD));
    words.addAll(List.of("-cert", served.resolve("server.crt").toString()));
    words.addAll(List.of("-key", served.resolve("server.key").toString()));
    words.addAll(List.of(verifying));
    try (var tls = Servers.openssl(words.toArray(String[]::new));
        var server = Servers.postgres(tls.port())) {
      host.status("Primary Normal", "Standby Normal");
      Path status = base.resolve("status");
      Files.writeString(
          status,
          Files.readString(status)
              .replaceAll("192.0.2.1[12]( +)15400", "127.0.0.1$1" + server.port()));
      LocalNode node = host.node();
      try (InstalledBundle installed = host.installed()) {
        return new ClusterProof(node, new Ports(node), installed)
            .prove("", "", true, ClusterRestartTest.proving(replaced));
      }
    }
  }

  private static String messages(Proof proof) {
    return String.join("\n", proof.findings().stream().map(Finding::message).toList());
  }

  @Test
  void shows_the_client_certificate_also_on_a_way_back() throws Exception {
    for (boolean replaced : List.of(true, false)) {
      Proof proof = proof(replaced);
      assertThat(Samples.codes(proof.findings())).containsExactly("PROVEN_BY_HANDSHAKE");
      assertThat(messages(proof)).contains("takes the installed client certificate");
    }
  }

  @Test
  void says_nothing_of_a_client_certificate_that_the_server_does_not_ask_for() throws Exception {
    Proof proof = proof(true, host.data(), new String[0]);
    assertThat(Samples.codes(proof.findings())).containsExactly("PROVEN_BY_HANDSHAKE");
    assertThat(messages(proof)).doesNotContain("takes the installed client certificate");
  }

  @Test
  void asks_of_an_older_state_no_client_certificate_that_its_server_never_took() throws Exception {
    otherClient();
    Proof proof = proof(false);
    assertThat(proof.proven()).isTrue();
    assertThat(Samples.codes(proof.findings()))
        .containsExactly("NO_CLIENT_CERTIFICATE", "PROVEN_BY_HANDSHAKE");
    assertThat(messages(proof))
        .contains("No CA in cacert.pem")
        .doesNotContain("takes the installed client certificate");
    assertThat(Samples.codes(proof(true).findings())).contains("TLS_NOT_PROVEN");
  }

  @Test
  void asks_of_an_older_state_no_server_certificate_of_a_ca_that_is_only_the_clients()
      throws Exception {
    otherClient();
    install(another, ServerBundle.CA);
    Proof proof = proof(false);
    assertThat(proof.proven()).isTrue();
    assertThat(Samples.codes(proof.findings()))
        .containsExactly("BUNDLE_INCONSISTENT", "PROVEN_BY_HANDSHAKE");
    assertThat(messages(proof)).contains("takes the installed client certificate");
    assertThat(Samples.codes(proof(true).findings())).contains("TLS_NOT_PROVEN");
  }

  @Test
  void wants_the_older_certificate_served_in_any_case() throws Exception {
    Path elsewhere =
        Samples.write(
            Samples.made(Samples.authority()), Files.createDirectory(base.resolve("elsewhere")));
    otherClient();
    install(another, ServerBundle.CA);
    assertThat(Samples.codes(proof(false, elsewhere).findings())).contains("TLS_NOT_PROVEN");
  }

  /** Then its server does not work with the files that are back. */
  @Test
  void wants_a_client_certificate_taken_that_fits_the_older_state() throws Exception {
    Path elsewhere = Files.createDirectory(base.resolve("elsewhere"));
    Samples.write(bundle, elsewhere);
    Files.write(elsewhere.resolve("cacert.pem"), another.files().get(ServerBundle.CA));
    assertThat(Samples.codes(proof(false, elsewhere).findings())).contains("TLS_NOT_PROVEN");
  }

  @Test
  void wants_no_replication_where_all_nodes_share_their_storage() throws Exception {
    Files.writeString(base.resolve("query"), Fixtures.text("query", "standby-disconnected"));
    host.script("gs_ctl", "cat '" + base.resolve("query") + "'");
    assertThat(Samples.codes(proof(true).findings())).contains("REPLICATION_NOT_CONNECTED");
    for (String setting : List.of("ss_enable_dms = on", "enable_dss = on")) {
      host.configuration("ssl = on", "port = 15400", "ss_enable_ssl = off", setting);
      assertThat(Samples.codes(proof(true).findings())).containsExactly("PROVEN_BY_HANDSHAKE");
    }
  }
}
