package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a run tells of an inventory whose hosts cannot be reached, before it asks them and after.
 */
class NoHostIT {
  private static final String OMITTED = "\"{{ not_defined | default(omit) }}\"";

  @TempDir private Path directory;

  private final Map<String, String> all =
      new TreeMap<>(
          Map.of(
              "hacert_target", "mrs-ha",
              "hacert_profile", "mrs-3x",
              "ansible_host", "127.0.0.1",
              "ansible_port", "1"));

  private final StringBuilder inventory = new StringBuilder("  children:\n");

  /** Adds a pair, with these variables as an inventory has them. */
  private NoHostIT cluster(String name, String... variables) {
    inventory.append("    %1$s:\n      hosts: {%1$s-1: , %1$s-2: }\n      vars:\n".formatted(name));
    inventory.append("        hacert_cluster: ").append(name).append('\n');
    List.of(variables).forEach(line -> inventory.append("        ").append(line).append('\n'));
    return this;
  }

  private String fails(String playbook, String... more) throws IOException {
    return fails(Map.of(), playbook, more);
  }

  /** Answers what the run printed, without its line breaks. */
  private String fails(Map<String, String> configured, String playbook, String... more)
      throws IOException {
    StringBuilder vars = new StringBuilder("all:\n  vars:\n");
    all.forEach((name, value) -> vars.append("    %s: %s\n".formatted(name, value)));
    Path hosts = Files.writeString(directory.resolve("hosts.yml"), vars.append(inventory));
    List<String> words = new ArrayList<>(List.of("ansible-playbook", "-i", hosts.toString()));
    words.add("playbooks/" + playbook);
    words.addAll(List.of(more));
    Map<String, String> environment = new HashMap<>(configured);
    environment.put("ANSIBLE_HOME", directory.resolve("ansible").toString());
    environment.put("ANSIBLE_NOCOLOR", "1");
    Command.Ended ended =
        Command.start(Lab.PROJECT, environment, words).await(Duration.ofMinutes(10));
    assertThat(ended.code()).as(ended.output()).isNotZero();
    return ended.output().replaceAll("\\s+", " ");
  }

  @Test
  void a_value_that_yaml_has_made_another_one_is_refused() throws IOException {
    String told =
        cluster("revoke", "hacert_revoke: [0412]")
            .cluster("subject", "hacert_subject: {country: NO}")
            .cluster("change", "hacert_change_id: 0042")
            .cluster("reason", "hacert_reason: yes")
            .fails("rotate-certs.yml");
    assertThat(told)
        .contains("SETTING_INVALID: hacert_revoke is [266], but must be a list of texts, each in")
        .contains("hacert_subject is {'country': False}, but must be a dictionary of texts, each")
        .contains("hacert_change_id is 34, but must be a text, in quotes (one of a template: with")
        .contains("hacert_reason is True, but must be a text, in quotes (one of a template: with")
        .contains("4 clusters: 4 refused")
        .doesNotContain("HOST_UNREACHABLE");
  }

  @Tag("long")
  @Test
  void a_setting_that_is_omitted_is_none() throws IOException {
    String told =
        cluster(
                "omitted",
                "hacert_jar: " + OMITTED,
                "hacert_profile_file: " + OMITTED,
                "hacert_revoke: " + OMITTED,
                "hacert_subject: {country: " + OMITTED + ", state: , city: \"A\"}",
                "hacert_bundle: " + OMITTED,
                "hacert_password: " + OMITTED,
                "hacert_password_command: ['true', " + OMITTED + "]",
                "hacert_ca_password: \"secret\"",
                "hacert_ca_password_command: " + OMITTED)
            .fails("rotate-certs.yml", "-vvvv");
    assertThat(told)
        .contains("HOST_UNREACHABLE")
        .doesNotContain("SETTING_", "EXECUTOR_", "FILE_UNREADABLE", "omit_place_holder");
  }

