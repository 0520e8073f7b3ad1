package hacert.playbook;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;

/**
 * Clients that open one new TLS connection to the database after the other, to each node, until
 * they are stopped. A connection has come about when the database behind TLS has let the client in.
 */
final class NewConnections implements AutoCloseable {
  private static final int SSL_REQUEST = 80877103;
  private static final int PROTOCOL_3 = 196608;
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int PATIENCE = 20_000;

  private final List<Thread> threads = new ArrayList<>();
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
  private final List<Duration> gaps = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger made = new AtomicInteger();
  private volatile boolean ends;

  /** Starts each of the clients against each of the nodes. */
  NewConnections(GaussCluster cluster, GaussClient... clients) {
    for (GaussClient client : clients) {
      for (GaussNode node : cluster.nodes()) {
        Thread thread = new Thread(() -> go(client, node), client.name() + " to " + node.name());
        threads.add(thread);
        thread.start();
      }
    }
  }

  private void go(GaussClient client, GaussNode node) {
    long good = System.nanoTime();
    boolean failing = false;
    boolean last;
    do {
      last = ends;
      try {
        connect(client, node);
        made.incrementAndGet();
        if (failing) {
          gaps.add(Duration.ofNanos(System.nanoTime() - good));
        }
        good = System.nanoTime();
        failing = false;
      } catch (IOException e) {
        failures.add(Thread.currentThread().getName() + ": " + e);
        failing = true;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    } while (!last);
    if (failing) {
      gaps.add(Duration.ofNanos(System.nanoTime() - good));
    }
  }

  /** Opens one connection, and closes it when the database has let it in. */
  static void connect(GaussClient client, GaussNode node) throws IOException {
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(node.address(), node.port()), PATIENCE);
      plain.setSoTimeout(PATIENCE);
      DataOutputStream ask = new DataOutputStream(plain.getOutputStream());
      ask.writeInt(8);
      ask.writeInt(SSL_REQUEST);
      int answer = plain.getInputStream().read();
      if (answer != 'S') {
        throw new IOException("TLS is answered with " + answer);
      }
      try (SSLSocket tls = client.over(plain)) {
        tls.startHandshake();
        byte[] who = "user\0omm\0database\0postgres\0\0".getBytes(StandardCharsets.US_ASCII);
        DataOutputStream out = new DataOutputStream(tls.getOutputStream());
        out.writeInt(8 + who.length);
        out.writeInt(PROTOCOL_3);
        out.write(who);
        out.flush();
        int said = new DataInputStream(tls.getInputStream()).read();
        if (said != 'R') {
          throw new IOException("the database answers with " + said);
        }
      }
    }
  }

  /** Stops them, each after one more connection. */
  @Override
  public void close() {
    ends = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  int made() {
    return made.get();
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  /** The longest time in which a client could not connect to a node. */
  Duration longestGap() {
    return gaps.stream().max(Duration::compareTo).orElse(Duration.ZERO);
  }
}
