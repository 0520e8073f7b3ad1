package hacert.oms;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** A port with mutual TLS, as that of the HA process, on an address of this machine. */
final class HaServer implements AutoCloseable {
  /** What it serves, and of which root a client's certificate has to be. */
  record Loaded(PrivateKey key, X509Certificate leaf, X509Certificate root) {}

  private static final char[] NONE = new char[0];

  /** Says nothing for so long, once, when it has shown its certificate and has seen a client's. */
  static final Duration STALL = Duration.ofMillis(1500);

  private final SSLServerSocket server;
  private final AtomicBoolean stalls = new AtomicBoolean();
  private final List<X509Certificate> clients = new CopyOnWriteArrayList<>();

  /**
   * @param port 0: any that is free
   */
  HaServer(String address, int port, Loaded loaded, String protocol)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NONE);
    store.setKeyEntry("own", loaded.key(), NONE, new X509Certificate[] {loaded.leaf()});
    store.setCertificateEntry("root", loaded.root());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, NONE);
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, NONE);
    roots.setCertificateEntry("root", loaded.root());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    X509TrustManager strict = (X509TrustManager) trust.getTrustManagers()[0];
    context.init(keys.getKeyManagers(), new TrustManager[] {stalling(strict)}, null);
    server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
    server.setNeedClientAuth(true);
    server.setEnabledProtocols(new String[] {protocol});
    server.bind(new InetSocketAddress(address, port));
    Thread thread = new Thread(this::serve);
    thread.setDaemon(true);
    thread.start();
  }

  private X509TrustManager stalling(X509TrustManager strict) {
    return new X509TrustManager() {
      @Override
      public void checkClientTrusted(X509Certificate[] chain, String type)
          throws CertificateException {
        if (stalls.getAndSet(false)) {
          try {
            Thread.sleep(STALL.toMillis());
          } catch (InterruptedException e) {
            throw new CertificateException(e);
          }
        }
        strict.checkClientTrusted(chain, type);
      }

      @Override
      public void checkServerTrusted(X509Certificate[] chain, String type)
          throws CertificateException {
        strict.checkServerTrusted(chain, type);
      }

      @Override
      public X509Certificate[] getAcceptedIssuers() {
        return strict.getAcceptedIssuers();
      }
    };
  }

  /** From now on, see {@link #STALL}. */
  void stallOnce() {
    stalls.set(true);
  }

  int port() {
    return server.getLocalPort();
  }

  /** The certificates of the clients that were taken, in order. */
  List<X509Certificate> clients() {
    return clients;
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        SSLSocket secure = (SSLSocket) client;
        secure.startHandshake();
        clients.add((X509Certificate) secure.getSession().getPeerCertificates()[0]);
        secure.getInputStream().readAllBytes();
      } catch (IOException e) {
        // A client that is not taken, or the end.
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
