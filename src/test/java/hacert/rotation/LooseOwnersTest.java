package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hacert.host.FileMeta;
import hacert.host.User;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Severity;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file of the configuration belongs to another whom this user cannot give it to, and the vendor's
 * script puts one of this user's in its place, as {@code sed -i} does.
 */
class LooseOwnersTest {
  private static final int OTHER = 4712;

  @TempDir Path base;
  private TwoHosts pair;
  private Map<String, String> before;

  @BeforeEach
  void build() throws Exception {
    assumeTrue(User.own().mighty(), "only root can give files away");
    pair = new TwoHosts(base);
    for (TestHost host : pair.hosts()) {
      host.user = new User(User.own().id(), Set.of(FileMeta.mine(0).group()), false);
      Path file = Files.writeString(x(host), "old");
      Files.setAttribute(file, "unix:mode", 0644);
      Files.setAttribute(file, "unix:uid", OTHER);
      Path script = host.omHome().resolve("sbin/replacehaSSLCert.sh");
      String text = Files.readString(script);
      String begin = "made=$(mktemp -d)\n";
      assertThat(text).contains(begin);
      String replaces =
          "rm '%1$s'; echo new >'%1$s'; chmod 600 '%1$s'\n".formatted(file.toString());
      Files.writeString(script, text.replace(begin, replaces + begin));
    }
    before = pair.one.installed();
  }

  private static Path x(TestHost host) {
    return host.conf().resolve("x.xml");
  }

  private static int attribute(Path file, String name) throws Exception {
    return (int) Files.getAttribute(file, "unix:" + name, LinkOption.NOFOLLOW_LINKS);
  }

  private void ended(Exit exit) {
    Driver.End end = pair.rotate();
    assertThat(end.exit()).as("%s", end.findings()).isEqualTo(exit);
  }

  private void isOwn(Path file) throws Exception {
    assertThat(attribute(file, "uid")).isEqualTo(User.own().id());
    assertThat(attribute(file, "mode") & 0777).isEqualTo(0644);
  }

  @Test
  void a_rotation_goes_on_and_tells_it() throws Exception {
    ended(Exit.DONE);
    for (TestHost host : pair.hosts()) {
      isOwn(x(host));
      assertThat(host.journal().entry(Phase.APPLY_MODES).orElseThrow().note())
          .contains("1 files and directories corrected")
          .contains("not given their owner back: " + x(host) + " (4712:");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"replace-fails-after", "restart-fails"})
  void a_way_back_brings_all_else_back_and_tells_it(String fault) throws Exception {
    pair.two.on(fault);
    ended(Exit.ROLLED_BACK);
    isOwn(x(pair.one));
    assertThat(pair.one.installed()).isEqualTo(before);
    assertThat(pair.hosts()).allSatisfy(h -> assertThat(h.runsWhatIsInstalled()).isTrue());
    assertThat(pair.heard.stream().filter(r -> r.operation().equals("rollback")))
        .isNotEmpty()
        .flatMap(r -> r.findings())
        .extracting(Finding::code, Finding::severity)
        .contains(tuple("OWNER_NOT_SETTABLE", Severity.WARNING));
  }

  @Tag("long")
  @Test
  void what_is_back_but_for_its_owner_counts_as_old() throws Exception {
    pair.two.once("replace-fails-before");
    pair.two.on("replace-fails-after");
    pair.cutBefore("confirm", 1, pair::rotate);
    pair.anotherRun();
    pair.heard.clear();
    ended(Exit.ROLLED_BACK);
    assertThat(pair.heard.stream().filter(r -> r.operation().equals("discover")))
        .extracting(r -> r.data().path("discovery").path("files").asText())
        .containsExactly("old", "old");
    assertThat(pair.heard).extracting(r -> r.operation()).doesNotContain("rollback");
  }

  @Tag("long")
  @Test
  void the_next_rotation_takes_it_as_it_is() throws Exception {
    pair.two.on("replace-fails-after");
    ended(Exit.ROLLED_BACK);
    pair.two.off("replace-fails-after");
    pair.anotherRun();
    pair.heard.clear();
    ended(Exit.DONE);
    assertThat(pair.codes()).doesNotContain("OWNER_NOT_SETTABLE");
  }
}
