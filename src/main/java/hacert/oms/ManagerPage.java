package hacert.oms;

import hacert.result.Finding;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
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

  private ManagerPage() {}

  /** What is wrong with it; empty if it answers. */
  static Optional<Finding> check(String url) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anyone()}, null);
      SSLParameters parameters = new SSLParameters();
      parameters.setEndpointIdentificationAlgorithm("");
      HttpClient client =
          HttpClient.newBuilder()
              .sslContext(context)
              .sslParameters(parameters)
              .connectTimeout(DEADLINE)
              .build();
      client.send(
          HttpRequest.newBuilder(URI.create(url)).timeout(DEADLINE).build(),
          HttpResponse.BodyHandlers.discarding());
      return Optional.empty();
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      return Optional.of(silent(url, e.toString()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(silent(url, "interrupted"));
    }
  }

  private static Finding silent(String url, String why) {
    return Finding.warning(
        "MANAGER_SILENT",
        "the Manager page " + url + " does not answer: " + why,
        "It may need minutes after a restart. Open it in a browser.");
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
