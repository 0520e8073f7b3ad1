package hacert.probe;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A connection all of whose waiting ends at one deadline, and that takes a bounded number of bytes.
 * Neither can be had of a socket's own timeouts, which begin anew with each byte.
 */
final class Wire implements Closeable {
  /** A handshake with ten long certificates is about 40 kB. */
  private static final int MOST_BYTES = 256 << 10;

  private final Selector selector;
  private final SocketChannel channel;
  private final long deadline;
  private int taken;

  private Wire(Selector selector, SocketChannel channel, long deadline) {
    this.selector = selector;
    this.channel = channel;
    this.deadline = deadline;
  }

  /**
   * Connects.
   *
   * @throws SocketTimeoutException when the time is up
   * @throws IOException when nobody answers; looking up a name is not bounded by the deadline
   */
  static Wire connect(String host, int port, Duration time) throws IOException {
    long deadline = System.nanoTime() + time.toNanos();
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
    Selector selector = Selector.open();
    try {
      SocketChannel channel = SocketChannel.open();
      Wire wire = new Wire(selector, channel, deadline);
      try {
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_CONNECT);
        channel.connect(address);
        while (!channel.finishConnect()) {
          wire.await(SelectionKey.OP_CONNECT, deadline);
        }
        return wire;
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      selector.close();
      throw e;
    }
  }

  private void await(int operation, long until) throws IOException {
    long millis = (until - System.nanoTime() + 999_999) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException();
    }
    channel.keyFor(selector).interestOps(operation);
    selector.select(millis);
    selector.selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      throw new IOException("interrupted");
    }
  }

  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.write(bytes) == 0) {
        await(SelectionKey.OP_WRITE, deadline);
      }
    }
  }

  /** Reads at least one byte. */
  void read(ByteBuffer into) throws IOException {
    read(into, deadline);
  }

  /** Reads at least one byte within a time that may be shorter than what is left. */
  void read(ByteBuffer into, Duration grace) throws IOException {
    long end = System.nanoTime() + grace.toNanos();
    read(into, end - deadline < 0 ? end : deadline);
  }

  boolean expired() {
    return deadline - System.nanoTime() <= 0;
  }

  private void read(ByteBuffer into, long until) throws IOException {
    if (!into.hasRemaining()) {
      // Reading nothing would turn waiting into spinning.
      throw new IOException("a record or message longer than its kind allows");
    }
    int read = channel.read(into);
    while (read == 0) {
      await(SelectionKey.OP_READ, until);
      read = channel.read(into);
    }
    if (read < 0) {
      throw new EOFException();
    }
    taken += read;
    if (taken > MOST_BYTES) {
      throw new IOException("more than " + MOST_BYTES + " bytes without an end");
    }
  }

  @Override
  public void close() throws IOException {
    try (selector) {
      channel.close();
    }
  }
}
