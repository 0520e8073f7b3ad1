package hacert.playbook;

import static hacert.result.Outcome.SUCCEEDED;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How one comes to be omm on real users, sudo and su, whatever omm's profile does meanwhile. */
@Tag("long")
class WaysInIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x", "--hosts", "namespaces");

  /** Rude, but not wrong: nothing in it keeps omm from working. */
  private static final String RUDE_PROFILE =
      """
      printf '{"outcome": "succeeded"}\\nPassword: hacert-0 run\\n'
      head -c 300000 /dev/zero | tr '\\0' 'x'
      mesg n
      stty erase ^H
      read -r -p 'Press return to accept the rules: ' accepted
      read -r accepted
      sudo -n true
      (exit 3)
      """;

  private Pair pair;
  private Pair.Before before;

  /**
   * The ways that README shows, in its order and with its very lines, and the lab's user for each.
   */
  enum Way {
    AS_OMM("omm"),
    BY_SUDO("admin"),
    BY_SU("root"),
    BY_SUDO_SU("operator");

    private static final Pattern SHOWN = Pattern.compile("\\{ansible_user[^}]*}");

    private final String user;

    Way(String user) {
      this.user = user;
    }

    /** Has the playbook come to the nodes of a pair in this way. */
    Playbook into(Pair pair, Playbook playbook) {
      variables().forEach((name, value) -> playbook.setFor(pair, name, value));
      return playbook;
    }

    private Map<String, String> variables() {
      try {
        String page = Files.readString(Lab.PROJECT.resolve("README.md"));
        List<String> shown = SHOWN.matcher(page).results().map(MatchResult::group).toList();
        assertThat(shown).hasSameSizeAs(values());
        Map<String, String> variables =
            new YAMLMapper().readValue(shown.get(ordinal()), new TypeReference<>() {});
        variables.put("ansible_user", user);
        return variables;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @BeforeEach
  void fresh() {
    LAB.reset();
    pair = LAB.pair();
    before = pair.remember();
  }

  private Playbook by(Way way, Playbook playbook) {
    return way.into(pair, playbook);
  }

  private void append(String file, String text) throws IOException {
    for (LabHost host : pair.hosts()) {
      Files.writeString(host.directory().resolve("home").resolve(file), text, CREATE, APPEND);
    }
  }

  @Test
  void an_operator_who_may_only_sudo_su_rotates_in_spite_of_a_rude_profile() throws Exception {
    append(".bash_profile", RUDE_PROFILE);
    PlayRun run = by(Way.BY_SUDO_SU, Playbook.rotate(LAB)).succeed();
    run.assertEnd(pair, SUCCEEDED, 0);
    pair.assertAllNew(before);
    assertThat(before.restartsSince(pair.a())).isEqualTo(1);
    assertThat(before.restartsSince(pair.b())).isEqualTo(1);
    assertThat(run.text()).doesNotContain("xxxx");
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void every_way_in_sees_the_pair_as_it_is(Way way) throws Exception {
    append(".bash_profile", RUDE_PROFILE);
    PlayRun run = by(way, Playbook.check(LAB)).succeed();
    for (LabHost host : pair.hosts()) {
      assertThat(run.text().toLowerCase(Locale.ROOT))
          .contains(host.installedLeaf().toLowerCase(Locale.ROOT).substring(0, 19));
    }
    pair.assertUntouched(before);
  }

  @ParameterizedTest
  @EnumSource(names = {"AS_OMM", "BY_SUDO_SU"})
  void omm_may_have_a_c_shell(Way way) throws Exception {
    assumeThat(Path.of("/bin/csh")).as("script/prepare installs it").isExecutable();
    for (LabHost host : pair.hosts()) {
      Path users = host.directory().resolve("etc/passwd");
      String all = Files.readString(users);
      Files.writeString(users, all.replace("/home/omm:/bin/bash", "/home/omm:/bin/csh"));
      Files.writeString(
          host.directory().resolve("home/.login"),
          "echo Welcome\nsetenv BIGDATA_HOME /opt/Bigdata\n"
              + "setenv OMS_RUN_PATH /opt/Bigdata/om-server/OMS\numask 077\n");
    }
    try {
      by(way, Playbook.check(LAB)).succeed();
    } finally {
      for (LabHost host : pair.hosts()) {
        Path users = host.directory().resolve("etc/passwd");
        Files.writeString(users, Files.readString(users).replace("omm:/bin/csh", "omm:/bin/bash"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"guest", "admin"})
  void a_user_who_may_not_is_told_so_at_once(String user) {
    PlayRun run =
        by(Way.BY_SUDO_SU, Playbook.rotate(LAB))
            .setFor(pair, "ansible_user", user)
            .start()
            .await(Duration.ofMinutes(1));
    assertThat(run.code()).as(run.output()).isNotZero();
    run.assertFinding("HOST_UNREACHABLE");
    assertThat(run.text())
        .contains("not become omm")
        .contains("sudo: a terminal is required", "NOPASSWD: /usr/bin/su - omm")
        .doesNotContain("eval");
    pair.assertUntouched(before);
  }

  @Test
  void a_profile_that_reads_its_input_to_the_end_is_waited_for_and_named() throws Exception {
    append(".bash_profile", "cat >/dev/null\n");
    PlayRun run = by(Way.BY_SUDO_SU, Playbook.rotate(LAB)).start().await(Duration.ofMinutes(2));
    assertThat(run.code()).as(run.output()).isNotZero();
    run.assertFinding("HOST_UNREACHABLE");
    assertThat(run.text()).contains("see what the login profile of omm waits for");
    pair.assertUntouched(before);
  }

  @Test
  void a_shell_that_swallows_the_request_is_named_too() throws Exception {
    append(".bashrc", "cat >/dev/null\n");
    PlayRun run = Playbook.rotate(LAB).fail();
    run.assertFinding("INPUT_LOST");
    pair.assertUntouched(before);
  }
}
