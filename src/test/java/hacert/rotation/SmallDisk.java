package hacert.rotation;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hacert.host.Command;
import hacert.host.Commands;
import hacert.host.FileMeta;
import hacert.host.HostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real file system of its own, and small, in the place of a directory and with its content. */
final class SmallDisk implements AutoCloseable {
  private final Path place;

  private SmallDisk(Path place) {
    this.place = place;
  }

  /**
   * Skips the test where one cannot be had.
   *
   * @param options as tmpfs takes them: {@code size=1m}, {@code nr_inodes=20}
   */
  static SmallDisk over(Path place, String options) throws Exception {
    assumeTrue(FileMeta.mine(0).owner() == 0, "only root can mount a small disk");
    Path kept = Files.createTempDirectory("hacert-small-disk");
    try {
      Files.createDirectories(place);
      run("cp", "-a", place + "/.", kept.toString());
      assumeTrue(
          run("mount", "-t", "tmpfs", "-o", options + ",mode=0700", "none", place.toString()) == 0,
          "mounting is not allowed here");
      run("cp", "-a", kept + "/.", place.toString());
    } finally {
      Trees.remove(kept);
    }
    return new SmallDisk(place);
  }

  Path place() {
    return place;
  }

  /** Leaves no more than this free. */
  void fill(long left) throws HostException {
    run("fallocate", "-l", "" + (place.toFile().getUsableSpace() - left), place + "/filler");
  }

  /** Lets nobody write to it any more. */
  void readOnly() throws HostException {
    run("mount", "-o", "remount,ro", place.toString());
  }

  private static int run(String... words) throws HostException {
    return Commands.system()
        .run(Command.of(Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), List.of(words)))
        .exitCode();
  }

  @Override
  public void close() throws HostException {
    run("umount", place.toString());
  }
}
