package hacert.probe;

import hacert.probe.ProbeResult.Kind;
import hacert.probe.ProbeResult.NotServed;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/**
 * One TLS handshake (1.2 or 1.3) with whatever listens on a port, and what was shown in it. Ends at
 * its deadline whatever the other side does, and throws nothing.
 */
public final class TlsProbe {
  /** PostgreSQL manual, "Message Formats", SSLRequest: length 8, then code 80877103. */
  private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 0x04, (byte) 0xd2, 0x16, 0x2f};

  /** How long a server may think about a client's certificate after a handshake of TLS 1.3. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

  /**
   * Its handshake ends only after the server has judged the client's certificate, so that there is
   * no silence to be read: spoken first where one is shown.
   */
  private static final List<String> VERDICT_WITHIN = List.of("TLSv1.2");

  private static final int LONGEST_MESSAGE = 8192;
  private static final int ALERT_RECORD = 21;
  private static final int HANDSHAKE_RECORD = 22;

  private final Clock clock;
  private final SecureRandom random;

  /**
   * A probe.
   *
   * @param clock tells whether what is served is valid now, where roots are given
   */
  public TlsProbe(Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /**
   * Looks at what a port serves.
   *
   * @param time for connection and handshake together; looking up a name comes on top
   */
  public ProbeResult probe(Endpoint endpoint, Duration time, Credentials credentials) {
    if (credentials.identity().isEmpty()) {
      return probe(endpoint, time, credentials, VERSIONS);
    }
    long begin = System.nanoTime();
    ProbeResult seen = probe(endpoint, time, credentials, VERDICT_WITHIN);
    Duration left = time.minusNanos(System.nanoTime() - begin);
    // A server that refuses the certificate has shown its own before.
    boolean otherVersion =
        seen instanceof NotServed not
            && not.chain().isEmpty()
            && (not.kind() == Kind.ALERT || not.kind() == Kind.CLOSED);
    return otherVersion && left.compareTo(Duration.ZERO) > 0
        ? probe(endpoint, left, credentials, VERSIONS)
        : seen;
  }

  private ProbeResult probe(
      Endpoint endpoint, Duration time, Credentials credentials, List<String> versions) {
    Trust.Witness witness = new Trust.Witness();
    try (Wire wire = connect(endpoint, time)) {
      return new Handshake(endpoint, wire, witness, credentials, versions).run();
    } catch (NoConnection e) {
      return failed(Kind.REFUSED, endpoint + ": no connection: " + e.getMessage(), witness);
    } catch (SocketTimeoutException e) {
      return failed(
          Kind.TIMEOUT,
          "%s: no handshake within %.1f s".formatted(endpoint, time.toMillis() / 1000.0),
          witness);
    } catch (Answer e) {
      return failed(e.kind, endpoint + ": " + e.getMessage(), witness);
    } catch (SSLException e) {
      return failed(
          Kind.ALERT, endpoint + ": the handshake failed: " + clean(e.getMessage()), witness);
    } catch (IOException e) {
      String how = e instanceof EOFException ? "closed" : clean(String.valueOf(e.getMessage()));
      return failed(
          Kind.CLOSED, endpoint + ": the connection ended during the handshake: " + how, witness);
    } catch (RuntimeException e) {
      // The JDK's parsers may answer hostile bytes so.
      return failed(
          Kind.ALERT, endpoint + ": what was served cannot be read: " + e.getClass(), witness);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }

  private static Wire connect(Endpoint endpoint, Duration time) throws IOException {
    try {
      return Wire.connect(endpoint.host(), endpoint.port(), time);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (UnknownHostException e) {
      throw new NoConnection("the host name is not known here");
    } catch (IOException e) {
      throw new NoConnection(clean(String.valueOf(e.getMessage())));
    }
  }

  private static NotServed failed(Kind kind, String message, Trust.Witness witness) {
    return new NotServed(kind, message, witness.chain());
  }

  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ");
  }

  /** It never came to a connection. */
  private static final class NoConnection extends IOException {
    private static final long serialVersionUID = 1;

    NoConnection(String message) {
      super(message);
    }
  }

  /** What the other side answered in place of a handshake. */
  private static final class Answer extends IOException {
    private static final long serialVersionUID = 1;
    private final Kind kind;

    Answer(Kind kind, String message) {
      super(message);
      this.kind = kind;
    }
  }

  /** One handshake on one connection. */
  private final class Handshake {
    private final Endpoint endpoint;
    private final Wire wire;
    private final Trust.Witness witness;
    private final Credentials credentials;
    private final SSLEngine engine;

    /** What has come and was not yet used; ready to be read from. */
    private final ByteBuffer in;

    private final ByteBuffer out;
    private final ByteBuffer plain;

    Handshake(
        Endpoint endpoint,
        Wire wire,
        Trust.Witness witness,
        Credentials credentials,
        List<String> versions)
        throws GeneralSecurityException {
      this.endpoint = endpoint;
      this.wire = wire;
      this.witness = witness;
      this.credentials = credentials;
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          credentials.identity().stream().map(Trust.OneKey::new).toArray(KeyManager[]::new),
          new TrustManager[] {witness},
          random);
      engine = context.createSSLEngine(endpoint.host(), endpoint.port());
      engine.setUseClientMode(true);
      engine.setEnabledProtocols(versions.toArray(String[]::new));
      in = ByteBuffer.allocate(engine.getSession().getPacketBufferSize()).flip();
      out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    ProbeResult run() throws IOException {
      if (endpoint.mode() == Endpoint.Mode.POSTGRES) {
        askForTls();
      }
      engine.beginHandshake();
      shake();
      hearVerdict();
      sayGoodbye();
      var session = engine.getSession();
      if (!credentials.trusts(witness.chain(), clock.instant())) {
        return failed(
            Kind.UNTRUSTED,
            "%s: the certificate served, serial %s, does not lead to the expected root %s"
                .formatted(
                    endpoint,
                    witness.chain().get(0).getSerialNumber().toString(16),
                    clean(credentials.anchors().get(0).getSubjectX500Principal().getName())),
            witness);
      }
      return new ProbeResult.Served(
          witness.chain(),
          session.getProtocol(),
          session.getCipherSuite(),
          session.getLocalCertificates() != null);
    }

    private void askForTls() throws IOException {
      wire.write(ByteBuffer.wrap(SSL_REQUEST));
      ByteBuffer answer = ByteBuffer.allocate(1);
      wire.read(answer);
      switch (answer.get(0)) {
        case 'S' -> {}
        case 'N' -> throw new Answer(Kind.NO_TLS, "the server says that TLS is off");
        case 'E' -> throw serverMessage(Kind.NOT_NOW, answer.array(), 1);
        default ->
            throw new Answer(
                Kind.NO_TLS,
                "expected S or N in answer to SSLRequest, got byte 0x%02x"
                    .formatted(answer.get(0)));
      }
    }

    private Answer serverMessage(Kind kind, byte[] begun, int length) throws IOException {
      ByteBuffer message = ByteBuffer.allocate(LONGEST_MESSAGE).put(begun, 0, length);
      try {
        while (!PostgresError.whole(message.array(), message.position(), LONGEST_MESSAGE)) {
          wire.read(message);
        }
      } catch (IOException e) {
        // It is quoted as far as it came: what is missing tells less than what is there.
      }
      return new Answer(
          kind,
          "the server answered with an error: "
              + PostgresError.text(message.array(), message.position()));
    }

    private void shake() throws IOException {
      boolean first = true;
      while (true) {
        switch (engine.getHandshakeStatus()) {
          case FINISHED, NOT_HANDSHAKING -> {
            return;
          }
          case NEED_TASK -> engine.getDelegatedTask().run();
          case NEED_WRAP -> send();
          case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
            if (first) {
              receive();
              refuseWhatIsNotTls();
              first = false;
            }
            unwrap();
          }
        }
      }
    }

    private void send() throws IOException {
      out.clear();
      try {
        engine.wrap(ByteBuffer.allocate(0), out);
      } finally {
        // An alert that the engine has to say before it fails is still sent.
        wire.write(out.flip());
      }
    }

    private void receive() throws IOException {
      in.compact();
      try {
        wire.read(in);
      } finally {
        in.flip();
      }
    }

    /** The engine would call an error message of PostgreSQL a bad record. */
    private void refuseWhatIsNotTls() throws IOException {
      int type = in.get(in.position());
      if (type == HANDSHAKE_RECORD || type == ALERT_RECORD) {
        return;
      }
      if (type == 'E' && endpoint.mode() == Endpoint.Mode.POSTGRES) {
        byte[] begun = new byte[Math.min(in.remaining(), LONGEST_MESSAGE)];
        in.get(begun);
        throw serverMessage(Kind.SERVER_MESSAGE, begun, begun.length);
      }
      throw new Answer(
          Kind.NO_TLS, "expected a TLS handshake, got byte 0x%02x".formatted(type & 0xff));
    }

    private void unwrap() throws IOException {
      plain.clear();
      SSLEngineResult result = engine.unwrap(in, plain);
      switch (result.getStatus()) {
        case OK -> {}
        case BUFFER_UNDERFLOW -> receive();
        case BUFFER_OVERFLOW -> throw new IOException("a record longer than TLS allows");
        case CLOSED -> throw new EOFException();
      }
    }

    /**
     * In TLS 1.3 the client is done before the server has looked at its certificate. The first
     * thing that comes tells: a session ticket, or an alert. Silence means that the server has
     * nothing against it, as some send no tickets.
     */
    private void hearVerdict() throws IOException {
      if (credentials.identity().isEmpty()
          || !engine.getSession().getProtocol().equals("TLSv1.3")) {
        return;
      }
      try {
        while (true) {
          plain.clear();
          SSLEngineResult result = engine.unwrap(in, plain);
          if (result.getStatus() != SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            drain(result);
            return;
          }
          in.compact();
          try {
            wire.read(in, GRACE);
          } finally {
            in.flip();
          }
        }
      } catch (SocketTimeoutException e) {
        if (wire.expired()) {
          throw e;
        }
      }
    }

    /** Without it the server would log a broken connection for each probe. */
    private void sayGoodbye() {
      engine.closeOutbound();
      try {
        while (!engine.isOutboundDone()) {
          send();
        }
      } catch (IOException e) {
        // The proof is had; how the connection ends does not matter.
      }
    }

    private void drain(SSLEngineResult result) throws IOException {
      if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
        throw new EOFException();
      }
      while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
        engine.getDelegatedTask().run();
      }
    }
  }
}
