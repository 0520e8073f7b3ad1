package hacert.host;

import java.util.List;

/** Runs scripts that ask, in a pseudo-terminal of their own, and answers them. */
@FunctionalInterface
public interface Terminal {
  /**
   * Runs the command in a terminal whose echo is off and answers each prompt once, after it has
   * been shown, in whatever order they come; a text that several prompts have is answered as often.
   * A prompt that is shown again after that is not answered: when the script then stays silent for
   * some seconds the terminal is hung up, and so it is at the deadline.
   *
   * @param command what to run; its standard input is the terminal, so {@code stdin} must be empty
   * @throws HostException {@code PTY_UNAVAILABLE}, {@code TOOL_MISSING}, {@code
   *     COMMAND_NOT_STARTED}, {@code INTERRUPTED}
   */
  TerminalResult run(Command command, List<Prompt> prompts) throws HostException;

  /** Pseudo-terminals of this machine, by the program {@code script} of util-linux. */
  static Terminal system() {
    return new ScriptTerminal(Tools.find("script"));
  }
}
