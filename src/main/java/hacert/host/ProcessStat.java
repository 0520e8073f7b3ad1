package hacert.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One line of {@code /proc/PID/stat}, described in proc(5).
 *
 * @param pid process id
 * @param state one letter; {@code Z} and {@code X} have ended
 * @param parent process id of the parent
 * @param session process id of the session's leader
 * @param startTicks clock ticks from boot to its start; with the pid the identity of a process
 */
public record ProcessStat(long pid, char state, long parent, long session, long startTicks) {
  private static final Path PROC = Path.of("/proc");

  /** Reads the line; empty when it is not one. */
  static Optional<ProcessStat> parse(String line) {
    // The command's name stands in parentheses and may itself hold any character.
    int open = line.indexOf('(');
    int close = line.lastIndexOf(')');
    if (open < 1 || close < open || close + 2 >= line.length()) {
      return Optional.empty();
    }
    String[] rest = line.substring(close + 2).trim().split(" ");
    if (rest.length < 20) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ProcessStat(
              Long.parseLong(line.substring(0, open).trim()),
              rest[0].charAt(0),
              Long.parseLong(rest[1]),
              Long.parseLong(rest[3]),
              Long.parseLong(rest[19])));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The process as it is now; empty when there is none. */
  public static Optional<ProcessStat> of(long pid) {
    try {
      byte[] line = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("stat"));
      return parse(new String(line, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** All processes that this one can see. */
  static List<ProcessStat> all() {
    List<ProcessStat> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        of(Long.parseLong(entry.getFileName().toString())).ifPresent(found::add);
      }
    } catch (IOException e) {
      // Without /proc there is nothing to be seen; those who wait go by their deadline.
    }
    return found;
  }

  /** Whether it has not ended: one that its parent has not yet asked about has. */
  boolean running() {
    return state != 'Z' && state != 'X';
  }

  /** Whether both are the same process, whatever became of it between. */
  boolean sameAs(ProcessStat other) {
    return pid == other.pid && startTicks == other.startTicks;
  }

  /** Whether this very process still runs. */
  boolean stillRunning() {
    return of(pid).filter(now -> now.startTicks == startTicks && now.running()).isPresent();
  }
}
