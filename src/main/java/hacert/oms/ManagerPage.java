package hacert.oms;

import hacert.host.Deadline;
import hacert.host.Pause;
import hacert.result.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Reads the Manager page as a sign of life. Its certificate need not be the HA one and is not
 * looked at.
 */
final class ManagerPage {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** A web server whose Manager has not started yet answers too, with one of these. */
  private static final int SERVER_ERROR = 500;

  private ManagerPage() {}

  /**
   * Asks for it until it answers.
   *
   * @param end until when it may come up; it is asked once at least
   */
  static Finding await(String url, Deadline end) {
    Duration patience = end.left();
    HttpClient client;
    HttpRequest request;
    try {
      client = client();
      request = HttpRequest.newBuilder(URI.create(url)).timeout(DEADLINE).build();
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      return silent(url, "cannot be asked for: " + e.getMessage());
    }
    while (true) {
      String seen;
      try {
        int status = status(client, request);
        if (status < SERVER_ERROR) {
          return Finding.info(
              "MANAGER_ANSWERS", "the Manager page " + url + " answers with HTTP status " + status);
        }
        seen = "HTTP status " + status;
      } catch (IOException e) {
        seen = e.toString();
      }
      if (end.isOver()) {
        long seconds = patience.minus(end.left()).toSeconds();
        return silent(url, "did not answer within " + seconds + " s; seen at last: " + seen);
      }
      Pause.of(PAUSE, "the Manager page");
    }
  }

  private static HttpClient client() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anyone()}, null);
    SSLParameters parameters = new SSLParameters();
    parameters.setEndpointIdentificationAlgorithm("");
    return HttpClient.newBuilder()
        .sslContext(context)
        .sslParameters(parameters)
        .connectTimeout(DEADLINE)
        .build();
  }

  /** The deadline of a request ends with the headers, so the body is not waited for. */
  private static int status(HttpClient client, HttpRequest request) throws IOException {
    try {
      HttpResponse<InputStream> answer =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      answer.body().close();
      return answer.statusCode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the Manager page", e);
    }
  }

  private static Finding silent(String url, String why) {
    return Finding.warning(
        "MANAGER_SILENT",
        "the Manager page " + url + " " + why,
        "Open it in a browser. If it answers there, see that this node may reach it.");
  }

  /** Accepts every certificate: only life is asked for. */
  private static final class Anyone extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
