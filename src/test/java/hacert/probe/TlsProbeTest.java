package hacert.probe;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.probe.ProbeResult.Kind;
import hacert.probe.ProbeResult.NotServed;
import hacert.probe.ProbeResult.Served;
import hacert.x509.Certificates;
import hacert.x509.KeySpec;
import hacert.x509.Openssl;
import hacert.x509.PemKeys;
import hacert.x509.RootAuthority;
import hacert.x509.Subject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Period;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsProbeTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Clock CLOCK = Clock.systemUTC();
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir static Path dir;
  private static RootAuthority root;
  private static RootAuthority stranger;
  private static X509Certificate leaf;
  private static PrivateKey leafKey;

  private final TlsProbe probe = new TlsProbe(CLOCK, RANDOM);

  private static RootAuthority authority(String name) {
    Subject subject = new Subject("", "", "", "", "", name, "");
    return RootAuthority.make(KeySpec.EC_P256, subject, Period.ofDays(2), CLOCK, RANDOM);
  }

  @BeforeAll
  static void issue() throws Exception {
    root = authority("Root");
    stranger = authority("Stranger");
    Files.write(dir.resolve("root.crt"), Certificates.pem(root.certificate()));
    byte[] plain = root.key().getEncoded();
    Openssl.ok(plain, "pkey", "-inform", "DER", "-out", path("root.key"));
    Openssl.ok(
        new byte[0],
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=HA_Server",
        "-keyout",
        path("leaf.key"),
        "-out",
        path("leaf.csr"));
    Openssl.ok(
        new byte[0],
        "x509",
        "-req",
        "-in",
        path("leaf.csr"),
        "-CA",
        path("root.crt"),
        "-CAkey",
        path("root.key"),
        "-set_serial",
        "77",
        "-days",
        "1",
        "-out",
        path("leaf.crt"));
    leaf = Certificates.read(Files.readAllBytes(dir.resolve("leaf.crt"))).get(0);
    leafKey = PemKeys.read(Files.readAllBytes(dir.resolve("leaf.key")), new char[0]);
  }

  private static String path(String name) {
    return dir.resolve(name).toString();
  }

  private static Endpoint at(int port, Endpoint.Mode mode) {
    return new Endpoint("127.0.0.1", port, mode);
  }

  private ProbeResult tls(int port, Duration time, Credentials credentials) {
    return probe.probe(at(port, Endpoint.Mode.TLS), time, credentials);
  }

  private ProbeResult postgres(int port) {
    return probe.probe(at(port, Endpoint.Mode.POSTGRES), LONG, Credentials.NONE);
  }

  private static NotServed refused(ProbeResult result, Kind kind) {
    assertThat(result).isInstanceOf(NotServed.class);
    NotServed not = (NotServed) result;
    assertThat(not.kind()).as(not.message()).isEqualTo(kind);
    assertThat(not.message()).contains("127.0.0.1:");
    return not;
  }

  private static Servers.Listening server(String... more) throws IOException {
    List<String> arguments =
        new java.util.ArrayList<>(List.of("-cert", path("leaf.crt"), "-key", path("leaf.key")));
    arguments.addAll(List.of(more));
    return Servers.openssl(arguments.toArray(String[]::new));
  }

  @Test
  void tells_that_nobody_listens() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    refused(tls(port, LONG, Credentials.NONE), Kind.REFUSED);
    ProbeResult nowhere =
        probe.probe(
            new Endpoint("no-such-host.invalid", 1, Endpoint.Mode.TLS), LONG, Credentials.NONE);
    assertThat(((NotServed) nowhere).kind()).isEqualTo(Kind.REFUSED);
    assertThat(((NotServed) nowhere).message()).contains("no-such-host.invalid:1", "not known");
  }

  @Test
  void ends_at_its_deadline_when_the_server_is_silent() throws IOException {
    try (var silent =
        Servers.of(client -> client.getInputStream().transferTo(OutputStream.nullOutputStream()))) {
      long begin = System.nanoTime();
      refused(tls(silent.port(), SHORT, Credentials.NONE), Kind.TIMEOUT);
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isBetween(SHORT, SHORT.plusSeconds(3));
    }
  }

  @Test
  void ends_at_its_deadline_when_bytes_drip() throws IOException {
    // The head of a handshake record of 16 kB, then one byte each time the client can be heard.
    try (var dripping =
        Servers.of(
            client -> {
              client.setSoTimeout(20);
              client.getOutputStream().write(new byte[] {22, 3, 3, 0x40, 0});
              byte[] hello = new byte[4096];
              while (true) {
                try {
                  if (client.getInputStream().read(hello) < 0) {
                    return;
                  }
                } catch (java.net.SocketTimeoutException e) {
                  client.getOutputStream().write(0);
                }
              }
            })) {
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(5),
          () -> refused(tls(dripping.port(), SHORT, Credentials.NONE), Kind.TIMEOUT));
    }
  }

  @Test
  void does_not_swallow_a_flood() throws IOException {
    // Handshake records each with one HelloRequest-like message that never completes.
    try (var flood =
        Servers.of(
            client -> {
              byte[] record = new byte[5 + 4096];
              record[0] = 22;
              record[1] = 3;
              record[2] = 3;
              record[3] = 0x10;
              while (true) {
                client.getOutputStream().write(record);
              }
            })) {
      ProbeResult result = tls(flood.port(), LONG, Credentials.NONE);
      assertThat(result).isInstanceOf(NotServed.class);
      assertThat(((NotServed) result).kind()).isIn(Kind.ALERT, Kind.CLOSED);
    }
  }

  @Test
  void does_not_wait_for_the_rest_of_a_record_that_is_too_long() throws IOException {
    try (var long18k =
        Servers.of(
            client -> {
              client.getOutputStream().write(new byte[] {22, 3, 3, 0x46, 0});
              client.getOutputStream().write(new byte[17_000]);
              client.getInputStream().transferTo(OutputStream.nullOutputStream());
            })) {
      ProbeResult result = tls(long18k.port(), LONG, Credentials.NONE);
      assertThat(((NotServed) result).kind()).isIn(Kind.ALERT, Kind.CLOSED);
    }
  }

  @Test
  void tells_a_server_without_tls_from_one_that_closes() throws IOException {
    try (var ssh =
            Servers.of(
                client ->
                    client
                        .getOutputStream()
                        .write("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII)));
        var closing = Servers.of(Socket::shutdownOutput)) {
      assertThat(refused(tls(ssh.port(), LONG, Credentials.NONE), Kind.NO_TLS).message())
          .contains("0x53");
      refused(tls(closing.port(), LONG, Credentials.NONE), Kind.CLOSED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void sees_what_openssl_serves(String version) throws IOException {
    try (var server = server(version, "-cert_chain", path("root.crt"))) {
      ProbeResult result =
          tls(server.port(), LONG, Credentials.trusting(List.of(root.certificate())));
      assertThat(result).isInstanceOf(Served.class);
      Served served = (Served) result;
      assertThat(served.chain()).containsExactly(leaf, root.certificate());
      assertThat(served.leaf()).isEqualTo(leaf);
      assertThat(served.protocol()).isEqualTo(version.equals("-tls1_2") ? "TLSv1.2" : "TLSv1.3");
      assertThat(served.cipher()).startsWith("TLS_");
    }
  }

  @Test
  void tells_a_chain_that_leads_to_another_root_and_shows_it() throws IOException {
    try (var server = server()) {
      NotServed not =
          refused(
              tls(server.port(), LONG, Credentials.trusting(List.of(stranger.certificate()))),
              Kind.UNTRUSTED);
      assertThat(not.chain()).containsExactly(leaf);
      assertThat(not.message()).contains("serial 4d", "CN=Stranger");
    }
  }

  @Test
  void takes_a_chain_only_within_its_validity() throws IOException {
    Clock later = Clock.offset(CLOCK, Duration.ofDays(30));
    try (var server = server()) {
      ProbeResult result =
          new TlsProbe(later, RANDOM)
              .probe(
                  at(server.port(), Endpoint.Mode.TLS),
                  LONG,
                  Credentials.trusting(List.of(root.certificate())));
      refused(result, Kind.UNTRUSTED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void proves_mutual_tls(String version) throws IOException {
    Credentials none = Credentials.trusting(List.of(root.certificate()));
    Credentials good = none.with(new Credentials.Identity(leafKey, List.of(leaf)));
    Credentials bad =
        none.with(new Credentials.Identity(stranger.key(), List.of(stranger.certificate())));
    try (var server =
        server(version, "-Verify", "3", "-verify_return_error", "-CAfile", path("root.crt"))) {
      assertThat(tls(server.port(), LONG, good)).isInstanceOf(Served.class);
      NotServed not = refused(tls(server.port(), LONG, bad), Kind.ALERT);
      assertThat(not.chain()).startsWith(leaf);
      assertThat(good.toString()).doesNotContainIgnoringCase("private");
    }
  }

  /** With TLS 1.3 the verdict comes after the handshake, over a slow link after any grace. */
  @Test
  void hears_the_verdict_on_a_client_certificate_however_late_it_comes() throws IOException {
    Credentials good = Credentials.NONE.with(new Credentials.Identity(leafKey, List.of(leaf)));
    Credentials bad =
        Credentials.NONE.with(
            new Credentials.Identity(stranger.key(), List.of(stranger.certificate())));
    try (var server = server("-Verify", "3", "-verify_return_error", "-CAfile", path("root.crt"));
        var slow = Servers.slow(server.port(), Duration.ofMillis(800))) {
      refused(tls(slow.port(), LONG, bad), Kind.ALERT);
      ProbeResult taken = tls(slow.port(), LONG, good);
      assertThat(taken).isInstanceOf(Served.class);
      assertThat(((Served) taken).protocol()).isEqualTo("TLSv1.2");
      ProbeResult unasked = tls(server.port(), LONG, Credentials.NONE);
      assertThat(unasked.chain()).startsWith(leaf);
    }
  }

  @Test
  void silence_after_tls_1_3_is_consent() throws IOException {
    Credentials good = Credentials.NONE.with(new Credentials.Identity(leafKey, List.of(leaf)));
    try (var server =
        server(
            "-tls1_3",
            "-num_tickets",
            "0",
            "-Verify",
            "3",
            "-verify_return_error",
            "-CAfile",
            path("root.crt"))) {
      assertThat(tls(server.port(), LONG, good)).isInstanceOf(Served.class);
    }
  }

  @Test
  void sees_what_is_served_behind_the_request_of_postgresql() throws IOException {
    try (var server = server();
        var postgres = Servers.postgres(server.port())) {
      ProbeResult result = postgres(postgres.port());
      assertThat(result).isInstanceOf(Served.class);
      assertThat(((Served) result).leaf()).isEqualTo(leaf);
    }
  }

  private static Servers.Listening answering(byte[] answer) throws IOException {
    return Servers.of(
        client -> {
          client.getInputStream().readNBytes(8);
          client.getOutputStream().write(answer);
          client.shutdownOutput();
          client.getInputStream().transferTo(OutputStream.nullOutputStream());
        });
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void tells_a_database_whose_tls_is_off() throws IOException {
    try (var off = answering(latin1("N"));
        var odd = answering(latin1("X"));
        var silent = answering(new byte[0])) {
      refused(postgres(off.port()), Kind.NO_TLS);
      refused(postgres(odd.port()), Kind.NO_TLS);
      refused(postgres(silent.port()), Kind.CLOSED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "S"})
  void quotes_the_error_message_of_a_database(String before) throws IOException {
    Kind kind = before.isEmpty() ? Kind.NOT_NOW : Kind.SERVER_MESSAGE;
    String fields = "SFATAL\0C57P03\0Mthe database\u001b[2J is\nstarting up\0\0";
    String typed = "E\0\0\0" + (char) (fields.length() + 4) + fields;
    try (var starting = answering(latin1(before + typed));
        var old = answering(latin1(before + "Eunsupported frontend protocol\n\0"));
        var cut = answering(latin1(before + "E\0\0\1\0SFATAL\0Mhalf a mess"));
        var lying = answering(latin1(before + "E\0\u00ff\u00ff\u00ffMshort\0"));
        var huge = answering(latin1(before + "Ehuge " + "x".repeat(20_000)))) {
      assertThat(refused(postgres(starting.port()), kind).message())
          .endsWith("error: the database [2J is starting up");
      assertThat(refused(postgres(old.port()), kind).message())
          .endsWith("error: unsupported frontend protocol");
      assertThat(refused(postgres(cut.port()), kind).message()).endsWith("error: half a mess");
      assertThat(refused(postgres(lying.port()), kind).message()).endsWith("error: short");
      assertThat(refused(postgres(huge.port()), kind).message())
          .contains("error: huge xxx")
          .hasSizeLessThan(500);
    }
  }
}
