package hacert.docs;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.cli.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The commands that the pages show exist, with the options they are shown with. */
class CommandsTest {
  private static final String EXAMPLE = "inventories/example";
  private static final Pattern OPTION = Pattern.compile("(?<=\\s)--[a-z][a-z-]*");

  @Tag("long")
  @Test
  void every_playbook_command_is_understood_by_ansible() throws Exception {
    Set<List<String>> checked = new LinkedHashSet<>();
    for (Path page : Pages.all()) {
      for (String command : commands(page, "ansible-playbook ")) {
        if (command.contains("…")) {
          continue;
        }
        List<String> words = new ArrayList<>(List.of(command.split("\\s+")));
        words.remove("--ask-vault-pass");
        int inventory = words.indexOf("-i");
        if (inventory > 0) {
          words.set(inventory + 1, EXAMPLE);
        } else {
          words.addAll(List.of("-i", EXAMPLE));
        }
        int limit = words.indexOf("--limit");
        if (limit > 0) {
          assertThat(Files.readString(Path.of(EXAMPLE, "hosts.yml")))
              .as("%s: %s", page, command)
              .contains(" " + words.get(limit + 1) + ":");
        }
        words.set(0, "/usr/bin/ansible-playbook");
        words.add("--syntax-check");
        checked.add(words);
      }
    }
    assertThat(checked).hasSizeGreaterThan(4);
    for (List<String> words : checked) {
      assertThat(run(words)).as("%s", words).startsWith("0\n");
    }
  }

  @Test
  void every_setting_that_a_command_gives_is_one() throws IOException {
    String specs = Files.readString(Path.of("roles/rotation/meta/argument_specs.yml"));
    for (Path page : Pages.all()) {
      for (String quoted : Pages.commands(page)) {
        var given = Pattern.compile("-e (hacert_\\w+)=").matcher(quoted);
        while (given.find()) {
          assertThat(specs).as("%s: %s", page, quoted).contains("      " + given.group(1) + ":\n");
        }
      }
    }
  }

  @Test
  void every_command_of_the_jar_exists_with_its_options() throws IOException {
    int seen = 0;
    for (Path page : Pages.all()) {
      for (String command : commands(page, "java -jar ")) {
        String name = command.split("\\s+")[3];
        if (name.equals("execute")) {
          continue;
        }
        seen++;
        Cli.Run help = Cli.run("", name, "--help");
        assertThat(help.code()).as("%s: %s", page, command).isZero();
        assertThat(help.out()).as("%s: %s", page, command).contains(options(command));
      }
    }
    assertThat(seen).isGreaterThan(3);
  }

  @Test
  void every_script_exists_with_its_options() throws Exception {
    for (Path page : Pages.all()) {
      for (String prefix : List.of("script/", "src/lab/lab ", "bench/run")) {
        for (String command : commands(page, prefix)) {
          String[] words = command.split("\\s+");
          String help = run(List.of(words[0], "--help"));
          assertThat(help).as("%s: %s", page, command).startsWith("0\n").contains(options(command));
          if (words.length > 1 && !words[1].startsWith("-")) {
            assertThat(help).as("%s: %s", page, command).contains("\n  " + words[1] + " ");
          }
        }
      }
    }
  }

  private static List<String> commands(Path page, String prefix) throws IOException {
    return Pages.commands(page).stream().filter(c -> c.startsWith(prefix)).distinct().toList();
  }

  private static List<String> options(String command) {
    List<String> options =
        new ArrayList<>(OPTION.matcher(command).results().map(r -> r.group()).toList());
    options.add("");
    return options;
  }

  /** Exit code, line feed, output. */
  private static String run(List<String> words) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().put("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().keySet().removeIf(name -> name.startsWith("ANSIBLE_"));
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + "\n" + output;
  }
}
