package hacert.opengauss;

import hacert.host.Command;
import hacert.host.CommandResult;
import hacert.host.HostException;
import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.target.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The one backup that gs_om keeps: {@code gsql_cert_backup.tar.gz} in each directory that it has
 * replaced files in.
 */
final class VendorBackup {
  /** What gs_om calls it. */
  static final String FILE = "gsql_cert_backup.tar.gz";

  private static final long LARGEST_FILE = 1 << 20;
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

  private void unpack(Path archive, List<String> names, Map<String, byte[]> files)
      throws HostException {
    Path directory = null;
    try {
      if (Files.size(archive) > LARGEST_ARCHIVE) {
        throw missing(archive + " is too large to be one");
      }
      // 0700 by its own contract, and what is in it is gone when the call ends.
      directory = Files.createTempDirectory("hacert-vendor-backup");
      List<String> words =
          new ArrayList<>(
              List.of(
                  "tar",
                  "-xzf",
                  archive.toString(),
                  "-C",
                  directory.toString(),
                  "--no-same-owner"));
      names.stream().flatMap(n -> Stream.of(n, "./" + n)).forEach(words::add);
      // It fails for each name that is not in it; what came out is looked at.
      CommandResult result =
          node.installation().host().commands().run(Command.of(node.installation().login(), words));
      for (String name : names) {
        Path file = directory.resolve(name);
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && BundleFiles.read(file, LARGEST_FILE) instanceof BundleFile.Content found) {
          files.putIfAbsent(name, found.bytes());
        }
      }
      if (result.timedOut()) {
        throw missing(archive + " could not be unpacked in time");
      }
    } catch (IOException e) {
      throw missing(archive + " cannot be read: " + e);
    } finally {
      remove(directory);
    }
  }

  private static void remove(Path directory) throws HostException {
    if (directory == null) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_REMOVED",
          directory + ", which holds private keys for a moment, could not be removed: " + e,
          "Remove it by hand.");
    }
  }
}
