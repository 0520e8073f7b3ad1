package hacert.host;

import hacert.host.Snapshot.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Symbolic links that are backed up while what they lead to is not. A script that copies to such a
 * name writes through the link, and no backup has what was there before.
 */
public final class OutwardLinks {
  private OutwardLinks() {}

  /**
   * Refuses them; one that leads nowhere is harmless.
   *
   * @param seen what is about to be backed up
   * @throws HostException {@code LINK_LEADS_OUT}
   */
  public static void refuse(Snapshot seen) throws HostException {
    List<Path> roots = new ArrayList<>();
    for (String root : seen.roots()) {
      roots.add(real(Path.of(root)));
    }
    List<String> links = new ArrayList<>();
    List<String> remedies = new ArrayList<>();
    for (Snapshot.Entry entry : seen.entries()) {
      Path link = entry.location();
      if (entry.type() != Type.LINK || !Files.exists(link)) {
        continue;
      }
      Path target = real(link);
      if (roots.stream().noneMatch(target::startsWith)) {
        links.add(link + " -> " + target);
        remedies.add(remedy(link, target));
      }
    }
    if (!links.isEmpty()) {
      throw new HostException(
          "LINK_LEADS_OUT",
          "Expected links that lead to what is backed up too, for the vendor's scripts write through"
              + " them, and what they overwrite would be in no backup; seen as leading out of it: "
              + String.join(", ", links)
              + ". Nothing was changed.",
          String.join(" ", remedies));
    }
  }

  private static String remedy(Path link, Path target) {
    return Files.isDirectory(target)
        ? String.format(
            "Where %1$s is configuration of HA, name %2$s in hacert_profile_file, key"
                + " configuration; else put a copy in the place of the link, as its owner: rm '%1$s'"
                + " && cp -a '%2$s' '%1$s'.",
            link, target)
        : copy(link);
  }

  /** How a file is put in the place of the link to it. */
  static String copy(Path link) {
    return String.format(
        "Put a copy in the place of %1$s, as its owner: cp --remove-destination"
            + " \"$(readlink -f %1$s)\" %1$s && chmod 600 %1$s; its content stays, so nothing has"
            + " to be restarted, but what renews the file that it pointed to does not reach the"
            + " copy.",
        link);
  }

  private static Path real(Path path) throws HostException {
    try {
      return Files.exists(path) ? path.toRealPath() : path;
    } catch (IOException e) {
      throw Snapshot.unreadable(path, e);
    }
  }
}
