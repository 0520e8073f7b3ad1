package hacert.opengauss;

import hacert.host.HostException;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.target.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The one backup that gs_om keeps: {@code gsql_cert_backup.tar.gz} in each directory that it has
 * replaced files in. Its rollback takes the files of each directory away and unpacks that
 * directory's own archive there; the archives need not be of one run, nor alike.
 */
final class VendorBackup {
  /** What gs_om calls it. */
  static final String FILE = "gsql_cert_backup.tar.gz";

  /**
   * It, and the marks that gs_om archives where a directory holds no certificates: a rollback
   * unpacks them, and may leave them.
   */
  static final Set<String> FILES = Set.of(FILE, "emptyCert", "emptyflag");

  private static final int LARGEST_FILE = 1 << 20;
  private static final long LARGEST_ARCHIVE = 8 << 20;

  private final LocalNode node;

  VendorBackup(LocalNode node) {
    this.node = node;
  }

  /**
   * Reads, without changing anything, what the server would get back, and from the directory of the
   * tools what only that holds.
   *
   * @throws HostException {@code NO_VENDOR_BACKUP}, also where the archive of one directory holds
   *     no certificates: then the vendor's rollback would leave none there
   */
  Bundle read() throws HostException {
    Path data = node.dataDirectory();
    Map<String, byte[]> files = unpacked(data, ServerBundle.Place.DATA);
    if (!files
        .keySet()
        .containsAll(List.of(ServerBundle.SERVER_CERTIFICATE, ServerBundle.SERVER_KEY))) {
      throw missing(data.resolve(FILE) + " is not there, or holds no server certificate");
    }
    for (Map.Entry<ServerBundle.Place, Path> filled : node.installation().filled().entrySet()) {
      try (Bundle own = of(filled.getKey(), filled.getValue())) {
        if (own.files().isEmpty() && holdsAny(filled.getKey(), filled.getValue())) {
          throw missing(
              filled.getValue()
                  + " holds certificates, which the rollback takes away, and its own "
                  + FILE
                  + " is not there or holds none");
        }
        if (filled.getKey() == ServerBundle.Place.OM) {
          own.files().keySet().removeAll(ServerBundle.Place.DATA.files());
          own.files().forEach((name, content) -> files.put(name, content.clone()));
        }
      }
    }
    return new Bundle(files);
  }

  /**
   * What one directory would get back: nothing where it has no archive.
   *
   * @throws HostException {@code NO_VENDOR_BACKUP} where there is one that cannot be read
   */
  Bundle of(ServerBundle.Place place, Path directory) throws HostException {
    return new Bundle(unpacked(directory, place));
  }

  private static boolean holdsAny(ServerBundle.Place place, Path directory) {
    return place.files().stream().anyMatch(name -> Files.exists(directory.resolve(name)));
  }

  private static HostException missing(String why) {
    return new HostException(
        "NO_VENDOR_BACKUP",
        "gs_om has no backup on this node that its rollback could bring back: " + why + ".",
        "Run rollback-certs.yml without hacert_rollback: it brings back a generation of this"
            + " program's own.");
  }

  private static Map<String, byte[]> unpacked(Path directory, ServerBundle.Place place)
      throws HostException {
    Path archive = directory.resolve(FILE);
    if (!Files.isRegularFile(archive)) {
      return new LinkedHashMap<>();
    }
    if (!(BundleFiles.read(archive, LARGEST_ARCHIVE) instanceof BundleFile.Content content)) {
      throw missing(archive + " is no file that can be read, or too large");
    }
    try {
      return BackupArchive.read(content.bytes(), place.files(), LARGEST_FILE);
    } catch (IOException e) {
      throw missing(archive + " cannot be read: " + e);
    } finally {
      Arrays.fill(content.bytes(), (byte) 0);
    }
  }
}
