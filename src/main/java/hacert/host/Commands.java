package hacert.host;

/** Runs commands that change no services: at their deadline they are ended. */
@FunctionalInterface
public interface Commands {
  /**
   * Runs the command to its end or its deadline. A daemon that it leaves behind with its output
   * open is not waited for.
   *
   * @throws HostException {@code COMMAND_NOT_STARTED}, {@code TOOL_MISSING}, {@code
   *     TEXT_NOT_ENCODABLE}, {@code INTERRUPTED}; an exit code other than 0 is none
   */
  CommandResult run(Command command) throws HostException;

  /** Commands of this machine. */
  static Commands system() {
    return new SystemCommands();
  }
}
