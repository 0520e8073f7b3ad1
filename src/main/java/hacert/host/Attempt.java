package hacert.host;

/** One attempt at running a command apart from this program; see {@link Detached}. */
public interface Attempt {
  /**
   * What has become of it; asked of the machine each time.
   *
   * @throws HostException {@code FILE_NOT_READABLE}
   */
  State poll() throws HostException;

  /**
   * The end of what it has printed so far, UTF-8 with replacement characters; empty when nothing.
   *
   * @param bytes at most this many
   * @throws HostException {@code FILE_NOT_READABLE}
   */
  String output(int bytes) throws HostException;

  /**
   * A part of what it has printed so far.
   *
   * @param from how many bytes of it are left out
   * @param bytes at most this many
   * @return empty when there is no more by now
   * @throws HostException {@code FILE_NOT_READABLE}
   */
  byte[] output(long from, int bytes) throws HostException;

  /** What has become of an attempt. */
  sealed interface State {}

  /** Nobody has claimed it: the command has not run. */
  record NotStarted() implements State {}

  /**
   * It runs.
   *
   * @param pid process id of the command; of its wrapper before the command has begun and after it
   *     has ended
   */
  record Running(long pid) implements State {}

  /**
   * It has ended.
   *
   * @param code its exit code; 128 + n after signal n; 126 or 127 when it could not be started
   */
  record Exited(int code) implements State {}

  /**
   * It was started, or may have been, and it no longer runs, and nobody knows how it ended: wrapper
   * and command were killed or the machine has rebooted. What it did has to be asked of the
   * service.
   */
  record Vanished() implements State {}

  /** It was withdrawn before it started: the command has not run and never will. */
  record Withdrawn() implements State {}
}
