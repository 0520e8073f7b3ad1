package hacert.rotation;

import hacert.host.ProcessStat;
import hacert.host.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names this process for a lease, by a name that is never used twice: {@code
 * java:PID@TICKS.BOOT.SCOPE}, with the start in clock ticks since the boot, which no setting of the
 * clock moves, the boot, and the machine with its process namespace. Two machines may have one
 * name, so only of a process in the same scope can be said that it is dead.
 */
public final class DrivingProcess {
  private static final Pattern NAME = Pattern.compile("java:(\\d{1,9})@\\d+\\.(\\w+)\\.(\\w+)");
  private static final int LENGTH = 8;
  private static final String BOOT = boot();
  private static final String SCOPE = scope();

  private DrivingProcess() {}

  /** The name of this process. */
  public static String name() {
    return name(ProcessHandle.current());
  }

  /** Whether the process of this name still runs; one that cannot be looked for from here does. */
  static boolean runs(String name) {
    Matcher known = NAME.matcher(name);
    if (!known.matches() || !known.group(3).equals(SCOPE)) {
      return true;
    }
    return known.group(2).equals(BOOT)
        && ProcessHandle.of(Long.parseLong(known.group(1)))
            .filter(ProcessHandle::isAlive)
            .filter(p -> name(p).equals(name))
            .isPresent();
  }

  private static String name(ProcessHandle process) {
    long start = ProcessStat.of(process.pid()).map(ProcessStat::startTicks).orElse(0L);
    return "java:" + process.pid() + "@" + start + "." + BOOT + "." + SCOPE;
  }

  private static String boot() {
    String id = read("/proc/sys/kernel/random/boot_id");
    return id.length() < LENGTH ? "0" : id.substring(0, LENGTH);
  }

  private static String scope() {
    String namespace;
    try {
      namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    } catch (IOException e) {
      namespace = "";
    }
    String all = read("/etc/machine-id") + read("/proc/sys/kernel/hostname") + namespace;
    return Sha256.of(all.getBytes(StandardCharsets.UTF_8)).substring(0, LENGTH);
  }

  private static String read(String path) {
    try {
      return Files.readString(Path.of(path)).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
