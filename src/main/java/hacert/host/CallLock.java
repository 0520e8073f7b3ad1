package hacert.host;

import hacert.result.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second call away while one is at work. The kernel releases it when the process ends, in
 * whatever way; processes that it started do not inherit it.
 */
public final class CallLock implements AutoCloseable {
  // The kernel's locks belong to the process: closing any other channel to the file would release
  // the lock. So this process must know itself what it holds, and who holds it stands in a file
  // beside, which can be read at any time.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private static final Duration PAUSE = Duration.ofMillis(100);

  /**
   * Who holds a lock.
   *
   * @param pid process id
   * @param operation what it does
   * @param since when it got the lock
   */
  public record Holder(long pid, String operation, Instant since) {
    /** As a report tells it. */
    @Override
    public String toString() {
      return "process " + pid + ", in " + operation + " since " + since;
    }
  }

  private final Path path;
  private final FileChannel channel;

  private CallLock(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Takes the lock if it is free.
   *
   * @param path the file to be locked, created with mode 0600 and never removed; its directory
   *     exists. Who holds it is written beside it, in a file with {@code .holder} added
   * @param operation what the lock is taken for
   * @throws HostException {@code LOCK_NOT_ACCESSIBLE}
   */
  public static Optional<CallLock> tryAcquire(Path path, String operation, Clock clock)
      throws HostException {
    Path place = path.toAbsolutePath().normalize();
    if (!HELD.add(place)) {
      return Optional.empty();
    }
    boolean taken = false;
    try {
      Optional<CallLock> lock = open(place);
      if (lock.isPresent()) {
        Holder holder = new Holder(ProcessHandle.current().pid(), operation, clock.instant());
        AtomicFiles.write(
            beside(place), Json.mapper().writeValueAsBytes(holder), FileMeta.mine(0600));
      }
      taken = lock.isPresent();
      return lock;
    } catch (IOException e) {
      throw new HostException(
          "LOCK_NOT_ACCESSIBLE",
          "The lock " + place + " could not be taken: " + e,
          "See that its directory exists and that the file belongs to this user.",
          e);
    } finally {
      if (!taken) {
        HELD.remove(place);
      }
    }
  }

  /**
   * Takes the lock as soon as it is free; empty when it is not in time.
   *
   * @param end when to give up; it is tried once in any case
   * @throws HostException {@code LOCK_NOT_ACCESSIBLE}
   */
  public static Optional<CallLock> waitFor(Path path, String operation, Clock clock, Deadline end)
      throws HostException {
    while (true) {
      Optional<CallLock> lock = tryAcquire(path, operation, clock);
      if (lock.isPresent() || end.isOver()) {
        return lock;
      }
      Pause.of(PAUSE, "the lock " + path);
    }
  }

  /**
   * Who took the lock last: its holder, if it is held. Empty when nobody did or it cannot be read.
   */
  public static Optional<Holder> holder(Path path) {
    try {
      return Optional.of(
          Json.read(Files.readAllBytes(beside(path.toAbsolutePath().normalize())), Holder.class));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<CallLock> open(Path place) throws IOException {
    FileChannel channel =
        FileChannel.open(
            place,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return lock == null ? Optional.empty() : Optional.of(new CallLock(place, channel));
  }

  private static Path beside(Path place) {
    return place.resolveSibling(place.getFileName() + ".holder");
  }

  /** Releases the lock. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is gone in any case, and the lock with it.
    } finally {
      HELD.remove(path);
    }
  }
}
