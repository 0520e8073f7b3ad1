package hacert.oms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hacert.host.HostException;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.BundleSpec;
import hacert.target.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real scripts, in a real pseudo-terminal where they ask. */
class GenerateStepTest {
  private static final String PASSWORD = "It's$`\\\"1x ü";
  private static final String SUCCESS = "echo 'Generate root-ca pair success.'\n";
  private static final String ASKS =
      "{'generate': {'password_argument': '', 'seconds': 10, 'prompts': ['Enter pass phrase for',"
          + " 'Verifying - Enter pass phrase for', 'Enter pass phrase for']}}";

  @TempDir Path base;
  private ScriptHost host;
  private final Map<String, String> subject =
      new HashMap<>(
          Map.of(
              "country", "DE",
              "state", "a b",
              "city", "$(touch x)`'\"\\",
              "company", "Größe; exit",
              "organization", "-x",
              "common_name", "HA root",
              "email", "a@example.com"));

  @BeforeEach
  void build() throws Exception {
    host = new ScriptHost(base);
    Files.writeString(local("root-ca.crt"), "old certificate");
    Files.writeString(local("root-ca.pem"), "old key");
  }

  private Path local(String name) {
    return base.resolve("OMS/workspace0/ha/local/cert").resolve(name);
  }

  private Path script() {
    return base.resolve("OMS/workspace/ha/module/hacom/script/gen-cert.sh");
  }

  private void script(String text) throws IOException {
    Files.createDirectories(script().getParent());
    Files.writeString(script(), text);
  }

  private void asks() {
    host.overrides = ASKS.replace('\'', '"');
  }

  private String prompt(String text) {
    return """
        stty -echo </dev/tty
        printf '%s %s/root-ca.pem:' '%s' >/dev/tty
        IFS= read -r answer </dev/tty
        stty echo </dev/tty
        printf '%%s\\n' "$answer" >>%s
        """
        .formatted("%s", local("").toString(), text, base.resolve("answers"));
  }

  private static String makes(Path directory) {
    return "echo new certificate >%s/root-ca.crt; echo new key >%s/root-ca.pem\n"
        .formatted(directory, directory);
  }

  private GenerateStep step() throws Exception {
    return new GenerateStep(
        host.host(), host.layout(), host.profile().generate(), Optional.empty());
  }

  private Bundle make() throws Exception {
    GenerateStep step = step();
    try (Secret password = new Secret(PASSWORD.getBytes(UTF_8))) {
      return step.make(
          new BundleSpec("rsa-3072", 10, subject),
          password,
          "rotation.mgmt1",
          base.resolve("kept"));
    }
  }

  private HostException failure() {
    HostException e = catchThrowableOfType(HostException.class, this::make);
    assertThat(e).as("a failure").isNotNull();
    assertThat(e.getMessage()).doesNotContain(PASSWORD);
    return e;
  }

  @Test
  void refuses_without_the_script_or_a_part_of_the_subject() throws Exception {
    assertThat(failure().code()).isEqualTo("SCRIPT_MISSING");
    script(SUCCESS);
    subject.remove("state");
    subject.put("organization", "");
    HostException e = failure();
    assertThat(e.code()).isEqualTo("SUBJECT_INCOMPLETE");
    assertThat(e.getMessage()).contains(": state, organization.");
    subject.put("country", "Germany");
    assertThat(failure().code()).isEqualTo("SUBJECT_COUNTRY");
  }

