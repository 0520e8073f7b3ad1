package hacert.host;

/** Text of commands that a person is to give to a shell. */
public final class Shell {
  private Shell() {}

  /** One word of a command, whatever characters it has. */
  public static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
