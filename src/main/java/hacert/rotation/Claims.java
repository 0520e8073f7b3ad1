package hacert.rotation;

import hacert.result.Finding;
import java.util.ArrayList;
import java.util.List;

/**
 * Who else may be at work on the cluster. A lease belongs to the asker if it was taken by the same
 * process, by a process of the same host that no longer runs, or by the rotation that the operator
 * names; a lease that has run out belongs to nobody.
 */
final class Claims {
  private Claims() {}

  static List<Finding> of(Question q) {
    List<Finding> findings = new ArrayList<>();
    for (Discovery d : q.found().values()) {
      Lease lease = d.lease();
      if (d.open() && lease != null && lease.holds(d.clock()) && !ours(q, lease)) {
        findings.add(locked(q, d, lease));
      } else if (!d.busy().isEmpty()) {
        findings.add(busy(d));
      }
    }
    return findings;
  }

  private static boolean ours(Question q, Lease lease) {
    boolean sameHost = lease.host().equals(q.holder().host());
    return sameHost && lease.process().equals(q.holder().process())
        || sameHost && q.deadProcesses().contains(lease.process())
        || lease.rotation().equals(q.settings().rotation());
  }

  private static Finding locked(Question q, Discovery d, Lease lease) {
    return Finding.error(
        "LOCKED",
        String.format(
            "%s: rotation %s holds cluster %s: begun from %s, process %s, at %s; its claim ends at"
                + " %s unless it is renewed. Nothing was changed.",
            d.node(),
            lease.rotation(),
            q.cluster(),
            lease.host(),
            lease.process(),
            lease.since(),
            lease.until()),
        "Wait until it has ended. If that process is known to be dead, continue it with -e"
            + " hacert_rotation="
            + lease.rotation()
            + ", by hand on a host with --setting rotation="
            + lease.rotation()
            + ".");
  }

  private static Finding busy(Discovery d) {
    return Finding.error(
        "BUSY",
        d.node() + ": " + d.busy() + " runs there right now. Nothing was changed.",
        "Wait until it has ended, then run again.");
  }
}
