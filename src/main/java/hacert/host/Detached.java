package hacert.host;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Runs commands that change services: apart from this program and its connection, never ended by
 * it, and started at most once however often this program is killed and called again.
 *
 * <p>Each attempt has a directory. The wrapper that runs the command claims it first, by a hard
 * link named {@code claim}: the file system grants that once, and with it, in the same instant, the
 * claim holds who claimed. One who finds the claim taken does not run the command. The files:
 *
 * <ul>
 *   <li>{@code intent}: boot id of the machine when a start was first tried
 *   <li>{@code claim}: line 1 the wrapper's {@code /proc/PID/stat}, line 2 the boot id; or the word
 *       {@code withdrawn}
 *   <li>{@code command}: the command's {@code /proc/PID/stat}, as it was when it started
 *   <li>{@code output}: what the command prints
 *   <li>{@code exit}: its exit code, decimal; there when it has ended
 * </ul>
 */
public interface Detached {
  /**
   * Starts the command, or attaches to the attempt of this directory if there is one already. The
   * deadline of the command is not looked at: how long to wait is for the caller to decide.
   *
   * @param directory directory of the attempt, absolute; created with mode 0700
   * @throws HostException {@code COMMAND_NOT_STARTED}, where it has not run and will not, and what
   *     {@link AtomicFiles} throws
   */
  Attempt startOrAttach(Path directory, Command command) throws HostException;

  /** The attempt of this directory, which need not exist; nothing is started. */
  Attempt find(Path directory);

  /**
   * Makes sure that no one starts the command in this directory any more, also no wrapper that is
   * just on its way. If one was faster, its attempt stands: the answer's state tells.
   *
   * @throws HostException what {@link AtomicFiles} throws
   */
  Attempt withdraw(Path directory) throws HostException;

  /** Processes of this machine. */
  static Detached system() {
    return new DetachedProcesses(Duration.ofSeconds(10));
  }
}
