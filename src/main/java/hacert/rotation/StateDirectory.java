package hacert.rotation;

import hacert.host.HostException;
import hacert.host.OwnDirectory;
import java.nio.file.Path;
import java.util.List;

/**
 * Where everything that outlives a call lies on a host, one directory a cluster:
 *
 * <pre>
 * lock                     held while a call runs
 * journal.json             the open or the last rotation
 * rotations/ID/bundle/     the staged bundle, until the rotation ends
 * rotations/ID/recipient/  the key that the bundle is sealed to, until the bundle is staged
 * rotations/ID/authority/  a new CA of our own, until the rotation ends
 * rotations/ID/restart-N/  a restart: its output and exit status
 * rotations/ID/journal.json
 * generations/0001/        generation.json, RESTORE.txt, files/
 * authority/               the CA of our own, its key encrypted, on the node that makes bundles
 * authority/before-ID/     the one whose place it took in a rotation
 * loan/                    a directory in use, while a vendor's script writes into it
 * results/                 results of calls that changed something
 * profile.json             what was laid over the profile in the last of these calls
 * purges.jsonl             generations that were purged, and what was in them
 * </pre>
 *
 * @param root absolute path of the cluster's directory
 */
public record StateDirectory(Path root) {
  /**
   * Refuses one that others than this user can change; what is not there is nobody's yet.
   *
   * @throws HostException {@code STATE_DIRECTORY_UNSAFE}
   */
  public StateDirectory checked() throws HostException {
    for (Path directory : List.of(root.resolveSibling("."), root.resolveSibling("lib"), root)) {
      OwnDirectory.check(directory.normalize());
    }
    return this;
  }

  /** The lock of a call. */
  public Path lock() {
    return root.resolve("lock");
  }

  /** The journal of the open or the last rotation. */
  public Path journal() {
    return root.resolve("journal.json");
  }

  /** All rotations. */
  public Path rotations() {
    return root.resolve("rotations");
  }

  /** What belongs to one rotation. */
  public Path rotation(String id) {
    return rotations().resolve(id);
  }

  /** The staged bundle of a rotation. */
  public Path bundle(String id) {
    return rotation(id).resolve("bundle");
  }

  /** The key that the bundle of a rotation is sealed to, on the node that receives it. */
  public Path recipient(String id) {
    return rotation(id).resolve("recipient");
  }

  /** All kept generations. */
  public Path generations() {
    return root.resolve("generations");
  }

  /** One kept generation. */
  public Path generation(int number) {
    return generations().resolve(String.format("%04d", number));
  }

  /** The CA of our own. */
  public Path authority() {
    return root.resolve("authority");
  }

  /** A CA that was made for a rotation, while that has not ended. */
  public Path authority(String id) {
    return rotation(id).resolve("authority");
  }

  /** A directory in use that a vendor's script writes into, as it was before. */
  public Path loan() {
    return root.resolve("loan");
  }

  /** The record of what was purged. */
  public Path purges() {
    return root.resolve("purges.jsonl");
  }

  /** What was last laid over the profile. */
  public Path profile() {
    return root.resolve("profile.json");
  }

  /** Results that are kept. */
  public Path results() {
    return root.resolve("results");
  }
}
