package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.result.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** No secret is seen outside of where it belongs; and the watcher that says so is proven itself. */
class SecretsIT {
  @RegisterExtension static final Lab LAB = Lab.of(1, "3x");

  /** Where one begins: in a file, or quoted as in JSON. */
  static final Pattern CLEAR_KEY =
      Pattern.compile("-----BEGIN (?:RSA |EC |DSA )?PRIVATE KEY-----(?:\\s|\\\\n)+(?!Proc-Type:)");

  private static final int PLANTED = 20;

  @TempDir Path elsewhere;

  @Test
  void the_watcher_sees_what_a_process_of_five_milliseconds_was_given() throws Exception {
    List<String> secrets = secrets();
    try (SecretWatch watch = new SecretWatch(secrets, elsewhere)) {
      for (String secret : secrets) {
        // Named in two ways; the second command keeps the shell from being replaced by sleep.
        int number = secrets.indexOf(secret);
        ProcessBuilder five =
            number % 2 == 0
                ? new ProcessBuilder("/bin/sh", "-c", "sleep 0.005; :", secret)
                : new ProcessBuilder("/bin/sh", "-c", "sleep 0.005; :");
        if (number % 2 == 1) {
          five.environment().put("PLANTED", secret);
        }
        assertThat(five.start().waitFor()).isZero();
      }
      List<JsonNode> leaks = watch.leaks();
      for (int number = 0; number < PLANTED; number++) {
        String kind = number % 2 == 0 ? "argv" : "environ";
        int wanted = number;
        assertThat(leaks)
            .anyMatch(
                l -> l.path("kind").asText().equals(kind) && l.path("secret").asInt(-1) == wanted);
      }
    }
  }

  @Test
  void the_watcher_sees_a_file_that_is_gone_at_once() throws Exception {
    List<String> secrets = secrets();
    try (SecretWatch watch = new SecretWatch(secrets, elsewhere)) {
      assumeTrue(watch.seesFiles(), "the kernel tells of files only to root");
      for (String secret : secrets) {
        Path file = Files.createTempFile(elsewhere, "planted", "");
        Files.writeString(file, "before " + secret + " after");
        Files.delete(file);
      }
      Path key = elsewhere.resolve("key");
      Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
      List<JsonNode> leaks = watch.leaks();
      for (int number = 0; number < PLANTED; number++) {
        int wanted = number;
        assertThat(leaks).anyMatch(l -> l.path("secret").asInt(-1) == wanted);
      }
      assertThat(leaks).anyMatch(l -> l.path("secret").asText().equals("key"));
    }
  }

  private static List<String> secrets() {
    return Stream.generate(() -> "planted-" + UUID.randomUUID())
        .map(s -> s.substring(8))
        .limit(PLANTED)
        .toList();
  }

  @Test
  void a_run_forward_and_back_shows_no_password_and_no_clear_key() throws Exception {
    LAB.reset();
    Pair pair = LAB.pair();
    Pair.Before before = pair.remember();
    LAB.turn(pair.b(), "replace-fails-after");
    showNothing(() -> List.of(goesBack(watched(Playbook.rotate(LAB)))));
    pair.assertAllOld(before);
  }

  @Tag("long")
  @Test
  void all_playbooks_show_no_password_and_no_clear_key() throws Exception {
    LAB.reset();
    Pair pair = LAB.pair();
    Pair.Before before = pair.remember();
    showNothing(
        () -> {
          List<PlayRun> runs = new ArrayList<>();
          runs.add(watched(Playbook.check(LAB)).succeed());
          runs.add(watched(Playbook.rotate(LAB)).with("--check").succeed());
          runs.add(watched(Playbook.rotate(LAB)).succeed());
          pair.assertAllNew(before);
          LAB.turn(pair.b(), "replace-fails-after");
          runs.add(goesBack(watched(Playbook.rotate(LAB)).set("hacert_force", true)));
          runs.add(watched(Playbook.rollback(LAB)).succeed());
          return runs;
        });
  }

