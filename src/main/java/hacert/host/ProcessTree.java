package hacert.host;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A process that leads a session, and all that came from it: its session, its descendants and their
 * sessions. Members stay known when their parent has ended.
 */
final class ProcessTree {
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final long root;
  private final Set<Long> pids = new HashSet<>();
  private final List<ProcessStat> members = new ArrayList<>();

  ProcessTree(long root) {
    this.root = root;
    pids.add(root);
    look();
  }

  /** Looks for members that have come since. */
  void look() {
    List<ProcessStat> all = ProcessStat.all();
    boolean grown = true;
    while (grown) {
      grown = false;
      for (ProcessStat process : all) {
        // A session counts only when its leader is a member: just after a fork the child is still
        // in the session of this program.
        boolean ours =
            process.pid() == root
                || pids.contains(process.parent())
                || pids.contains(process.session());
        if (ours && members.stream().noneMatch(process::sameAs)) {
          members.add(process);
          pids.add(process.pid());
          grown = true;
        }
      }
    }
  }

  /** Hangs up: ends the leader's own session at once, so that a terminal it held is gone. */
  void endLeader() {
    for (ProcessStat process : members) {
      if (process.session() == root) {
        signal(process, true);
      }
    }
  }

  /** Asks all members to end, and after two seconds makes them. */
  void end() throws InterruptedException {
    members.forEach(process -> signal(process, false));
    if (!gone()) {
      look();
      members.forEach(process -> signal(process, true));
      gone();
    }
  }

  /** Waits until all members have ended, at most two seconds, and says whether they have. */
  boolean gone() throws InterruptedException {
    long until = System.nanoTime() + GRACE.toNanos();
    while (true) {
      look();
      if (members.stream().noneMatch(ProcessStat::stillRunning)) {
        return true;
      }
      if (System.nanoTime() > until) {
        return false;
      }
      Thread.sleep(10);
    }
  }

  private static void signal(ProcessStat process, boolean kill) {
    if (process.stillRunning()) {
      ProcessHandle.of(process.pid()).ifPresent(handle -> kill(handle, kill));
    }
  }

  private static void kill(ProcessHandle handle, boolean force) {
    if (force) {
      handle.destroyForcibly();
    } else {
      handle.destroy();
    }
  }
}