  @Test
  void reads_through_links_as_the_script_writes_through_them() throws Exception {
    for (String name : List.of("root-ca.crt", "root-ca.pem")) {
      Path file = Files.move(local(name), host.certHa().resolve(name));
      Files.createSymbolicLink(local(name), file);
    }
    assertThat(RootBundle.keyFile(host.layout())).isEqualTo("old key".getBytes(UTF_8));
    script(makes(local("")) + SUCCESS);
    try (Bundle made = make()) {
      assertThat(made.files().get("root-ca.pem")).isEqualTo("new key\n".getBytes(UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo 'Generate root-ca pair failed.'; exit 1",
        "exit 0",
        "echo 'Generate root-ca pair success.'; exit 1",
        "kill -9 $$"
      })
  void fails_unless_exit_code_and_text_are_both_right(String end) throws Exception {
    script(makes(local("")) + end);
    assertThat(failure().code()).isEqualTo("GENERATE_FAILED");
    asks();
    script(prompt("Enter pass phrase for") + makes(local("")) + end);
    assertThat(failure().code()).isEqualTo("GENERATE_FAILED");
  }

  @Test
  void reads_a_success_between_colours() throws Exception {
    String success = "printf 'Generate root-ca \\033[32mpair\\033[m\\017 success.\\n'\n";
    script(makes(local("")) + success);
    assertThat(make().files()).containsKey("root-ca.crt");
    Files.writeString(local("root-ca.crt"), "old certificate");
    asks();
    script(prompt("Enter pass phrase for") + makes(local("")) + success);
    assertThat(make().files()).containsKey("root-ca.crt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "rm %s/root-ca.pem\n", "touch %s/root-ca.crt\n"})
  void fails_when_nothing_new_was_made(String effect) throws Exception {
    script(effect.formatted(local("")) + SUCCESS);
    assertThat(failure().code()).isEqualTo("GENERATE_WITHOUT_EFFECT");
  }

  @Test
  void never_shows_the_password_that_a_script_prints() throws Exception {
    script("set -x; printf '%s\\n' \"$9\"; : \"$@\"; exit 1");
    assertThat(failure().getMessage()).contains("***").doesNotContain("1x ü");
    asks();
    script(prompt("Enter pass phrase for") + "echo \"bad $answer\"; exit 1");
    assertThat(failure().getMessage()).contains("bad ***");
  }

  @Test
  void keeps_what_each_run_printed_without_the_password() throws Exception {
    script("set -x; : \"$@\"; exit 1");
    failure();
    asks();
    script(prompt("Enter pass phrase for") + "echo \"bad $answer\"\n" + makes(local("")) + SUCCESS);
    make().close();
    Path first = base.resolve("kept/generate-1/output");
    assertThat(first).content().contains("--common-name=HA root", "***").doesNotContain("1x ü");
    assertThat(Files.getAttribute(first, "unix:mode")).isEqualTo(0100600);
    assertThat(base.resolve("kept/generate-2/output"))
        .content()
        .contains("Enter pass phrase for", "bad ***", "success.")
        .doesNotContain(PASSWORD);
  }

  @Test
  void fails_when_it_is_asked_once_more_than_the_profile_knows() throws Exception {
    asks();
    String enter = prompt("Enter pass phrase for");
    script(enter + prompt("Verifying - Enter pass phrase for") + enter + enter + SUCCESS);
    HostException e = failure();
    assertThat(e.code()).isEqualTo("GENERATE_ASKED_AGAIN");
    // The script may see the end of its terminal before its own, and read an empty line there.
    assertThat(host.lines("answers")).filteredOn(answer -> !answer.isEmpty()).hasSize(3);
  }

  @Test
  void ends_a_script_that_hangs() throws Exception {
    host.overrides = "{\"generate\": {\"seconds\": 1}}";
    script("echo 'Please wait'; exec sleep 1000");
    assertThat(failure().code()).isEqualTo("GENERATE_TIMED_OUT");
    assertThat(failure().getMessage()).contains("within 1 s", "Please wait");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void answers_one_to_three_prompts_each_once(int prompts) throws Exception {
    asks();
    String enter = prompt("Enter pass phrase for");
    script(
        (enter + (prompts > 1 ? prompt("Verifying - Enter pass phrase for") : ""))
            + (prompts > 2 ? enter : "")
            + makes(local(""))
            + "printf '%s\\n' \"$@\" >"
            + base.resolve("words")
            + "\n"
            + SUCCESS);
    try (Bundle made = make()) {
      assertThat(made.files().get("root-ca.crt")).isEqualTo("new certificate\n".getBytes(UTF_8));
      assertThat(made.files().get("root-ca.pem")).isEqualTo("new key\n".getBytes(UTF_8));
    }
    assertThat(host.lines("answers")).hasSize(prompts).containsOnly(PASSWORD);
    assertThat(host.lines("words")).noneMatch(word -> word.contains("password"));
  }

  @Test
  void passes_each_value_as_it_is_and_warns_where_one_is_the_password() throws Exception {
    script(
        "{ printf '%s\\n' \"$@\"; umask; echo $HACERT_ROTATION; } >"
            + base.resolve("words")
            + "\n"
            + makes(local(""))
            + SUCCESS);
    assertThat(step().check(new BundleSpec("rsa-3072", 10, subject)))
        .singleElement()
        .matches(f -> f.code().equals("PASSWORD_IN_ARGUMENTS") && !Finding.stops(List.of(f)));
    assertThat(host.lines("words")).as("a check runs nothing").isEmpty();
    make().close();
    assertThat(host.lines("words"))
        .containsExactly(
            "--root-ca",
            "--country=DE",
            "--state=a b",
            "--city=$(touch x)`'\"\\",
            "--company=Größe; exit",
            "--organize=-x",
            "--common-name=HA root",
            "--email=a@example.com",
            "--password=" + PASSWORD,
            "0077",
            "rotation.mgmt1");
    asks();
    assertThat(step().check(new BundleSpec("rsa-3072", 10, subject))).isEmpty();
  }
}
