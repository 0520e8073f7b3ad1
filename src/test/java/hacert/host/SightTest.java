package hacert.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What root has left there with mode 0600, say, as this user sees it. */
class SightTest {
  @TempDir Path base;

  @Test
  void what_cannot_be_read_is_replaced_or_removed_all_the_same() throws Exception {
    Process child = TestJvm.startWithoutMight(Restore.class, base.toString());
    assertThat(new String(child.getInputStream().readAllBytes(), UTF_8)).isEqualTo("as before");
  }

  @Test
  void no_backup_is_made_of_what_cannot_be_read() throws Exception {
    Process child = TestJvm.startWithoutMight(Take.class, base.toString());
    assertThat(new String(child.getInputStream().readAllBytes(), UTF_8))
        .startsWith("FILE_NOT_READABLE ")
        .contains("rm -r '" + base.resolve("certHA/left") + "'", "chown ");
  }

  private static void forbid(Path path) throws Exception {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
  }

  /** Restores what was spoiled so, and says what then differs. */
  static final class Restore {
    private Restore() {}

    /** Argument: an empty directory. */
    public static void main(String[] args) throws Exception {
      Path root = Files.createDirectory(Path.of(args[0], "certHA"));
      Path file = Files.writeString(root.resolve("server.key"), "old");
      Snapshot before = Snapshot.of(List.of(root), Snapshot.Limits.USUAL);
      Path generation = Path.of(args[0], "generation");
      before.copyTo(generation);
      forbid(Files.writeString(root.resolve("left"), "by another"));
      forbid(Files.createDirectory(root.resolve("bare")));
      Files.writeString(file, "new");
      forbid(file);
      Sight spoiled = Sight.of(List.of(root), Snapshot.Limits.USUAL);
      if (spoiled.unreadable().size() != 3) {
        System.out.print(spoiled.unreadable());
      }
      before.restore(generation);
      Sight after = Sight.of(List.of(root), Snapshot.Limits.USUAL);
      List<Snapshot.Difference> left = Snapshot.differences(before, after.snapshot());
      System.out.print(left.isEmpty() ? "as before" : left);
    }
  }

  /** Says why no snapshot can be made. */
  static final class Take {
    private Take() {}

    /** Argument: an empty directory. */
    public static void main(String[] args) throws Exception {
      Path root = Files.createDirectory(Path.of(args[0], "certHA"));
      forbid(Files.writeString(root.resolve("left"), "by another"));
      try {
        Snapshot.of(List.of(root), Snapshot.Limits.USUAL);
      } catch (HostException e) {
        System.out.print(e.code() + " " + e.finding().remedy());
      }
    }
  }
}
