package hacert.rotation;

import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Aspect;
import hacert.host.Snapshot.Difference;
import hacert.host.Snapshot.Entry;
import hacert.host.User;
import hacert.result.Finding;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files beside the certificates that belong to another whom this user cannot give them to. {@link
 * Ownership} has warned of them. A script that replaces one makes it this user's, and then it can
 * only stay so: that must neither end an apply nor a way back half way. In the directories of
 * certificates there is no such file, or {@code stage} has refused.
 *
 * @param nearest by path, owner, group, mode and time that this user can give it
 */
record LooseOwners(Map<String, FileMeta> nearest) {
  /** Copies the map. */
  LooseOwners {
    nearest = Map.copyOf(nearest);
  }

  /** Those of a manifest. */
  static LooseOwners of(Site site, Snapshot manifest) throws HostException {
    List<Path> certificates = site.node().certificateDirectories();
    Ownership ownership = new Ownership(site);
    User user = site.host().user();
    int own = FileMeta.mine(0).group();
    Map<String, FileMeta> nearest = new TreeMap<>();
    for (Entry entry : manifest.entries()) {
      if (certificates.stream().noneMatch(entry.location()::startsWith)
          && !ownership.settable(entry)) {
        int group = user.mayGive(user.id(), entry.gid()) ? entry.gid() : own;
        FileMeta before = entry.meta();
        nearest.put(entry.path(), new FileMeta(user.id(), group, before.mode(), before.mtime()));
      }
    }
    return new LooseOwners(nearest);
  }

  /** Brings a kept generation back; answers what could not be given its owner back. */
  static List<String> restore(Site site, Generation generation) throws HostException {
    Snapshot manifest = generation.manifest();
    return manifest
        .restore(
            site.state().generation(generation.number()), LooseOwners.of(site, manifest).nearest())
        .stream()
        .map(Difference::toString)
        .toList();
  }

  /** What differs from a backup and can be brought back, times of change aside. */
  static List<Difference> differences(Site site, Generation backup, Snapshot now)
      throws HostException {
    LooseOwners loose = of(site, backup.manifest());
    return GenerationStore.differences(backup.manifest(), now).stream()
        .filter(d -> d.aspect() != Aspect.OWNER || !loose.nearest.containsKey(d.path()))
        .toList();
  }

  /** What this user can make of an entry that was so before, and now is so. */
  FileMeta reachable(Entry before, FileMeta is) {
    FileMeta given = nearest.get(before.path());
    if (given == null) {
      return before.meta();
    }
    if (is.owner() != given.owner()) {
      // Of what is another's, it can set nothing.
      return is;
    }
    return is.group() == before.gid() ? before.meta().withOwnerOf(is) : given;
  }

  /** For the note of a step. */
  static String note(Collection<String> others) {
    return others.isEmpty() ? "" : "; not given their owner back: " + String.join(", ", others);
  }

  static Finding finding(Collection<String> others) {
    return Finding.warning(
        "OWNER_NOT_SETTABLE",
        "content and mode of these are as before, and this user could not give them their owner and"
            + " group back: "
            + String.join(", ", others),
        "See whether the product needs the owner that they had: then, as root, chown.");
  }
}
