package hacert.cli;

import picocli.CommandLine;

/** Entry point of the jar. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new ExecuteCommand(System.in)).execute(new String[0]));
  }
}