  /** At the highest verbosity. */
  private static Playbook watched(Playbook playbook) {
    return playbook.with("-vvvv", "--diff");
  }

  private static PlayRun goesBack(Playbook playbook) {
    return playbook.fail().assertEnd(LAB.pair(), Outcome.ROLLED_BACK, 4);
  }

  /** Answers the runs, which are watched for the password and for clear keys. */
  private static List<PlayRun> showNothing(Supplier<List<PlayRun>> playbooks) throws Exception {
    List<PlayRun> runs;
    List<JsonNode> leaks;
    try (SecretWatch watch = new SecretWatch(List.of(LAB.password()), LAB.directory())) {
      runs = playbooks.get();
      leaks = watch.leaks();
    }
    assertThat(leaks).filteredOn(SecretsIT::concerns).isEmpty();
    String password = LAB.password();
    for (PlayRun run : runs) {
      assertThat(run.output()).hasSizeGreaterThan(10_000);
      assertThat(holds(run.output(), password)).isFalse();
      assertThat(run.output()).doesNotContainPattern(CLEAR_KEY);
      assertThat(run.results().toString()).doesNotContain("PRIVATE KEY");
      assertThat(holds(run.results().toString(), password)).isFalse();
    }
    assertThat(filesThatHold(LAB, password, path -> false, SecretsIT::ofTheLab))
        .as("files")
        .isEmpty();
    return runs;
  }

  @Tag("long")
  @Test
  void the_vendors_script_of_3x_shows_no_password_and_leaves_no_clear_key() throws Exception {
    LAB.reset();
    Pair pair = LAB.pair();
    Pair.Before before = pair.remember();
    LAB.turn(pair.a(), "gen-prompts", "2");
    Playbook rotate =
        watched(Playbook.rotate(LAB))
            .setFor(pair, "hacert_source", "vendor")
            .setYaml(pair, "hacert_subject", SourcesIT.SUBJECT);
    showNothing(() -> List.of(rotate.succeed()));
    pair.assertAllNew(before);
    assertThat(pair.a().calls()).filteredOn(c -> c.contains("gen-cert.sh")).hasSize(1);
  }

  @Tag("long")
  @Test
  void a_password_of_a_command_is_asked_for_in_each_step_that_needs_it_and_shown_nowhere()
      throws Exception {
    LAB.reset();
    Pair pair = LAB.pair();
    Pair.Before before = pair.remember();
    // Two stages, two applies, and one confirm of both nodes.
    Vault vault = new Vault(5);
    Playbook rotate = vault.asked(watched(Playbook.rotate(LAB)));
    PlayRun run = showNothing(() -> List.of(rotate.succeed())).get(0);
    pair.assertAllNew(before);
    assertThat(vault.times()).isEqualTo(5);
    assertThat(run.codes()).doesNotContain("PASSWORD_COMMAND_FAILED");
    assertThat(vault.asked(Playbook.check(LAB)).succeed().code()).isZero();
    assertThat(vault.times()).as("after a look").isEqualTo(5);
  }

  @Tag("long")
  @Test
  void a_vault_that_is_gone_before_the_first_change_refuses_and_changes_nothing() throws Exception {
    LAB.reset();
    Pair pair = LAB.pair();
    Pair.Before before = pair.remember();
    Vault vault = new Vault(0);
    PlayRun run = vault.asked(Playbook.rotate(LAB)).fail().assertEnd(pair, Outcome.REFUSED, 3);
    run.assertFinding("PASSWORD_COMMAND_FAILED");
    assertThat(run.text()).contains("ended with code 2: the vault is sealed");
    pair.assertUntouched(before);
    assertThat(vault.times()).isEqualTo(1);

    PlayRun both = vault.asked(Playbook.rotate(LAB), "'given too'").fail();
    assertThat(both.text()).contains("hacert_password and hacert_password_command are both given");
    PlayRun text =
        Playbook.rotate(LAB)
            .setYaml(pair, "hacert_password", "null")
            .setFor(pair, "hacert_password_command", "vault read " + LAB.password())
            .fail();
    assertThat(text.text()).contains("SETTING_INVALID: hacert_password_command is not a list");
    assertThat(holds(text.output(), LAB.password())).isFalse();
    pair.assertUntouched(before);
    assertThat(vault.times()).isEqualTo(1);
  }

