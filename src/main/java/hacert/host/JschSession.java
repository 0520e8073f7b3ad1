package hacert.host;

import com.jcraft.jsch.Channel;
import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.SftpException;
import com.jcraft.jsch.SftpProgressMonitor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A session of JSch; each operation opens a channel of its own. */
final class JschSession implements PeerSession {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int LIMIT = 8 << 20;

  /** A disk may be slow where a network is not. */
  private static final long SILENCES = 3;

  private final Session session;
  private final String name;
  private final int idleMillis;

  JschSession(Session session, String name, int idleMillis) {
    this.session = session;
    this.name = name;
    this.idleMillis = idleMillis;
  }

  private interface Work<T> {
    T on(ChannelSftp sftp, Watch watch) throws SftpException, IOException;
  }

  @Override
  public void check() throws HostException {
    sftp("its SFTP", (sftp, watch) -> sftp.pwd());
  }

  @Override
  public void upload(byte[] content, String remotePath, int mode) throws HostException {
    onPath(
        remotePath,
        (sftp, watch) -> {
          int slash = remotePath.lastIndexOf('/');
          String directory = slash < 0 ? "." : slash == 0 ? "/" : remotePath.substring(0, slash);
          makeDirectories(sftp, directory);
          watch.seen();
          byte[] random = new byte[8];
          RANDOM.nextBytes(random);
          // A directory of our own hides the file from the first, whatever the umask there.
          String hidden =
              directory + "/" + AtomicFiles.PREFIX + HexFormat.of().formatHex(random) + ".tmp";
          sftp.mkdir(hidden);
          String temporary = hidden + "/file";
          boolean done = false;
          try {
            sftp.chmod(0700, hidden);
            watch.seen();
            sftp.put(new ByteArrayInputStream(content), temporary, new Seen(watch));
            sftp.chmod(mode, temporary);
            watch.seen();
            rename(sftp, temporary, remotePath);
            done = true;
          } finally {
            watch.seen();
            discard(sftp, hidden, done ? "" : temporary);
          }
          return done;
        });
  }

  @Override
  public Optional<String> sha256(String remotePath) throws HostException {
    return onPath(
        remotePath,
        (sftp, watch) -> {
          MessageDigest digest = Sha256.digest();
          try (InputStream in = sftp.get(remotePath)) {
            byte[] buffer = new byte[32768];
            int count;
            while ((count = in.read(buffer)) >= 0) {
              digest.update(buffer, 0, count);
              watch.seen();
            }
          } catch (SftpException e) {
            if (e.id == ChannelSftp.SSH_FX_NO_SUCH_FILE) {
              return Optional.empty();
            }
            throw e;
          }
          return Optional.of(HexFormat.of().formatHex(digest.digest()));
        });
  }

  @Override
  public void remove(String remotePath) throws HostException {
    onPath(
        remotePath,
        (sftp, watch) -> {
          try {
            sftp.rm(remotePath);
          } catch (SftpException e) {
            if (e.id != ChannelSftp.SSH_FX_NO_SUCH_FILE) {
              throw e;
            }
          }
          return true;
        });
  }

  @Override
  public CommandResult exec(String constantCommand, byte[] stdin, Duration deadline)
      throws HostException {
    long start = System.nanoTime();
    BoundedText stdout = new BoundedText(LIMIT);
    BoundedText stderr = new BoundedText(LIMIT);
    Utf8Stream out = new Utf8Stream(stdout);
    Utf8Stream err = new Utf8Stream(stderr);
    ChannelExec channel = null;
    try {
      channel = (ChannelExec) open("exec");
      channel.setCommand(constantCommand);
      channel.setInputStream(new ByteArrayInputStream(stdin));
      channel.setOutputStream(sink(out));
      channel.setErrStream(sink(err));
      connect(channel, "a command");
      long until = start + deadline.toNanos();
      while (!channel.isClosed() && session.isConnected() && System.nanoTime() - until < 0) {
        Thread.sleep(5);
      }
      boolean closed = channel.isClosed();
      int exitCode = closed ? channel.getExitStatus() : CommandResult.NONE;
      // A command that a signal ended has no exit status either.
      if (!session.isConnected() || (closed && exitCode == CommandResult.NONE && !answers())) {
        throw lost("the end of a command", null);
      }
      out.end();
      err.end();
      return new CommandResult(
          exitCode,
          !closed,
          stdout.text(),
          stderr.text(),
          stdout.truncated() || stderr.truncated(),
          Duration.ofNanos(System.nanoTime() - start));
    } catch (JSchException e) {
      throw answers() ? failed("a command", e) : lost("a command", e);
    } catch (InterruptedException e) {
      throw HostException.interrupted(name, e);
    } finally {
      if (channel != null) {
        channel.disconnect();
      }
    }
  }

  @Override
  public void close() {
    session.disconnect();
  }

