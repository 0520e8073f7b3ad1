package hacert.rotation;

import hacert.host.FileMeta;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Entry;
import hacert.host.Snapshot.Type;
import hacert.host.User;
import hacert.result.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether this user may write what a rotation writes on this node, and give it the owners and
 * groups that it has: found out before anything is written, and not in the middle of a change or,
 * worse, of the way back.
 *
 * <p>And whether others may put their own in its place: to the directories of certificates.
 *
 * <p>What the rotation itself replaces must be right. Of the rest of the rollback set a rotation
 * mostly changes nothing, so that there it is a warning.
 */
final class Ownership {
  private static final int SETGID = 02000;
  private static final int STICKY = 01000;
  private static final int BY_GROUP = 020;
  private static final int BY_OTHERS = 02;

  private final Site site;
  private final User user;

  Ownership(Site site) {
    this.site = site;
    this.user = site.host().user();
  }

  /**
   * Checks for what is installed, which is replaced and perhaps restored.
   *
   * @return warnings
   * @throws RefusedException with {@code OWNER_NOT_SETTABLE}, {@code FILE_NOT_WRITTEN} or {@code
   *     DIRECTORY_WRITABLE}
   */
  List<Finding> check(Snapshot installed) throws HostException, RefusedException {
    List<Finding> findings = new ArrayList<>(writableByOthers());
    findings.addAll(
        site.plan().kind() == Plan.Kind.RESTORE ? restoring(installed) : replacing(installed));
    return findings;
  }

  /** A product may let a group write there by its own default, so that alone is no reason. */
  private List<Finding> writableByOthers() throws HostException, RefusedException {
    int own = FileMeta.mine(0).group();
    List<String> groups = new ArrayList<>();
    List<String> everybody = new ArrayList<>();
    for (Path directory : site.node().certificateDirectories()) {
      FileMeta meta = FileMeta.of(directory);
      boolean others = (meta.mode() & BY_OTHERS) != 0;
      String told = String.format("%s (%04o, group %d)", directory, meta.mode(), meta.group());
      if (others && (meta.mode() & STICKY) == 0) {
        everybody.add(told);
      } else if (others || (meta.mode() & BY_GROUP) != 0 && meta.group() != own) {
        groups.add(told);
      }
    }
    if (!everybody.isEmpty()) {
      throw new RefusedException(
          "DIRECTORY_WRITABLE",
          "Every user of this host may put other files in the place of certificates and keys in: "
              + String.join(", ", everybody)
              + ". Nothing was changed.",
          "Find out what was put there. Then take that right away: chmod o-w.");
    }
    return groups.isEmpty()
        ? List.of()
        : List.of(
            Finding.warning(
                "DIRECTORY_WRITABLE",
                "others than the owner's own group may write to: "
                    + String.join(", ", groups)
                    + ". They may replace certificates and keys, also while a rotation is at work"
                    + " there",
                "See who is in that group. Where the product does not need it: chmod g-w."));
  }

  private List<Finding> replacing(Snapshot installed) throws HostException, RefusedException {
    Set<Path> directories = new TreeSet<>(site.node().certificateDirectories());
    List<Entry> replaced = new ArrayList<>();
    List<Entry> others = new ArrayList<>();
    for (Entry entry : installed.entries()) {
      Path path = entry.location();
      // Deeper down lies what people put aside.
      boolean there = directories.contains(path) || directories.contains(path.getParent());
      (there && site.node().isCertificate(path) ? replaced : others).add(entry);
    }
    directories.addAll(site.node().scratchDirectories());
    refuse(notSettable(replaced), directories);
    Set<String> doubtful = notSettable(others);
    return doubtful.isEmpty()
        ? List.of()
        : List.of(
            Finding.warning(
                "OWNER_NOT_SETTABLE",
                "this user could not give these their owner and group back, should the rotation"
                    + " change them and be rolled back: "
                    + String.join(", ", doubtful),
                "Find out whose they should be. Where the vendor's scripts write them, give them"
                    + " to this user, or make this user a member of the group."));
  }

  /** Only what differs is written, now and should this rotation be rolled back itself. */
  private List<Finding> restoring(Snapshot installed) throws HostException, RefusedException {
    Snapshot wanted = site.generations().get(site.plan().restore()).manifest();
    Set<Path> written =
        GenerationStore.differences(wanted, installed).stream()
            .map(d -> Path.of(d.path()))
            .collect(Collectors.toCollection(TreeSet::new));
    List<Entry> entries =
        Stream.concat(wanted.entries().stream(), installed.entries().stream()).toList();
    Set<Path> directories =
        entries.stream()
            .filter(e -> e.type() != Type.DIRECTORY && written.contains(e.location()))
            .map(e -> e.location().getParent())
            .filter(Files::isDirectory)
            .collect(Collectors.toCollection(TreeSet::new));
    written.addAll(directories);
    refuse(
        notSettable(entries.stream().filter(e -> written.contains(e.location())).toList()),
        directories);
    return List.of();
  }

  private void refuse(Set<String> notSettable, Set<Path> directories) throws RefusedException {
    List<Finding> findings = new ArrayList<>();
    if (!notSettable.isEmpty()) {
      findings.add(
          Finding.error(
              "OWNER_NOT_SETTABLE",
              "A rotation replaces these, and this user ("
                  + user.id()
                  + ") may not give a file to their owner and group: "
                  + String.join(", ", notSettable)
                  + ". Nothing was changed.",
              "Give them to this user and a group of this user (chown, as root), or make this user"
                  + " a member of the group; move away what does not belong there."));
    }
    List<String> closed =
        directories.stream()
            .filter(Files::isDirectory)
            .filter(d -> !Files.isWritable(d) || !Files.isExecutable(d))
            .map(Path::toString)
            .toList();
    if (!closed.isEmpty()) {
      findings.add(
          Finding.error(
              "FILE_NOT_WRITTEN",
              "A rotation writes files in these directories, and this user ("
                  + user.id()
                  + ") may not write to them: "
                  + String.join(", ", closed)
                  + ". Nothing was changed.",
              "See their owner and mode, and that their file system is not mounted read-only."));
    }
    if (!findings.isEmpty()) {
      throw new RefusedException(findings);
    }
  }

  /** As people know them: path, owner and group. */
  private Set<String> notSettable(Collection<Entry> entries) throws HostException {
    Map<String, String> told = new TreeMap<>();
    for (Entry entry : entries) {
      if (!settable(entry)) {
        told.put(entry.path(), entry.path() + " (" + entry.owner() + ":" + entry.group() + ")");
      }
    }
    return new TreeSet<>(told.values());
  }

  /** Whether this user can give it its owner and group, should it have to be written. */
  boolean settable(Entry entry) throws HostException {
    // A directory is never made anew where it is; its time is set, which only its owner may.
    return entry.type() == Type.DIRECTORY
        ? user.owns(entry.uid())
        : user.mayGive(entry.uid(), entry.gid()) || inherits(entry);
  }

  /** A directory may give its own group to what is made in it. */
  private boolean inherits(Entry entry) throws HostException {
    Path directory = entry.location().getParent();
    if (entry.uid() != user.id() || !Files.isDirectory(directory)) {
      return false;
    }
    FileMeta meta = FileMeta.of(directory);
    return (meta.mode() & SETGID) != 0 && meta.group() == entry.gid();
  }
}
