package hacert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.probe.Servers;
import hacert.result.Json;
import hacert.result.ResultSchema;
import hacert.x509.Openssl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectTest {
  @TempDir static Path dir;
  private static String crt;
  private static String key;

  @BeforeAll
  static void makeServer() throws IOException {
    crt = dir.resolve("server.crt").toString();
    key = dir.resolve("server.key").toString();
    Openssl.ok(
        new byte[0],
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-utf8",
        "-subj",
        "/CN=db1\u001b[2J",
        "-days",
        "5",
        "-addext",
        "subjectAltName=DNS:db1",
        "-keyout",
        key,
        "-out",
        crt);
  }

  @Test
  void says_of_each_place_what_is_wrong_and_exits_with_3() throws IOException {
    Path text = Files.writeString(dir.resolve("text"), "hello");
    Cli.Run run =
        Cli.run(
            "", "inspect", dir.resolve("none").toString(), text.toString(), dir.toString(), crt);
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err())
        .contains("error FILE_MISSING:", "error CERT_UNREADABLE:", "error FILE_NOT_REGULAR:");
    assertThat(run.out()).contains("RSA 2048");
  }

  @Test
  void takes_hosts_with_an_underscore_and_no_other_characters() {
    assertThat(Cli.run("", "inspect", "postgres://db_1.invalid:5432"))
        .matches(run -> run.code() == 3 && run.err().contains("error PROBE_"));
    for (String place :
        List.of("tls://a", "tls://a:0", "tls://a:65536", "tls://a b:1", "tls://a:1/")) {
      assertThat(Cli.run("", "inspect", place)).as(place).matches(run -> run.code() == 2);
    }
  }

  @Test
  void shows_certificates_without_their_control_characters() {
    Cli.Run run = Cli.run("", "inspect", crt);
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains(crt, "CN=db1", "names     DNS:db1", "4 days left", "RSA 2048")
        .doesNotContain("\u001b");
  }

  @Test
  void follows_a_link_to_an_installed_file() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("link"), Path.of(crt));
    assertThat(Cli.run("", "inspect", link.toString()).out()).contains("RSA 2048");
  }

  @Test
  void tells_the_form_of_a_key_without_its_password() throws IOException {
    Path encrypted = dir.resolve("encrypted.key");
    Openssl.ok(
        Openssl.line("password"),
        "rsa",
        "-in",
        key,
        "-traditional",
        "-aes256",
        "-passout",
        "stdin",
        "-out",
        encrypted.toString());
    Cli.Run run = Cli.run("", "inspect", encrypted.toString());
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("holds     RSA PRIVATE KEY, AES-256-CBC");
    Cli.Run plain = Cli.run("", "inspect", key);
    assertThat(plain.code()).isZero();
    assertThat(plain.err()).contains("warning KEY_NOT_ENCRYPTED");
  }

  @Test
  void shows_what_ports_serve() throws IOException {
    try (var server = Servers.openssl("-cert", crt, "-key", key);
        var postgres = Servers.postgres(server.port())) {
      Cli.Run run =
          Cli.run(
              "",
              "inspect",
              "tls://127.0.0.1:" + server.port(),
              "postgres://127.0.0.1:" + postgres.port(),
              "--format",
              "json");
      assertThat(run.code()).isZero();
      ResultSchema.assertValid(run.out());
      JsonNode result = Json.mapper().readTree(run.out());
      assertThat(result.get("before")).hasSize(2);
      assertThat(result.at("/data/served/1/source").asText())
          .isEqualTo("postgres://127.0.0.1:" + postgres.port());
      assertThat(result.at("/data/served/0/protocol").asText()).isEqualTo("TLSv1.3");
    }
  }

  @Test
  void tells_a_port_where_tls_is_off() throws IOException {
    try (var off =
        Servers.of(
            client -> {
              client.getInputStream().readNBytes(8);
              client.getOutputStream().write('N');
            })) {
      Cli.Run run =
          Cli.run("", "inspect", "postgres://127.0.0.1:" + off.port(), "--format", "json");
      assertThat(run.code()).isEqualTo(3);
      ResultSchema.assertValid(run.out());
      assertThat(run.out()).contains("\"PROBE_NO_TLS\"");
    }
  }
}
