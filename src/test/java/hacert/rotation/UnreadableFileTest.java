package hacert.rotation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.host.TestJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A script that is allowed more than this program may leave a file that only root can read. */
class UnreadableFileTest {
  @TempDir Path base;

  @ParameterizedTest
  @ValueSource(strings = {"mgmt1", "mgmt2"})
  void that_the_vendor_s_script_leaves_holds_no_way_back_up(String node) throws Exception {
    Process child = TestJvm.startWithoutMight(Rotate.class, base.toString(), node);
    assertThat(new String(child.getInputStream().readAllBytes(), UTF_8))
        .contains("ROLLED_BACK, as before: true", "FILE_NOT_READABLE");
  }

  /** Rotates a pair on which that happens. */
  static final class Rotate {
    private Rotate() {}

    /** Arguments: an empty directory, the node. */
    public static void main(String[] args) throws Exception {
      TwoHosts pair = new TwoHosts(Path.of(args[0]));
      TestHost host = pair.hosts().stream().filter(h -> h.name.equals(args[1])).findFirst().get();
      Path script = host.omHome().resolve("sbin/replacehaSSLCert.sh");
      String said = "echo \"[INFO] Succeed";
      Files.writeString(
          script,
          Files.readString(script)
              .replace(said, "echo x >\"$cert/left\"; chmod 0 \"$cert/left\"\n" + said));
      var before = host.installed();
      Driver.End end = pair.rotate();
      System.out.println(
          end.exit() + ", as before: " + host.installed().equals(before) + " " + pair.codes());
    }
  }
}
