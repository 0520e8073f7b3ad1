package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hacert.host.FileMeta;
import hacert.host.User;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.Severity;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That this user may set what has to be set is known before anything is written. */
class OwnershipTest {
  private static final int OTHER = 4712;
  private static final User ROOT = User.own();

  @TempDir Path base;
  private TwoHosts pair;
  private Plan plan;

  @BeforeEach
  void build() throws Exception {
    assumeTrue(ROOT.mighty(), "only root can give files away");
    pair = new TwoHosts(base);
    plan = pair.plan();
    as(ordinary());
  }

  private void as(User user) {
    pair.hosts().forEach(host -> host.user = user);
  }

  /** The owner of all, and without the might that root has. */
  private static User ordinary(int... more) {
    Set<Integer> groups = new HashSet<>(Set.of(FileMeta.mine(0).group()));
    IntStream.of(more).forEach(groups::add);
    return new User(ROOT.id(), groups, false);
  }

  private static void give(Path path, int owner, int group) throws Exception {
    Files.setAttribute(path, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
  }

  private Result stage() throws Exception {
    Map<String, String> before = pair.one.installed();
    Result result = pair.ask("stage", pair.one, plan, List.of(), null);
    assertThat(pair.one.installed()).isEqualTo(before);
    return result;
  }

  private Finding refused(String code) throws Exception {
    Result result = stage();
    assertThat(result.outcome()).as(result.findings().toString()).isEqualTo(Outcome.REFUSED);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.findings()).extracting(Finding::code).containsExactly(code);
    assertThat(pair.one.state().resolve("journal.json")).doesNotExist();
    return result.findings().get(0);
  }

  /** Beside what is said of every rotation. */
  private List<Finding> staged() throws Exception {
    Result result = stage();
    assertThat(result.outcome().good()).as(result.findings().toString()).isTrue();
    return result.findings().stream()
        .filter(f -> f.severity() != Severity.INFO && !f.code().equals("ALARMS_EXPECTED"))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void certificates_of_another_are_refused_by_name(boolean check) throws Exception {
    pair.check = check;
    give(pair.one.certHa().resolve("root-ca.pem"), OTHER, 0);
    give(pair.one.localCert().resolve("server.pem"), 0, OTHER);
    Finding finding = refused("OWNER_NOT_SETTABLE");
    assertThat(finding.message())
        .contains(
            pair.one.certHa().resolve("root-ca.pem") + " (4712:root)",
            pair.one.localCert().resolve("server.pem") + " (root:4712)",
            "Nothing was changed")
        .doesNotContain("server.crt");
    assertThat(finding.remedy()).contains("chown");
  }

  @Test
  void a_directory_of_certificates_of_another_is_refused() throws Exception {
    give(pair.one.localCert(), OTHER, 0);
    assertThat(refused("OWNER_NOT_SETTABLE").message())
        .contains(pair.one.localCert() + " (4712:root)");
  }

  @Test
  void a_group_of_this_user_can_be_set() throws Exception {
    as(ordinary(OTHER));
    give(pair.one.certHa().resolve("server.crt"), 0, OTHER);
    assertThat(staged()).isEmpty();
  }

  @Test
  void a_group_that_the_directory_gives_can_be_set() throws Exception {
    give(pair.one.certHa(), 0, OTHER);
    Files.setAttribute(pair.one.certHa(), "unix:mode", 02700);
    give(pair.one.certHa().resolve("server.crt"), 0, OTHER);
    assertThat(staged()).isEmpty();
  }

  @Test
  void root_may_set_all() throws Exception {
    as(ROOT);
    give(pair.one.certHa().resolve("root-ca.pem"), OTHER, OTHER);
    assertThat(staged()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void configuration_and_what_lies_deeper_is_only_warned_of(boolean check) throws Exception {
    pair.check = check;
    Path aside = Files.createDirectory(pair.one.certHa().resolve("old"));
    Files.writeString(aside.resolve("server.crt"), "old");
    give(aside.resolve("server.crt"), OTHER, OTHER);
    give(pair.one.conf().resolve("ha.key"), OTHER, 0);
    List<Finding> findings = staged();
    assertThat(findings)
        .extracting(Finding::code, Finding::severity)
        .containsExactly(tuple("OWNER_NOT_SETTABLE", Severity.WARNING));
    assertThat(findings.get(0).message())
        .contains(
            pair.one.conf().resolve("ha.key") + " (4712:root)",
            aside.resolve("server.crt").toString());
  }

  @Test
  void a_directory_that_cannot_be_written_is_refused() throws Exception {
    try (SmallDisk disk = SmallDisk.over(pair.one.localCert(), "size=8m")) {
      disk.readOnly();
      assertThat(refused("FILE_NOT_WRITTEN").message())
          .contains(pair.one.localCert().toString(), "Nothing was changed");
    }
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void an_older_generation_is_judged_by_what_it_would_change(boolean foreign) throws Exception {
    for (TestHost host : pair.hosts()) {
      // The same in both generations.
      Path note = Files.writeString(host.certHa().resolve("note"), "of another");
      Files.setLastModifiedTime(note, FileTime.from(Instant.EPOCH));
      give(note, OTHER, OTHER);
      if (foreign) {
        give(host.conf().resolve("ha.key"), OTHER, 0);
      }
    }
    as(ROOT);
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    as(ordinary());
    Driver.End end = pair.anotherRun().rollback();
    if (foreign) {
      assertThat(end.exit()).isEqualTo(Exit.REFUSED);
      assertThat(end.findings()).extracting(Finding::code).contains("OWNER_NOT_SETTABLE");
      assertThat(end.findings().toString()).contains("ha.key").doesNotContain("note");
    } else {
      assertThat(end.exit()).as(end.findings().toString()).isEqualTo(Exit.DONE);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_directory_that_everybody_may_write_to_is_refused(boolean check) throws Exception {
    pair.check = check;
    Files.setAttribute(pair.one.certHa(), "unix:mode", 0777);
    assertThat(refused("DIRECTORY_WRITABLE").message())
        .contains(pair.one.certHa() + " (0777", "Nothing was changed")
        .doesNotContain(pair.one.localCert().toString());
  }

  @Test
  void a_directory_that_another_group_may_write_to_is_warned_of() throws Exception {
    give(pair.one.certHa(), 0, OTHER);
    Files.setAttribute(pair.one.certHa(), "unix:mode", 0770);
    Files.setAttribute(pair.one.localCert(), "unix:mode", 01777);
    List<Finding> findings = staged();
    assertThat(findings)
        .extracting(Finding::code, Finding::severity)
        .containsExactly(tuple("DIRECTORY_WRITABLE", Severity.WARNING));
    assertThat(findings.get(0).message())
        .contains(
            pair.one.certHa() + " (0770, group 4712)",
            pair.one.localCert() + " (1777, group " + FileMeta.mine(0).group() + ")");
  }

  @Test
  void the_own_group_may_write() throws Exception {
    Files.setAttribute(pair.one.certHa(), "unix:mode", 0770);
    assertThat(staged()).isEmpty();
  }

  @Test
  void this_program_knows_its_own_user_and_groups() {
    assertThat(ROOT.id()).isEqualTo(FileMeta.mine(0).owner());
    assertThat(ROOT.groups()).contains(FileMeta.mine(0).group());
  }
}
