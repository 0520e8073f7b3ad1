package hacert.playbook;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One command line of ansible-playbook against a lab, as an operator gives it. */
final class Playbook {
  private static final Path TEST_PLUGINS = Lab.PROJECT.resolve("src/test/ansible/callback_plugins");
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Lab lab;
  private final List<String> words = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
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

  /** Adds arguments. */
  Playbook with(String... arguments) {
    words.addAll(List.of(arguments));
    return this;
  }

  /** Sets a variable, as with {@code -e}. */
  Playbook set(String variable, Object value) {
    return with("-e", variable + "=" + value);
  }

  /** Runs in another directory of the project; the playbook is then named from there. */
  Playbook in(String other) {
    directory = Lab.PROJECT.resolve(other);
    words.set(3, directory.relativize(Lab.PROJECT.resolve(words.get(3))).toString());
    return this;
  }

  PlayRun run() {
    return start().await(PATIENCE);
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
    try {
      Path record = java.nio.file.Files.createTempFile(lab.files(), "record", ".jsonl");
      Path temporary = java.nio.file.Files.createTempDirectory(lab.files(), "ansible");
      environment.put("HACERT_RECORD", record.toString());
      environment.put("ANSIBLE_HOME", temporary.toString());
      environment.put("ANSIBLE_LOCAL_TEMP", temporary.resolve("tmp").toString());
      environment.put("TMPDIR", temporary.toString());
      environment.put("ANSIBLE_CALLBACKS_ENABLED", "hacert_recorder");
      environment.put(
          "ANSIBLE_CALLBACK_PLUGINS", Lab.PROJECT.resolve("plugins/callback") + ":" + TEST_PLUGINS);
      environment.put("ANSIBLE_NOCOLOR", "1");
      return new Running(Command.start(directory, environment, words), record);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A run under way. */
  record Running(Command command, Path record) {
    PlayRun await(Duration most) {
      Command.Ended ended = command.await(most);
      return PlayRun.of(ended, record);
    }

    PlayRun await() {
      return await(PATIENCE);
    }

    /** Kills the control process and its workers; what runs on the hosts runs on. */
    void kill() {
      command.kill();
    }
  }
}
