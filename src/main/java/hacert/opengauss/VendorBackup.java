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

/**
 * The one backup that gs_om keeps: {@code gsql_cert_backup.tar.gz} in each directory that it has
 * replaced files in.
 */
final class VendorBackup {
  /** What gs_om calls it. */
  static final String FILE = "gsql_cert_backup.tar.gz";

  private static final int LARGEST_FILE = 1 << 20;
  private static final long LARGEST_ARCHIVE = 8 << 20;

  private final LocalNode node;

  VendorBackup(LocalNode node) {
    this.node = node;
  }

  /**
   * Reads it, without changing anything.
   *
   * @throws HostException {@code NO_VENDOR_BACKUP}, also where it holds no certificates: then the
   *     vendor's rollback would leave none
   */
  Bundle read() throws HostException {
    Path archive = node.dataDirectory().resolve(FILE);
    if (!Files.isRegularFile(archive)) {
      throw missing(archive + " is not there");
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    unpack(archive, ServerBundle.Place.DATA.files(), files);
    if (!files
        .keySet()
        .containsAll(List.of(ServerBundle.SERVER_CERTIFICATE, ServerBundle.SERVER_KEY))) {
      throw missing(archive + " holds no server certificate");
    }
    Path tools = node.installation().om().resolve(FILE);
    if (Files.isRegularFile(tools)) {
      unpack(tools, ServerBundle.ALL, files);
    }
    return new Bundle(files);
  }

  private static HostException missing(String why) {
    return new HostException(
        "NO_VENDOR_BACKUP",
        "gs_om has no backup on this node that its rollback could bring back: " + why + ".",
        "Run rollback-certs.yml without hacert_rollback: it brings back a generation of this"
            + " program's own.");
  }

  private static void unpack(Path archive, List<String> names, Map<String, byte[]> files)
      throws HostException {
    if (!(BundleFiles.read(archive, LARGEST_ARCHIVE) instanceof BundleFile.Content content)) {
      throw missing(archive + " is no file that can be read, or too large");
    }
    try {
      BackupArchive.read(content.bytes(), names, LARGEST_FILE).forEach(files::putIfAbsent);
    } catch (IOException e) {
      throw missing(archive + " cannot be read: " + e);
    } finally {
      Arrays.fill(content.bytes(), (byte) 0);
    }
  }
}
