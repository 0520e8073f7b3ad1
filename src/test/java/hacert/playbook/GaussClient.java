package hacert.playbook;

import hacert.x509.Openssl;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** A client of openGauss with the files that it was given once. */
final class GaussClient {
  private static final char[] NO_PASSWORD = {};

  private final String name;
  private final SSLContext tls;

  private GaussClient(String name, SSLContext tls) {
    this.name = name;
    this.tls = tls;
  }

  /** One that verifies the server, with these CAs, and shows the client certificate of a bundle. */
  static GaussClient verifying(String name, Path cas, Path bundle, String password) {
    try (InputStream pem = Files.newInputStream(cas)) {
      KeyStore trusted = empty();
      for (Certificate ca : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry("ca" + trusted.size(), ca);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      return of(name, trust.getTrustManagers(), identity(bundle, password));
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** One that takes any server (sslmode=require), and shows the client certificate of a bundle. */
  static GaussClient requiring(String name, Path bundle, String password) {
    try {
      return of(name, new TrustManager[] {new AnyServer()}, identity(bundle, password));
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** One that takes any server, and has no certificate. */
  static GaussClient requiring(String name) {
    try {
      return of(name, new TrustManager[] {new AnyServer()}, new KeyManager[0]);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static GaussClient of(String name, TrustManager[] trust, KeyManager[] keys)
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust, new SecureRandom());
    return new GaussClient(name, context);
  }

  private static KeyManager[] identity(Path bundle, String password)
      throws IOException, GeneralSecurityException {
    String sealed = bundle.resolve("client.key").toString();
    byte[] der =
        Openssl.ok(
            Openssl.line(password),
            ("pkcs8 -topk8 -nocrypt -outform DER -passin stdin -in " + sealed).split(" "));
    PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    try (InputStream pem = Files.newInputStream(bundle.resolve("client.crt"))) {
      Collection<? extends Certificate> chain =
          CertificateFactory.getInstance("X.509").generateCertificates(pem);
      KeyStore own = empty();
      own.setKeyEntry("client", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, NO_PASSWORD);
      return keys.getKeyManagers();
    }
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  String name() {
    return name;
  }

  /** A new TLS session, never a resumed one, over a connection that the caller closes. */
  SSLSocket over(Socket plain) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            tls.getSocketFactory()
                .createSocket(plain, plain.getInetAddress().getHostAddress(), 0, true);
    tls.getClientSessionContext().getIds().asIterator().forEachRemaining(id -> invalidate(tls, id));
    return socket;
  }

  private static void invalidate(SSLContext context, byte[] id) {
    var session = context.getClientSessionContext().getSession(id);
    if (session != null) {
      session.invalidate();
    }
  }

  private static final class AnyServer implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
