package hacert.rotation;

import hacert.fuzz.Properties;
import hacert.host.CallLock;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.oms.MrsTarget;
import hacert.result.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a node keeps in its state directory: another version, a full disk or a person may have
 * written it. The first byte says which file it is.
 */
public final class StateFilesFuzz {
  private static final Path HOME = home();
  private static final StateDirectory STATE =
      new StateDirectory(HOME.resolve(".hacert").resolve("pair"));

  private StateFilesFuzz() {}

  private static Path home() {
    try {
      Path home = Files.createTempDirectory("state");
      Files.createDirectories(home.resolve(".hacert/pair/results"));
      Files.createDirectories(home.resolve(".hacert/pair/generations/0001"));
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it says, or a refusal; and nothing beside it is written. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    byte[] content = Arrays.copyOfRange(input, 1, input.length);
    switch (input[0] & 3) {
      case 0 -> with(STATE.journal(), content, StateFilesFuzz::journal);
      case 1 ->
          with(STATE.generation(1).resolve("generation.json"), content, StateFilesFuzz::generation);
      case 2 ->
          with(STATE.root().resolve("lock.holder"), content, () -> CallLock.holder(STATE.lock()));
      default -> {
        Files.write(STATE.journal(), kept());
        try {
          with(
              STATE.results().resolve("1.json"), content, () -> Kept.read(HOME, ".hacert", "pair"));
        } finally {
          Files.delete(STATE.journal());
        }
      }
    }
    try (Stream<Path> left = Files.walk(HOME)) {
      Properties.check(left.allMatch(Files::isDirectory), "a file is left");
    }
  }

  private static byte[] kept() throws IOException {
    Records records = new Records();
    records.one.open();
    return Json.mapper().writeValueAsBytes(records.discovery(records.one).journal());
  }

  private interface Reading {
    void run() throws HostException;
  }

  private static void with(Path file, byte[] content, Reading reading) throws IOException {
    Files.write(file, content);
    try {
      reading.run();
    } catch (HostException e) {
      Properties.message(e.getMessage());
    } finally {
      Files.delete(file);
    }
  }

  private static void journal() throws HostException {
    Optional<Journal> journal = new JournalStore(STATE).load();
    Records records = new Records();
    records.one.open();
    Map<String, Discovery> found = new LinkedHashMap<>(records.question().found());
    found.put("mgmt1", with(found.get("mgmt1"), journal.orElseThrow()));
    for (Settings.Intent intent : Settings.Intent.values()) {
      records.intent = intent;
      new Decide(new MrsTarget()).decide(records.question(found));
    }
  }

  private static Discovery with(Discovery d, Journal journal) {
    return new Discovery(
        d.node(),
        d.version(),
        d.clock(),
        d.clockOffset(),
        d.user(),
        d.stateDirectory(),
        d.role(),
        d.statusName(),
        d.serviceStart(),
        d.installed(),
        d.bundleDigest(),
        d.details(),
        d.findings(),
        d.busy(),
        journal,
        journal,
        d.compromised(),
        journal.isOpen() ? journal.lease() : null,
        d.files(),
        d.loaded(),
        d.generations(),
        d.current(),
        d.equal(),
        d.authority());
  }

  private static void generation() throws HostException {
    for (Generation generation : new GenerationStore(STATE).all().values()) {
      Snapshot nothing = new Snapshot(List.of(), List.of(), List.of());
      generation.summary();
      GenerationStore.differences(generation.manifest(), nothing);
      RestoreText.of(generation, STATE.generation(1), "restart");
    }
  }
}
