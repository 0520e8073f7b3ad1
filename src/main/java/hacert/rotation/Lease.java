package hacert.rotation;

import hacert.result.Needed;
import java.time.Instant;

/**
 * A rotation's claim on a cluster between calls, kept in every node's journal.
 *
 * @param rotation id of the rotation that holds it
 * @param host name of the machine that drives the rotation
 * @param process the driving process there, by a name that is never used twice
 * @param since when the rotation took it
 * @param until when it ends if no call renews it
 */
public record Lease(String rotation, String host, String process, Instant since, Instant until) {
  /** Refuses one that lacks a part. */
  public Lease {
    Needed.value("rotation of a lease", rotation);
    Needed.value("host of a lease", host);
    Needed.value("process of a lease", process);
    Needed.value("since of a lease", since);
    Needed.value("until of a lease", until);
  }

  /** Whether it still holds. */
  public boolean holds(Instant now) {
    return now.isBefore(until);
  }
}
