package hacert.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Entry point of the jar. A playbook starts it once a step and node, always as {@code execute}:
 * that goes past the list of commands, whose reading takes longer than many a step.
 */
public final class Main {
  private static final String[] EXECUTE = {"execute"};

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    // UTF-8 whatever the locale says: a name in a certificate must not turn into question marks.
    PrintWriter out = writer(FileDescriptor.out);
    PrintWriter err = writer(FileDescriptor.err);
    Surroundings surroundings = Surroundings.ofProcess();
    int code =
        Arrays.equals(args, EXECUTE)
            ? Execution.run(surroundings, out, err)
            : Commands.commandLine(surroundings).setOut(out).setErr(err).execute(args);
    out.flush();
    err.flush();
    System.exit(code);
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }
}
