package hacert.oms;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import hacert.host.Deadline;
import hacert.host.HurriedClock;
import hacert.host.Ticks;
import hacert.probe.Servers;
import hacert.result.Finding;
import hacert.result.Severity;
import hacert.x509.Certificates;
import hacert.x509.Openssl;
import hacert.x509.PemKeys;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real TLS server on this machine, with a certificate that nobody trusts and of another name. */
class ManagerPageTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir static Path pki;
  private static SSLContext context;

  /** What it answers, one after the other; the last one for ever. */
  private final Queue<Integer> statuses = new ConcurrentLinkedQueue<>();

  private final CountDownLatch over = new CountDownLatch(1);
  private HttpsServer server;
  private boolean endless;

  @BeforeAll
  static void issue() throws Exception {
    Path key = pki.resolve("key");
    Path certificate = pki.resolve("crt");
    Openssl.ok(
        new byte[0],
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=Manager"
            .concat(" -keyout " + key + " -out " + certificate)
            .split(" "));
    char[] none = new char[0];
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, none);
    store.setKeyEntry(
        "page",
        PemKeys.read(Files.readAllBytes(key), none),
        none,
        Certificates.read(Files.readAllBytes(certificate)).toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, none);
    context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
  }

  @BeforeEach
  void serve() throws Exception {
    server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 9);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task);
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext(
        "/",
        exchange -> {
          int status = statuses.size() > 1 ? statuses.remove() : statuses.element();
          exchange.sendResponseHeaders(status, endless ? 0 : -1);
          while (endless && over.getCount() > 0) {
            awaitEnd();
          }
          exchange.close();
        });
    server.start();
  }

  private void awaitEnd() {
    try {
      over.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void close() {
    over.countDown();
    server.stop(0);
  }

  private String url() {
    return "https://127.0.0.1:" + server.getAddress().getPort() + "/web";
  }

  private static Finding within(String url, Duration patience) {
    return ManagerPage.await(url, Deadline.in(patience, Ticks.system()));
  }

  private static void assertSilent(Finding finding, String... words) {
    assertThat(finding.code()).isEqualTo("MANAGER_SILENT");
    assertThat(finding.severity()).isEqualTo(Severity.WARNING);
    assertThat(finding.message()).contains(words);
    assertThat(finding.remedy()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 302, 401, 404})
  void takes_every_answer_of_the_manager_itself_whatever_its_certificate(int status) {
    statuses.add(status);
    Finding finding = within(url(), LONG);
    assertThat(finding.code()).isEqualTo("MANAGER_ANSWERS");
    assertThat(finding.severity()).isEqualTo(Severity.INFO);
    assertThat(finding.message()).contains(url(), "status " + status);
  }

  @Test
  void waits_for_a_manager_that_starts_behind_its_web_server() {
    statuses.add(503);
    statuses.add(502);
    statuses.add(200);
    assertThat(within(url(), LONG).code()).isEqualTo("MANAGER_ANSWERS");
  }

  @Test
  void says_what_was_seen_at_last_when_the_time_is_over() {
    statuses.add(503);
    Deadline end = Deadline.in(Duration.ofSeconds(30), new HurriedClock(Duration.ofSeconds(10)));
    assertSilent(ManagerPage.await(url(), end), url(), "within 30 s", "HTTP status 503");
  }

  @Test
  void does_not_wait_for_the_body() {
    statuses.add(200);
    endless = true;
    Instant begin = Instant.now();
    assertThat(within(url(), LONG).code()).isEqualTo("MANAGER_ANSWERS");
    assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(8));
  }

  @Test
  void says_that_nothing_listens() throws Exception {
    int port;
    try (Servers.Listening gone = Servers.of(client -> {})) {
      port = gone.port();
    }
    String nobody = "https://127.0.0.1:" + port + "/";
    assertSilent(within(nobody, Duration.ZERO), nobody, "ConnectException");
  }

  @Test
  void says_that_it_is_not_tls() throws Exception {
    try (Servers.Listening plain =
        Servers.of(client -> client.getOutputStream().write("HELLO\n".getBytes()))) {
      String address = "https://127.0.0.1:" + plain.port() + "/";
      assertSilent(within(address, Duration.ZERO), address, "seen at last: ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1/web", "ftp://192.0.2.1/", "https://a b/"})
  void asks_for_no_page_that_is_none(String address) {
    assertSilent(within(address, LONG), address, "cannot be asked for");
  }
}
