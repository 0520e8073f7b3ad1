package hacert.host;

/** Runs commands that change no services: at their deadline they are ended. */
@FunctionalInterface
public interface Commands {
  /**
   * Runs the command to its end or its deadline. A daemon that it leaves behind with its output
   * open is not waited for, and what it prints later is lost to it: it may be ended by a broken
   * pipe. What starts services belongs to {@link Detached}.
   *
   * @throws HostException {@code COMMAND_NOT_STARTED}, {@code TOOL_MISSING}, {@code INTERRUPTED};
   *     an exit code other than 0 is none
   */
  CommandResult run(Command command) throws HostException;

  /** Commands of this machine. */
  static Commands system() {
    return new SystemCommands();
  }
}