  private <T> T onPath(String path, Work<T> work) throws HostException {
    // JSch takes these for patterns and would remove or read whatever fits.
    if (path.chars().anyMatch(c -> "*?[]\\".indexOf(c) >= 0)) {
      throw new HostException(
          "PEER_COPY_FAILED",
          "The path " + path + " on " + name + " holds one of * ? [ ] \\, which is not supported.",
          "Choose a state directory without them.");
    }
    return sftp(path, work);
  }

  private <T> T sftp(String what, Work<T> work) throws HostException {
    ChannelSftp sftp = null;
    // JSch waits for an answer of SFTP without a limit. Whether the other side is there at all is
    // not asked of SFTP but of its sshd, which may live on while the disk behind SFTP hangs.
    try (Watch watch = new Watch(Duration.ofMillis(SILENCES * idleMillis), session::disconnect)) {
      sftp = (ChannelSftp) open("sftp");
      connect(sftp, what);
      watch.seen();
      return work.on(sftp, watch);
    } catch (SftpException | JSchException | IOException e) {
      throw answers() ? failed(what, e) : lost(what, e);
    } finally {
      if (sftp != null) {
        sftp.disconnect();
      }
    }
  }

  private Channel open(String type) throws JSchException {
    Channel channel = session.openChannel(type);
    if (channel == null) {
      // What JSch gives once it has found the connection lost and is about to close all channels.
      throw new JSchException(
          "the session ends", new IOException("the connection is being closed"));
    }
    return channel;
  }

  /** Connects the channel; a peer that does not even answer that is lost. */
  private void connect(Channel channel, String what) throws HostException, JSchException {
    long start = System.nanoTime();
    try {
      channel.connect(idleMillis);
    } catch (JSchException e) {
      if (System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(idleMillis)) {
        throw lost(what, e);
      }
      throw e;
    }
  }

  /**
   * Whether the other side is still there. JSch closes the channels of a lost connection before it
   * says that it is lost, so that a channel which ended early tells nothing: only an answer does.
   */
  private boolean answers() {
    ChannelExec channel = null;
    try {
      channel = (ChannelExec) open("exec");
      channel.setCommand(":");
      connect(channel, "a question");
      return true;
    } catch (JSchException e) {
      // Without a cause the other side refused another channel, which is an answer too.
      return e.getCause() == null && session.isConnected();
    } catch (HostException e) {
      return false;
    } finally {
      if (channel != null) {
        channel.disconnect();
      }
    }
  }

  /** Bytes that were taken are a sign of life. */
  private record Seen(Watch watch) implements SftpProgressMonitor {
    @Override
    public void init(int operation, String from, String to, long size) {
      watch.seen();
    }

    @Override
    public boolean count(long bytes) {
      watch.seen();
      return true;
    }

    @Override
    public void end() {
      watch.seen();
    }
  }

  private static void makeDirectories(ChannelSftp sftp, String directory) throws SftpException {
    try {
      sftp.stat(directory);
      return;
    } catch (SftpException e) {
      if (e.id != ChannelSftp.SSH_FX_NO_SUCH_FILE) {
        throw e;
      }
    }
    int slash = directory.lastIndexOf('/');
    if (slash > 0) {
      makeDirectories(sftp, directory.substring(0, slash));
    }
    sftp.mkdir(directory);
    sftp.chmod(0700, directory);
  }

  /** Over an existing file if need be; in one step where the other side can. */
  private static void rename(ChannelSftp sftp, String from, String to) throws SftpException {
    try {
      sftp.rename(from, to);
    } catch (SftpException e) {
      if (e.id != ChannelSftp.SSH_FX_FAILURE || !exists(sftp, to)) {
        throw e;
      }
      sftp.rm(to);
      sftp.rename(from, to);
    }
  }

  private static boolean exists(ChannelSftp sftp, String path) throws SftpException {
    try {
      sftp.lstat(path);
      return true;
    } catch (SftpException e) {
      if (e.id == ChannelSftp.SSH_FX_NO_SUCH_FILE) {
        return false;
      }
      throw e;
    }
  }

  private static void discard(ChannelSftp sftp, String hidden, String file) {
    try {
      if (!file.isEmpty() && exists(sftp, file)) {
        sftp.rm(file);
      }
      sftp.rmdir(hidden);
    } catch (SftpException e) {
      // The failure that led here is the one to report.
    }
  }

  private static OutputStream sink(Utf8Stream stream) {
    return new OutputStream() {
      @Override
      public void write(int b) {
        stream.feed(new byte[] {(byte) b}, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int count) {
        stream.feed(Arrays.copyOfRange(bytes, from, from + count), count);
      }
    };
  }

  private HostException failed(String what, Exception cause) {
    return new HostException(
        "PEER_COPY_FAILED",
        name + " refused " + what + ": " + cause.getMessage() + ".",
        "See that its sshd has an sftp subsystem, and that this user may write there and has room.",
        cause);
  }

  private HostException lost(String what, Exception cause) {
    String why = cause == null ? "" : ": " + cause.getMessage();
    return new HostException(
        "PEER_LOST",
        "The connection with " + name + " was lost at " + what + why + ".",
        "Ask for the same operation again when the connection is back.",
        cause);
  }
}
