package hacert.host;

import java.time.Duration;
import java.util.Optional;

/**
 * A session on another node. Remote paths are absolute or relative to the remote home directory,
 * and hold none of {@code * ? [ ] \}. All methods throw {@code PEER_LOST} when the connection
 * breaks or falls silent, and {@code PEER_COPY_FAILED} when the other side refuses.
 */
public interface PeerSession extends AutoCloseable {
  /** Proves that files could be copied, by opening SFTP; writes nothing. */
  void check() throws HostException;

  /**
   * Puts a file there, whole or not at all. Directories that are missing are made with mode 0700;
   * until the file has its name, nobody else can read it.
   *
   * @param mode its permission bits
   */
  void upload(byte[] content, String remotePath, int mode) throws HostException;

  /** SHA-256 of a file as it is read back, lower-case hexadecimal; empty when there is none. */
  Optional<String> sha256(String remotePath) throws HostException;

  /** Removes a file; one that is not there is removed already. */
  void remove(String remotePath) throws HostException;

  /**
   * Runs a command there.
   *
   * @param constantCommand read by the remote user's shell: a constant, nothing put together
   * @param stdin what it reads; the caller wipes it
   * @param deadline past it the channel is closed and the result says so; the command may run on
   */
  CommandResult exec(String constantCommand, byte[] stdin, Duration deadline) throws HostException;

  /** Ends the session. */
  @Override
  void close();
}
