package hacert.rotation;

import hacert.host.AtomicFiles;
import hacert.host.HostException;
import hacert.host.Sha256;
import hacert.result.Outcome;
import hacert.target.Authority;
import hacert.target.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Keeps the CA of our own. One that a rotation makes waits beside what else belongs to the rotation
 * and takes its place only when the rotation has ended well; until then, and for good where it is
 * given up or goes back, the one before is the CA. So no failure takes the key away that issued
 * what is installed.
 *
 * <p>The one before is not removed even then: an older generation may be brought back, and what it
 * issued may have to be revoked. It goes into the directory that takes its place. That are two
 * renames of whole directories: a call that is killed between them leaves both pairs whole, and
 * {@link #settle} goes on.
 */
final class AuthorityStore {
  private final StateDirectory state;

  AuthorityStore(StateDirectory state) {
    this.state = state;
  }

  /**
   * SHA-256 of the certificate of the CA that is kept here, or takes its place as soon as {@link
   * #settle} is called; empty if there is none.
   */
  String kept() throws HostException {
    for (Path rotation : Trees.list(state.rotations())) {
      String id = rotation.getFileName().toString();
      String waiting = sha256(state.authority(id));
      if (!waiting.isEmpty()
          && new JournalStore(state).outcome(id).orElse(null) == Outcome.SUCCEEDED) {
        return waiting;
      }
    }
    return sha256(state.authority());
  }

  private static String sha256(Path directory) throws HostException {
    Path certificate = directory.resolve(Authority.CERTIFICATE);
    try {
      return Files.isRegularFile(certificate) ? Sha256.of(Files.readAllBytes(certificate)) : "";
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_READABLE", certificate + " cannot be read: " + e, "Check its owner and mode.");
    }
  }

  /** Has a CA wait that was made for a rotation; without files, none that was made before waits. */
  void await(String rotation, Bundle made) throws HostException {
    Path waiting = state.authority(rotation);
    Trees.remove(waiting);
    if (!made.files().isEmpty()) {
      StagedBundle.write(waiting, made);
    }
  }

  /**
   * Puts what waits for a rotation that has ended well in its place, and removes what waits for one
   * that ended otherwise: it has issued nothing that is installed anywhere. To be called under the
   * lock, before the CA is read and after a rotation was closed.
   */
  void settle() throws HostException {
    for (Path rotation : Trees.list(state.rotations())) {
      String id = rotation.getFileName().toString();
      if (!Files.isDirectory(state.authority(id))) {
        continue;
      }
      // Of one of which nothing is known, nothing is removed.
      Outcome ended = new JournalStore(state).outcome(id).orElse(null);
      if (ended == Outcome.SUCCEEDED) {
        take(id);
      } else if (ended != null) {
        Trees.remove(state.authority(id));
      }
    }
  }

  private void take(String rotation) throws HostException {
    Path waiting = state.authority(rotation);
    if (Files.exists(state.authority(), LinkOption.NOFOLLOW_LINKS)) {
      AtomicFiles.move(state.authority(), waiting.resolve("before-" + rotation));
    }
    AtomicFiles.move(waiting, state.authority());
  }
}