  @Tag("long")
  @Test
  void a_vault_that_is_gone_in_the_mixed_window_is_asked_once_more_and_then_not_needed()
      throws Exception {
    LAB.reset();
    Pair pair = LAB.pair();
    Pair.Before before = pair.remember();
    Vault vault = new Vault(3);
    PlayRun run = vault.asked(Playbook.rotate(LAB)).fail();
    run.assertEnd(pair, Outcome.ROLLED_BACK, 4).assertFinding("PASSWORD_COMMAND_FAILED");
    assertThat(run.appliesOn(pair.b())).isEqualTo(2);
    pair.hosts().forEach(h -> assertThat(h.installedRoot()).isEqualTo(before.root()));
  }

  /** A client that gives the password so many times; it lies where no test looks for secrets. */
  private final class Vault {
    private final Path client = elsewhere.resolve("vault");
    private final Path log = elsewhere.resolve("log");

    Vault(int times) throws IOException {
      Path password = Files.writeString(elsewhere.resolve("password"), LAB.password() + "\n");
      Files.writeString(
          client,
          """
          #!/bin/sh
          echo "$*" >>%s
          if [ "$(wc -l <%s)" -gt %d ]; then echo the vault is sealed >&2; exit 2; fi
          cat %s
          """
              .formatted(log, log, times, password));
      assertThat(client.toFile().setExecutable(true)).isTrue();
    }

    Playbook asked(Playbook playbook) {
      return asked(playbook, "null");
    }

    Playbook asked(Playbook playbook, String password) {
      return playbook
          .setYaml(LAB.pair(), "hacert_password", password)
          .setYaml(LAB.pair(), "hacert_password_command", "['" + client + "', 'read', 'a b']");
    }

    int times() throws IOException {
      return Files.exists(log) ? Files.readAllLines(log).size() : 0;
    }
  }

  /** Clear keys are written by other tests too: those below our own directories count. */
  private static boolean concerns(JsonNode leak) {
    return !leak.path("secret").asText().equals("key") || !isOfOthers(leak, LAB);
  }

  /** Whether this was written to a file that is none of this lab and of no playbook. */
  static boolean isOfOthers(JsonNode leak, Lab lab) {
    Path path = Path.of(leak.path("path").asText());
    return leak.has("path")
        && !path.startsWith(lab.directory().getParent())
        && !path.startsWith("/tmp/tmp.");
  }

  /** Any ten characters of it, so that no way of quoting hides it. */
  static boolean holds(String text, String secret) {
    return Stream.iterate(0, i -> i + 10 <= secret.length(), i -> i + 1)
        .anyMatch(i -> text.contains(secret.substring(i, i + 10)));
  }

  /**
   * Of all hosts and of the control side; the inventory stands for the vault.
   *
   * @param known has the secret and may have it
   * @param withKey has a clear key and may have it
   */
  static List<Path> filesThatHold(
      Lab lab, String secret, Predicate<Path> known, Predicate<Path> withKey) throws IOException {
    List<Path> allowed = List.of(lab.inventory(), lab.directory().resolve("lab.json"));
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(lab.directory().getParent())) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(path, StandardCharsets.ISO_8859_1);
        boolean key = CLEAR_KEY.matcher(text).find() && !withKey.test(path);
        if (!allowed.contains(path) && !known.test(path) && (key || holds(text, secret))) {
          found.add(path);
        }
      }
    }
    return found;
  }

  /** The Manager page's own key, which the lab made. */
  private static boolean ofTheLab(Path path) {
    return path.endsWith("lab/manager.pem");
  }
}
