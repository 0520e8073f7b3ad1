package hacert.rotation;

import hacert.host.HostException;
import hacert.result.Finding;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A cluster that an inventory calls by another name has another state directory beside the one of
 * before, and a rotation that is open there would not be seen.
 */
final class OtherNames {
  private OtherNames() {}

  /** Tells of a rotation of the same files that has not ended under another name. */
  static Optional<Finding> open(Site site) throws HostException {
    Path own = site.state().root();
    for (Path directory : Trees.list(own.getParent())) {
      Optional<Journal> open =
          directory.equals(own) ? Optional.empty() : open(site, new StateDirectory(directory));
      if (open.isPresent()) {
        return Optional.of(finding(directory.getFileName().toString(), open.get(), site));
      }
    }
    return Optional.empty();
  }

  /** Several clusters may have nodes on one host, with other files. */
  private static Optional<Journal> open(Site site, StateDirectory state) throws HostException {
    try {
      Optional<Journal> open =
          new JournalStore(state)
              .load()
              .filter(Journal::isOpen)
              .filter(j -> j.done(Phase.STAGE_BACKUP));
      Optional<Generation> backup =
          open.map(Journal::plan).map(Plan::from).map(new GenerationStore(state).all()::get);
      return backup.isPresent() && sameFiles(site, backup.get()) ? open : Optional.empty();
    } catch (HostException e) {
      // What another cluster has kept there concerns this one only where it can be told.
      return Optional.empty();
    }
  }

  private static boolean sameFiles(Site site, Generation backup) throws HostException {
    return site.node().rollbackSet().stream()
        .map(Path::toString)
        .anyMatch(backup.manifest().roots()::contains);
  }

  private static Finding finding(String name, Journal open, Site site) {
    return Finding.error(
        "CLUSTER_RENAMED",
        "Rotation "
            + open.rotation()
            + " of cluster '"
            + name
            + "' has not ended on "
            + site.name()
            + ", and concerns the same files as this cluster, '"
            + site.request().cluster()
            + "'. Nothing was changed now.",
        "Give the cluster its name of before (hacert_cluster: "
            + name
            + "), and end that rotation: run rotate-certs.yml, or rollback-certs.yml. After that"
            + " it may have another name.");
  }
}
