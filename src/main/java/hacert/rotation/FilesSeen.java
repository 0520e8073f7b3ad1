package hacert.rotation;

import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Aspect;
import hacert.host.Snapshot.Difference;
import hacert.rotation.Discovery.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What lies on disk, seen from an open rotation. */
final class FilesSeen {
  /** Owners and modes tell of nobody's certificate. */
  private static final Set<Aspect> OTHER_CONTENT =
      Set.of(Aspect.ADDED, Aspect.REMOVED, Aspect.TYPE, Aspect.CONTENT);

  private final Site site;
  private final Journal journal;
  private final Snapshot installed;

  FilesSeen(Site site, Journal journal, Snapshot installed) {
    this.site = site;
    this.journal = journal;
    this.installed = installed;
  }

  Files files() throws HostException {
    Optional<Generation> backup =
        Optional.ofNullable(site.generations().all().get(journal.plan().from()));
    boolean same = backup.isPresent() && isStill(backup.get());
    Optional<List<Difference>> foreign = Applied.foreign(site, journal, installed);
    boolean asApplied = foreign.filter(List::isEmpty).isPresent();
    // A node that had the wanted files before has them now, and nobody has brought them back.
    boolean both =
        !journal.begunAny(Phase.ROLLBACK)
            && (asApplied || backup.isPresent() && wantedBefore(backup.get()));
    if (same && !both) {
      return Files.OLD;
    }
    if (asApplied) {
      return Files.NEW;
    }
    if (journal.begunAny(Phase.ROLLBACK) && backup.isPresent()) {
      // While files are brought back, any of them may be the old or the new one.
      boolean theirs = journal.done(Phase.ROLLBACK_RESTORE) || foreign.isPresent();
      return theirs && holdsOthers(backup.get()) ? Files.OTHER : Files.PARTIAL;
    }
    if (foreign.isPresent()) {
      return Files.OTHER;
    }
    boolean ours =
        journal.begunAny(Phase.APPLY)
            || journal.plan().together()
            || EarlyFiles.lie(site, journal, installed);
    return ours ? Files.PARTIAL : Files.OTHER;
  }

  /** A node whose turn has not come may note in its configuration what it sees of the others. */
  private boolean isStill(Generation backup) throws HostException {
    boolean waits = journal.waits(site.name());
    Predicate<Difference> amongCertificates = site.amongCertificates();
    return LooseOwners.differences(site, backup, installed).stream()
        .allMatch(d -> waits && !amongCertificates.test(d));
  }

  /** Whether an apply that has begun is to install what was there before. */
  private boolean wantedBefore(Generation backup) throws HostException {
    if (!journal.begunAny(Phase.APPLY)) {
      return false;
    }
    if (journal.plan().kind() == Plan.Kind.RESTORE) {
      Generation wanted = site.generations().all().get(journal.plan().restore());
      return wanted != null
          && GenerationStore.differences(wanted.manifest(), backup.manifest()).isEmpty();
    }
    String digest = StagedBundle.digest(journal);
    return !digest.isEmpty() && digest.equals(backup.digest());
  }

  /** Whether a certificate or key is neither of before nor of what this rotation has brought. */
  private boolean holdsOthers(Generation backup) throws HostException {
    Set<String> brought = new HashSet<>(StagedBundle.files(journal).values());
    Applied.snapshot(journal).ifPresent(applied -> brought.addAll(hashes(applied)));
    Generation restored = site.generations().all().get(journal.plan().restore());
    if (restored != null) {
      brought.addAll(hashes(restored.manifest()));
    }
    Set<String> theirs = new HashSet<>();
    for (Snapshot.Entry entry : installed.entries()) {
      if (entry.type() != Snapshot.Type.DIRECTORY && !brought.contains(entry.sha256())) {
        theirs.add(entry.path());
      }
    }
    return GenerationStore.differences(backup.manifest(), installed).stream()
        .filter(site.amongCertificates())
        .filter(d -> OTHER_CONTENT.contains(d.aspect()))
        .anyMatch(d -> d.aspect() == Aspect.REMOVED || theirs.contains(d.path()));
  }

  private static List<String> hashes(Snapshot of) {
    return of.entries().stream()
        .filter(e -> e.type() == Snapshot.Type.FILE)
        .map(Snapshot.Entry::sha256)
        .toList();
  }
}
