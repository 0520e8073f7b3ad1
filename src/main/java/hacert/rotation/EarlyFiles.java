package hacert.rotation;

import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Aspect;
import hacert.host.Snapshot.Difference;
import hacert.host.Snapshot.Entry;
import hacert.host.Snapshot.Type;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * New files of a rotation on a node whose turn has not come: the system's own file synchronisation
 * may bring them there from one that has them already. They are nobody else's change; on the way
 * back they are restored as if this node had been changed.
 *
 * <p>They are known by name and content. Anything else that differs among the certificates, if only
 * the mode of such a file, is another's.
 */
final class EarlyFiles {
  private EarlyFiles() {}

  /** Whether some lie here, and nothing else differs among the certificates. */
  static boolean lie(Site site, Journal journal) throws HostException {
    // Only of a node that waits all files are read for this.
    return journal.waits(site.name()) && lie(site, journal, site.sight().snapshot());
  }

  /** The same, seen already. */
  static boolean lie(Site site, Journal journal, Snapshot installed) throws HostException {
    if (!journal.waits(site.name()) || !journal.done(Phase.STAGE_BACKUP)) {
      return false;
    }
    Generation backup = site.generations().all().get(journal.plan().from());
    if (backup == null) {
      return false;
    }
    List<Difference> among =
        GenerationStore.differences(backup.manifest(), installed).stream()
            .filter(site.amongCertificates())
            .toList();
    return !among.isEmpty() && among.stream().allMatch(among(site, journal, installed));
  }

  /** Tells the differences that such files make from others. */
  static Predicate<Difference> among(Site site, Journal journal, Snapshot installed)
      throws HostException {
    Predicate<Difference> certificates = site.amongCertificates();
    Map<String, String> now = hashes(installed);
    Map<String, String> brought = brought(site, journal, now.keySet());
    return d ->
        d.aspect() == Aspect.CONTENT
            && certificates.test(d)
            && now.containsKey(d.path())
            && now.get(d.path()).equals(brought.get(d.path()));
  }

  /** SHA-256, by path, of what the rotation would put there. */
  private static Map<String, String> brought(Site site, Journal journal, Set<String> paths)
      throws HostException {
    if (journal.plan().kind() == Plan.Kind.RESTORE) {
      Generation wanted = site.generations().all().get(journal.plan().restore());
      return wanted == null ? Map.of() : hashes(wanted.manifest());
    }
    Map<String, String> staged = StagedBundle.files(journal);
    Map<String, String> brought = new TreeMap<>();
    for (String path : paths) {
      String hash = staged.get(Path.of(path).getFileName().toString());
      if (hash != null) {
        brought.put(path, hash);
      }
    }
    return brought;
  }

  private static Map<String, String> hashes(Snapshot of) {
    return of.entries().stream()
        .filter(e -> e.type() == Type.FILE)
        .collect(Collectors.toMap(Entry::path, Entry::sha256));
  }
}
