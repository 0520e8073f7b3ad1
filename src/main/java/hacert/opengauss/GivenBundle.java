package hacert.opengauss;

import hacert.host.HostException;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.result.Finding;
import hacert.target.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A bundle as people hand it over: a directory with its files, or a finished package.
 *
 * @param bundle what could be read, to be closed
 * @param modes permissions of the files, by name; empty for a package
 * @param findings why files cannot be used: those of {@link BundleFiles#read} and {@link
 *     BundlePackage#read}
 */
public record GivenBundle(
    Bundle bundle, Map<String, Set<PosixFilePermission>> modes, List<Finding> findings) {

  /**
   * Reads it. Of a directory only the files of a bundle are read. A missing file is for {@link
   * ServerBundlePolicy} to find.
   */
  public static GivenBundle read(Path path) {
    return Files.isDirectory(path) ? directory(path) : file(path);
  }

  private static GivenBundle directory(Path directory) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    Map<String, Set<PosixFilePermission>> modes = new HashMap<>();
    List<Finding> findings = new ArrayList<>();
    for (String name : ServerBundle.ALL) {
      Path file = directory.resolve(name);
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        BundleFile read = BundleFiles.read(file, BundlePackage.LARGEST_FILE);
        if (read instanceof BundleFile.Content content) {
          files.put(name, content.bytes());
          mode(file, modes);
        } else if (read instanceof BundleFile.Refused refused) {
          findings.add(refused.finding());
        }
      }
    }
    return new GivenBundle(new Bundle(files), Map.copyOf(modes), List.copyOf(findings));
  }

  /** Unknown where the file system has none: then nothing is said of it. */
  private static void mode(Path file, Map<String, Set<PosixFilePermission>> modes) {
    try {
      modes.put(
          file.getFileName().toString(),
          Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    } catch (IOException | UnsupportedOperationException e) {
      modes.remove(file.getFileName().toString());
    }
  }

  private static GivenBundle file(Path path) {
    BundleFile read = BundleFiles.read(path, BundlePackage.LARGEST);
    if (read instanceof BundleFile.Content content) {
      try {
        return new GivenBundle(BundlePackage.read(content.bytes()), Map.of(), List.of());
      } catch (HostException e) {
        return refused(e.finding());
      }
    }
    return refused(((BundleFile.Refused) read).finding());
  }

  private static GivenBundle refused(Finding finding) {
    return new GivenBundle(new Bundle(Map.of()), Map.of(), List.of(finding));
  }
}