  @Test
  void a_password_that_names_what_is_not_defined_is_refused_whatever_is_configured()
      throws IOException {
    String told =
        cluster("directly", "hacert_password: \"{{ vault_password }}\"")
            .cluster("byway", "hacert_password: \"{{ kept }}\"", "kept: \"{{ vault_password }}\"")
            .fails(Map.of("ANSIBLE_ERROR_ON_UNDEFINED_VARS", "False"), "rotate-certs.yml");
    assertThat(told)
        .contains("cluster directly: refused, code 3: discover on directly-1: refused SETTING_UNDE")
        .contains("cluster byway: refused, code 3: discover on byway-1: refused SETTING_UNDEFINED");
  }

  @Test
  void a_group_of_the_inventory_with_the_name_of_the_playbooks_own_is_refused() throws IOException {
    cluster("one");
    inventory.append("    hacert_clusters: {hosts: {one-1: , one-2: }}\n");
    assertThat(fails("rotate-certs.yml"))
        .contains("The group hacert_clusters is made by the playbooks, but")
        .contains("one of that name with one-2 in it")
        .doesNotContain("HOST_UNREACHABLE");
  }

  @Tag("long")
  @Test
  void the_group_as_an_earlier_playbook_of_the_run_has_made_it_is_taken() throws IOException {
    cluster("one");
    inventory.append("    hacert_clusters: {hosts: {one-1: }}\n");
    assertThat(fails("check-certs.yml")).contains("HOST_UNREACHABLE");
  }

  @Test
  void an_inventory_beside_another_that_is_not_there_is_refused() throws IOException {
    assertThat(cluster("one").fails("check-certs.yml", "-i", directory.resolve("no").toString()))
        .contains("Completely failed to parse inventory source")
        .doesNotContain("HOST_UNREACHABLE");
  }

  /** The first connection to a host ends the vault. */
  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"check", "purge", "rotate", "rollback"})
  void a_vault_that_does_not_answer_any_more_keeps_nothing_from_being_told(String playbook)
      throws IOException {
    List<String> names = List.of("become_pass", "become_password", "sudo_pass", "su_pass");
    for (String name : names) {
      Path gone = directory.resolve(name);
      String method = name.equals("su_pass") ? "su" : "sudo";
      cluster(
          name,
          "ansible_become: true",
          "ansible_become_method: " + method,
          "ansible_%s: \"{{ lookup('pipe', 'test ! -e %s') }}\"".formatted(name, gone),
          "ansible_ssh_common_args: \"-o ProxyCommand='touch %s; exit 1'\"".formatted(gone));
    }
    String told = fails(playbook + "-certs.yml");
    for (String name : names) {
      assertThat(told).contains("cluster " + name + ": failed, code ");
    }
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"check", "purge", "rotate", "rollback"})
  void one_whose_vault_fails_before_its_first_step_is_told(String playbook) throws IOException {
    String fails = "lookup('pipe', 'exit 7') if ansible_play_name is match('.2/3') else ''";
    String told =
        cluster("one", "ansible_become_password: \"{{ " + fails + " }}\"")
            .fails(playbook + "-certs.yml");
    assertThat(told)
        .contains("cluster one: failed, code 1: ")
        .doesNotContain("ended unexpectedly", "HOST_UNREACHABLE");
  }

  /** Where it stands in the group of all hosts, it is that of the control machine too. */
  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"ansible_user", "ansible_host"})
  void one_whose_way_in_cannot_be_told_any_more_is_told_all_the_same(String variable)
      throws IOException {
    String fails =
        "lookup('pipe', 'exit 7') if ansible_play_name is match('.[23]/3') else '127.0.0.1'";
    all.put(variable, "\"{{ " + fails + " }}\"");
    String told = cluster("one").fails("rotate-certs.yml");
    assertThat(told)
        .contains("cluster one: failed, code 1: ")
        .doesNotContain("Let others have their turn", "ended unexpectedly");
  }
}
