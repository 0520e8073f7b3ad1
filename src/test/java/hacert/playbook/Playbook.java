package hacert.playbook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import hacert.result.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One command line of ansible-playbook against a lab, as an operator gives it. */
final class Playbook {
  private static final Path TEST_PLUGINS = Lab.PROJECT.resolve("src/test/ansible/callback_plugins");

  /** Two processors may take a minute and more for one of many pairs. */
  private static final Duration PER_HOST = Duration.ofSeconds(40);

  private final Lab lab;
  private final List<String> words = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, Map<String, Object>> clusters = new TreeMap<>();
  private Path directory = Lab.PROJECT;

  private Playbook(Lab lab, String playbook) {
    this.lab = lab;
    words.addAll(List.of("ansible-playbook", "-i", lab.inventory().toString(), playbook));
  }

  static Playbook rotate(Lab lab) {
    return new Playbook(lab, "playbooks/rotate-certs.yml");
  }

  static Playbook rollback(Lab lab) {
    return new Playbook(lab, "playbooks/rollback-certs.yml");
  }

  static Playbook check(Lab lab) {
    return new Playbook(lab, "playbooks/check-certs.yml");
  }

  static Playbook purge(Lab lab) {
    return new Playbook(lab, "playbooks/purge-certs.yml");
  }

  /** One of a site's own that imports these of the project, one after the other. */
  static Playbook importing(Lab lab, String... playbooks) {
    StringBuilder yaml = new StringBuilder();
    for (String playbook : playbooks) {
      Path imported = Lab.PROJECT.resolve("playbooks").resolve(playbook);
      yaml.append("- ansible.builtin.import_playbook: ").append(imported).append('\n');
    }
    Playbook site = new Playbook(lab, "");
    site.words.set(3, site.write("site", ".yml", yaml.toString()).toString());
    return site;
  }

  /** Adds arguments. */
  Playbook with(String... arguments) {
    words.addAll(List.of(arguments));
    return this;
  }

  /** Sets a variable, as with {@code -e}. */
  Playbook set(String variable, Object value) {
    return with("-e", variable + "=" + value);
  }

  /** Sets a variable of one cluster, as its group variables do. */
  Playbook setFor(LabCluster cluster, String variable, Object value) {
    clusters
        .computeIfAbsent(cluster.cluster(), name -> new TreeMap<>())
        .put(variable, value.toString());
    return this;
  }

  /** Sets a variable of one cluster that is no text. */
  Playbook setYaml(LabCluster cluster, String variable, String yaml) {
    try {
      clusters
          .computeIfAbsent(cluster.cluster(), name -> new TreeMap<>())
          .put(variable, new YAMLMapper().readTree(yaml));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Overrides keys of the vendor profile, as {@code confirm_seconds}. */
  Playbook profile(String... keysAndValues) {
    StringBuilder yaml = new StringBuilder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      yaml.append(keysAndValues[i]).append(": ").append(keysAndValues[i + 1]).append('\n');
    }
    return set("hacert_profile_file", write("profile", ".yml", yaml.toString()));
  }

  /** Sets what a site's own ansible.cfg may set, by its variable of the environment. */
  Playbook configured(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Holds the run after this result, until {@link Running#goOn}. */
  Playbook pauseAfter(String operation, LabHost host) {
    environment.put("HACERT_PAUSE", operation + "@" + host.name());
    return this;
  }

  /** Runs in another directory of the project; the playbook is then named from there. */
  Playbook in(String other) {
    directory = Lab.PROJECT.resolve(other);
    words.set(3, directory.relativize(Lab.PROJECT.resolve(words.get(3))).toString());
    return this;
  }

  PlayRun run() {
    return start().await(Command.PATIENCE.plus(PER_HOST.multipliedBy(lab.size())));
  }

  /** Runs it and insists on its exit code, 0 or not. */
  PlayRun succeed() {
    PlayRun run = run();
    if (run.code() != 0) {
      throw new AssertionError("expected to succeed:\n" + run.output());
    }
    return run;
  }

  /** Runs it and insists that it fails. */
  PlayRun fail() {
    PlayRun run = run();
    if (run.code() == 0) {
      throw new AssertionError("expected to fail:\n" + run.output());
    }
    return run;
  }

  Running start() {
    if (!clusters.isEmpty()) {
      words.addAll(3, List.of("-i", inventory()));
    }
    try {
      Path record = Files.createTempFile(lab.files(), "record", ".jsonl");
      Path temporary = Files.createTempDirectory(lab.files(), "ansible");
      environment.put("HACERT_RECORD", record.toString());
      environment.put("ANSIBLE_HOME", temporary.toString());
      environment.put("ANSIBLE_LOCAL_TEMP", temporary.resolve("tmp").toString());
      environment.put("TMPDIR", temporary.toString());
      environment.put("ANSIBLE_CALLBACKS_ENABLED", "hacert_recorder");
      environment.put(
          "ANSIBLE_CALLBACK_PLUGINS", Lab.PROJECT.resolve("plugins/callback") + ":" + TEST_PLUGINS);
      environment.put("ANSIBLE_NOCOLOR", "1");
      // Two processors are busy with so many clusters at once.
      environment.put("ANSIBLE_FORKS", "3");
      return new Running(Command.start(directory, environment, words), record);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A second inventory, whose variables win over the lab's. */
  private String inventory() {
    ObjectNode children = Json.mapper().createObjectNode();
    clusters.forEach(
        (name, variables) ->
            children.putObject(name).set("vars", Json.mapper().valueToTree(variables)));
    ObjectNode all = Json.mapper().createObjectNode();
    all.putObject("all").set("children", children);
    return write("inventory", ".json", all.toString()).toString();
  }

  private Path write(String name, String suffix, String content) {
    try {
      return Files.writeString(Files.createTempFile(lab.files(), name, suffix), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A run under way. */
  record Running(Command command, Path record) {
    PlayRun await(Duration most) {
      Command.Ended ended = command.await(most);
      return PlayRun.of(ended, record);
    }

    PlayRun await() {
      return await(Command.PATIENCE);
    }

    /** Waits until the run is held by {@link Playbook#pauseAfter}. */
    Running awaitPause() {
      awaitFile("the run came to its pause", "reached");
      return this;
    }

    /** Waits until each of these clusters has been closed, by a run that then goes on. */
    Running awaitClosed(List<? extends LabCluster> clusters) {
      for (LabCluster cluster : clusters) {
        awaitFile("the run closed " + cluster.cluster(), "closed-" + cluster.cluster());
      }
      return this;
    }

    private void awaitFile(String what, String suffix) {
      Path made = Path.of(record + "." + suffix);
      Await.until(
          what,
          Command.PATIENCE,
          () -> Files.exists(made) || !command.runs(),
          command::outputSoFar);
      if (!Files.exists(made)) {
        throw new AssertionError(
            "not seen until the run ended: " + what + ":\n" + command.outputSoFar());
      }
    }

    /** Lets a held run go on, and waits for its end. */
    PlayRun goOn() {
      try {
        Files.createFile(Path.of(record + ".go"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return await();
    }

    /** Kills the control process and its workers; what runs on the hosts runs on. */
    void kill() {
      command.kill();
    }
  }
}
