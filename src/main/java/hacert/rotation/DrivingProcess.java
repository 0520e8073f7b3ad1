package hacert.rotation;

import java.time.Instant;

/**
 * Names this process for a lease, by a name that is never used twice: {@code java:PID@START}, with
 * the start in milliseconds since 1970.
 */
public final class DrivingProcess {
  private static final String PREFIX = "java:";

  private DrivingProcess() {}

  /** The name of this process. */
  public static String name() {
    return name(ProcessHandle.current());
  }

  /** Whether the process of this name still runs; one whose name is not of this form is left be. */
  static boolean runs(String name) {
    if (!name.matches(PREFIX + "\\d{1,9}@\\d+")) {
      return true;
    }
    long pid = Long.parseLong(name.substring(PREFIX.length(), name.indexOf('@')));
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(p -> name(p).equals(name))
        .isPresent();
  }

  private static String name(ProcessHandle process) {
    long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    return PREFIX + process.pid() + "@" + start;
  }
}
