package hacert.opengauss;

import hacert.host.AtomicFiles;
import hacert.host.HostException;
import hacert.host.OwnProcesses;
import hacert.host.OwnProcesses.Running;
import hacert.result.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a killed or failed {@code gs_om -t cert} leaves behind: {@code certFlag}, which makes the
 * next one skip its backup; {@code tempCertDir}, which holds private keys and makes the next one
 * back up a half state; {@code .action_flag_file_*}. And what such a rollback leaves behind: the
 * directory that it has moved a directory's files into before it unpacks the older ones. While a
 * gs_om runs they are its own.
 */
public final class LeftOvers {
  /** Code of what is never removed: it has to be put back first. */
  static final String CUT_OFF = "ROLLBACK_CUT_OFF";

  private static final String FLAG = "certFlag";
  private static final String DIRECTORY = "tempCertDir";
  private static final String ACTION_FLAG = ".action_flag_file_";

  /** Where a rollback moves files away to, below the directory that they are of. */
  private static final Set<String> ASIDE = Set.of("tempDir", "dssTempDir");

  /** Its actions that only look. */
  private static final Set<String> LOOKING = Set.of("status", "view", "query");

  private final Set<Path> flags = new TreeSet<>();
  private final Set<Path> actionFlags = new TreeSet<>();
  private final Set<Path> directories = new TreeSet<>();
  private final Set<Path> aside = new TreeSet<>();
  private final Path pgHost;
  private final List<Running> running;
  private final Clock clock;

  private LeftOvers(Path pgHost, Clock clock) {
    this.pgHost = pgHost;
    this.running = running(pgHost);
    this.clock = clock;
  }

  /**
   * Looks for them, and for a gs_om of this user and cluster.
   *
   * @param pgHost the directory that {@code PGHOST} names, by which clusters of one user are told
   *     apart; one that is not there holds none
   * @param certificateDirectories the data directories of this node's datanodes, and the others in
   *     which gs_om replaces certificates; likewise
   * @throws HostException {@code FILE_NOT_READABLE}
   */
  public static LeftOvers look(Path pgHost, Collection<Path> certificateDirectories, Clock clock)
      throws HostException {
    LeftOvers found = new LeftOvers(pgHost, clock);
    found.lookIn(pgHost);
    for (Path directory : certificateDirectories) {
      found.lookIn(directory);
      // Others may call a directory so too: only one with certificates is meant.
      ASIDE.stream()
          .map(directory::resolve)
          .filter(d -> Files.isDirectory(d, LinkOption.NOFOLLOW_LINKS))
          .filter(d -> ServerBundle.ALL.stream().anyMatch(name -> present(d.resolve(name))))
          .forEach(found.aside::add);
    }
    return found;
  }

  private static boolean present(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** What lies there and no longer where it was; not what an older state may have been without. */
  private static List<String> missingBeside(Path aside) {
    return ServerBundle.REQUIRED.stream()
        .filter(name -> present(aside.resolve(name)))
        .filter(name -> !present(aside.resolveSibling(name)))
        .toList();
  }

  private void lookIn(Path place) throws HostException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(place)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (name.equals(FLAG)) {
          flags.add(entry);
        } else if (name.startsWith(ACTION_FLAG)) {
          actionFlags.add(entry);
        } else if (name.equals(DIRECTORY)) {
          directories.add(entry);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // No directory, no leftovers.
    } catch (IOException e) {
      throw unreadable(place, e);
    }
  }

  /** One whose cluster cannot be told may be of this one. */
  private static List<Running> running(Path pgHost) {
    return OwnProcesses.running("gs_om", "PGHOST").stream()
        .filter(LeftOvers::changing)
        .filter(r -> r.value().isEmpty() || same(r.value().get(), pgHost))
        .toList();
  }

  private static boolean same(String directory, Path pgHost) {
    try {
      return Files.isSameFile(Path.of(directory), pgHost);
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException | InvalidPathException e) {
      // Whose it is cannot be told, so it may be of this cluster.
      return true;
    }
  }

  private static boolean changing(Running process) {
    int at = process.arguments().indexOf("-t");
    return at < 0
        || at + 1 >= process.arguments().size()
        || !LOOKING.contains(process.arguments().get(at + 1));
  }

  /**
   * {@code GS_OM_RUNNING} alone while one runs, else {@code CERT_FLAG_STALE} and {@code
   * TEMP_CERT_DIR} for each that was left, {@code ROLLBACK_CUT_OFF} or {@code ROLLBACK_LEFT_OVER},
   * as errors; {@code ACTION_FLAG_STALE} as a warning.
   *
   * @throws HostException {@code FILE_NOT_READABLE}
   */
  public List<Finding> findings(String host) throws HostException {
    if (!running.isEmpty()) {
      return List.of(runs(host, running));
    }
    List<Finding> found = new ArrayList<>();
    for (Path flag : flags) {
      found.add(
          Finding.error(
              "CERT_FLAG_STALE",
              host
                  + ": expected no flag of an earlier gs_om, seen "
                  + flag
                  + ", "
                  + age(flag)
                  + ", and no gs_om runs: a gs_om that failed or was ended left it, and the next one"
                  + " would take no backup",
              "See that all nodes have the same certificate files, and that no gs_om runs on another"
                  + " node; then remove the flag, or let this program clean up."));
    }
    for (Path directory : directories) {
      found.add(
          Finding.error(
              "TEMP_CERT_DIR",
              host
                  + ": expected no directory of an earlier gs_om, seen "
                  + directory
                  + ", "
                  + age(directory)
                  + ", and no gs_om runs: a gs_om that was ended left it, mostly with private keys in"
                  + " it, and the installed files may be half replaced",
              "See that all nodes have the same certificate files, and that no gs_om runs on another"
                  + " node; then remove the directory, or let this program clean up."));
    }
    for (Path directory : aside) {
      List<String> missing = missingBeside(directory);
      found.add(missing.isEmpty() ? leftOver(host, directory) : cutOff(host, directory, missing));
    }
    for (Path flag : actionFlags) {
      found.add(
          Finding.warning(
              "ACTION_FLAG_STALE",
              host
                  + ": expected no flag of an earlier gs_om, seen "
                  + flag
                  + ", "
                  + age(flag)
                  + ", and no gs_om runs: a gs_om that was ended left it",
              "See what became of that gs_om in its log; then remove the flag, or let this program"
                  + " clean up."));
    }
    return List.copyOf(found);
  }

  private Finding cutOff(String host, Path aside, List<String> missing) throws HostException {
    return Finding.error(
        CUT_OFF,
        String.format(
            "%s: expected all certificate files in %s, seen without %s, which lie in %s, %s, and no"
                + " gs_om runs: a gs_om -t cert --rollback that was cut off moved them there. They may"
                + " be the only copies; this program never removes them while they are missing",
            host, aside.getParent(), missing, aside, age(aside)),
        String.format(
            "Before anything else move them back, as the cluster's user: mv -n %s/* %s/ ; then see"
                + " that they belong together (hacert inspect), and that all nodes have the same."
                + " Where the older ones are wanted, run the rollback again after that.",
            aside, aside.getParent()));
  }

  private Finding leftOver(String host, Path aside) throws HostException {
    return Finding.error(
        "ROLLBACK_LEFT_OVER",
        String.format(
            "%s: expected no directory of an earlier gs_om, seen %s, %s, and no gs_om runs: a gs_om"
                + " -t cert --rollback that was cut off left it, with the private keys that it was to"
                + " replace; no file is missing beside it",
            host, aside, age(aside)),
        "See that all nodes have the same certificate files, and that no gs_om runs on another node;"
            + " then remove the directory, or let this program clean up.");
  }

  private static Finding runs(String host, List<Running> running) {
    return Finding.error(
        "GS_OM_RUNNING",
        host
            + ": expected no other gs_om, seen running: "
            + running.stream()
                .map(r -> "process " + r.pid() + " (" + action(r) + ")")
                .reduce((a, b) -> a + ", " + b)
                .orElse("none"),
        "Wait until it has ended, then run this again. gs_om has no lock: two at once spoil each"
            + " other's backup.");
  }

  private static String action(Running process) {
    int at = process.arguments().indexOf("-t");
    return at >= 0 && at + 1 < process.arguments().size()
        ? "gs_om -t " + process.arguments().get(at + 1)
        : "gs_om";
  }

  private String age(Path path) throws HostException {
    try {
      Instant changed = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
      long minutes = Math.max(0, Duration.between(changed, clock.instant()).toMinutes());
      return "last changed " + changed + " (" + minutes + " minutes ago)";
    } catch (NoSuchFileException e) {
      return "gone since";
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /**
   * Removes what was found, but for files of a rollback that are missing where they were: they may
   * be the only copies. Files in directories are overwritten with zeros before; a link is removed
   * and what it leads to left alone.
   *
   * @return what was removed
   * @throws HostException {@code GS_OM_RUNNING} if one runs by now, with nothing removed; {@code
   *     FILE_NOT_READABLE} or {@code FILE_NOT_REMOVED}, and the rest is still there
   */
  public List<Path> remove() throws HostException {
    List<Running> now = running(pgHost);
    if (!now.isEmpty()) {
      Finding finding = runs("this node", now);
      throw new HostException(finding.code(), finding.message(), finding.remedy());
    }
    List<Path> removed = new ArrayList<>();
    // The keys first, and the flags last: while a flag is there, nobody takes the node for clean.
    for (Path directory : directories) {
      wipe(directory);
      removed.add(directory);
    }
    for (Path directory : aside) {
      if (missingBeside(directory).isEmpty()) {
        wipe(directory);
        removed.add(directory);
      }
    }
    for (Set<Path> kind : List.of(actionFlags, flags)) {
      for (Path flag : kind) {
        AtomicFiles.remove(flag);
        removed.add(flag);
      }
    }
    return List.copyOf(removed);
  }

  private static void wipe(Path path) throws HostException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      List<Path> members = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        entries.forEach(members::add);
      } catch (IOException e) {
        throw unreadable(path, e);
      }
      for (Path member : members) {
        wipe(member);
      }
    } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      overwrite(path);
    }
    AtomicFiles.remove(path);
  }

  private static void overwrite(Path file) throws HostException {
    try {
      if ((int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1) {
        // The same file has another name, perhaps that of an installed key.
        return;
      }
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
        long left = channel.size();
        ByteBuffer zeros = ByteBuffer.allocate(8192);
        while (left > 0) {
          zeros.clear().limit((int) Math.min(left, zeros.capacity()));
          left -= channel.write(zeros);
        }
        channel.force(true);
      }
    } catch (IOException e) {
      throw new HostException(
          "FILE_NOT_REMOVED",
          file + " could not be overwritten: " + e,
          "It may hold a private key. See that it belongs to this user, or remove it by hand.",
          e);
    }
  }

  private static HostException unreadable(Path path, IOException cause) {
    return new HostException(
        "FILE_NOT_READABLE",
        path + " could not be read: " + cause,
        "See that this user may read and enter it.",
        cause);
  }
}
