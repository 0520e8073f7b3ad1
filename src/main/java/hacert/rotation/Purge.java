package hacert.rotation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.HostException;
import hacert.host.Snapshot;
import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.StepReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Lists the kept generations with their private keys; where one is named, removes it from this
 * node, and writes that down before and after.
 *
 * <p>What would be needed to go back is not removed: the running and the previous generation, and
 * none at all while a rotation is open. A purge that was cut off is finished by the next call.
 * Removed is what the file system removes: neither a journal of it nor a disk that moves its blocks
 * is overwritten.
 */
final class Purge {
  private static final String RUNNING = "running";
  private static final String PREVIOUS = "previous";
  private static final String OLDER = "older";

  private final Site site;
  private final PurgeRecord record;

  Purge(Site site) {
    this.site = site;
    this.record = new PurgeRecord(site.state());
  }

  /**
   * What the answer says of a generation.
   *
   * @param number its number
   * @param created when it was recorded
   * @param rotation id of the rotation that recorded it
   * @param origin how it came to be installed
   * @param use {@code running}, {@code previous} or {@code older}
   * @param proven whether it is known to be what the service worked with
   * @param content its certificates and private keys
   */
  record Listed(
      int number,
      Instant created,
      String rotation,
      Generation.Origin origin,
      String use,
      boolean proven,
      OldKeys content) {}

  Answer run() throws HostException, RefusedException, LockedException {
    int wanted = site.request().settings().generation();
    TreeMap<Integer, Generation> all = site.generations().all();
    List<StepReport> steps = new ArrayList<>();
    if (!site.request().check()) {
      finish(all, steps);
    }
    List<Listed> listed = list(all);
    Answer answer = asked(wanted, all, listed, steps);
    ObjectNode data = Json.mapper().createObjectNode();
    data.set("kept", Json.mapper().valueToTree(listed));
    return answer.steps(steps).data(data);
  }

  private Answer asked(
      int wanted, TreeMap<Integer, Generation> all, List<Listed> listed, List<StepReport> steps)
      throws HostException, RefusedException, LockedException {
    PurgeRecord.Line before = record.last().get(wanted);
    if (wanted == 0 || !all.containsKey(wanted) && before != null) {
      return Answer.of(steps.isEmpty() ? Outcome.UNCHANGED : Outcome.SUCCEEDED);
    }
    free();
    Listed one = removable(wanted, listed);
    String note = "generation " + wanted + ", " + one.content().keys().size() + " files with keys";
    if (site.request().check()) {
      steps.add(new StepReport("purge", "planned", 0, note));
      return Answer.of(Outcome.PLANNED).findings(elsewhere(one));
    }
    PurgeRecord.Line line = begun(one);
    record.add(line);
    try {
      site.generations().remove(wanted);
      record.add(line.done(site.now()));
    } catch (HostException e) {
      return Answer.of(Outcome.FAILED, Exit.NEEDS_PERSON).finding(e.finding());
    }
    steps.add(new StepReport("purge", "done", 0, note));
    listed.remove(one);
    return Answer.of(Outcome.SUCCEEDED).findings(elsewhere(one));
  }

  /** What an earlier call has begun to remove counts for nothing any more. */
  private void finish(TreeMap<Integer, Generation> all, List<StepReport> steps)
      throws HostException {
    for (PurgeRecord.Line line : record.last().values()) {
      int number = line.generation();
      if (line.state() == PurgeRecord.State.BEGUN && !all.containsKey(number)) {
        site.generations().remove(number);
        record.add(line.done(site.now()));
        steps.add(new StepReport("purge", "done", 0, "generation " + number + ", begun before"));
      }
    }
  }

  private PurgeRecord.Line begun(Listed one) {
    return new PurgeRecord.Line(
        PurgeRecord.Line.SCHEMA,
        PurgeRecord.State.BEGUN,
        site.now(),
        site.request().cluster(),
        site.name(),
        System.getProperty("user.name"),
        site.request().holder(),
        site.request().change(),
        one.number(),
        one.rotation(),
        one.created(),
        one.content());
  }

  /** While a rotation is open, any generation may be its way back. */
  private void free() throws HostException, RefusedException, LockedException {
    Optional<Journal> open = site.journals().load().filter(Journal::isOpen);
    if (open.isEmpty()) {
      return;
    }
    Lease lease = open.get().lease();
    if (lease.holds(site.now())) {
      throw LockedException.heldBy(lease, "Nothing was removed.");
    }
    throw new RefusedException(
        "ROTATION_OPEN",
        "Rotation " + lease.rotation() + " has not ended on this node. Nothing was removed.",
        "Run rotate-certs.yml to go forward with it, or rollback-certs.yml to go back.");
  }

  private Listed removable(int wanted, List<Listed> listed) throws RefusedException {
    Optional<Listed> one = listed.stream().filter(g -> g.number() == wanted).findFirst();
    List<Integer> older =
        listed.stream().filter(g -> g.use().equals(OLDER)).map(Listed::number).toList();
    if (one.isEmpty()) {
      throw new RefusedException(
          "NO_GENERATION",
          "Generation "
              + wanted
              + " is not kept below "
              + site.state().generations()
              + ", and no purge of it is on record. Nothing was removed.",
          "Those that can be purged: " + older + ".");
    }
    if (!one.get().use().equals(OLDER)) {
      throw new RefusedException(
          "GENERATION_NEEDED",
          "Generation "
              + wanted
              + " is the "
              + one.get().use()
              + " one: it is needed to go back. Nothing was removed.",
          "Those that can be purged: " + older + ". After the next rotation it can be.");
    }
    return one.get();
  }

  private List<Finding> elsewhere(Listed one) {
    return one.content().keys().stream()
        .filter(key -> !key.elsewhere().isEmpty())
        .map(
            key ->
                Finding.warning(
                    "KEY_ELSEWHERE",
                    "The private key "
                        + key.path()
                        + " of generation "
                        + one.number()
                        + " is on this host still: "
                        + String.join(", ", key.elsewhere())
                        + ".",
                    "It is gone when these are purged too, or replaced."))
        .toList();
  }

  private List<Listed> list(TreeMap<Integer, Generation> all) throws HostException {
    Map<Integer, String> uses = uses(all);
    List<Listed> listed = new ArrayList<>();
    Snapshot installed = site.installed();
    for (Generation g : all.values()) {
      Map<String, Snapshot> others = new LinkedHashMap<>();
      others.put("installed", installed);
      all.values().stream()
          .filter(other -> other.number() != g.number())
          .forEach(other -> others.put("generation " + other.number(), other.manifest()));
      listed.add(
          new Listed(
              g.number(),
              g.created(),
              g.rotation(),
              g.origin(),
              uses.getOrDefault(g.number(), OLDER),
              g.proven(),
              OldKeys.of(g, site.state().generation(g.number()), others)));
    }
    return listed;
  }

  /**
   * The running generation is the installed one; where someone has changed the files since, the
   * newest. Previous is whatever a rollback, or a person, could take for it; the newest one too,
   * whose number must never be given again.
   */
  private Map<Integer, String> uses(TreeMap<Integer, Generation> all) throws HostException {
    Map<Integer, String> uses = new TreeMap<>();
    if (all.isEmpty()) {
      return uses;
    }
    int running =
        site.generations().equal(site.installed()).stream()
            .findFirst()
            .map(Generation::number)
            .orElse(all.lastKey());
    Optional.ofNullable(all.lowerKey(running)).ifPresent(n -> uses.put(n, PREVIOUS));
    all.headMap(running).values().stream()
        .filter(Generation::proven)
        .reduce((a, b) -> b)
        .ifPresent(g -> uses.put(g.number(), PREVIOUS));
    Optional<Plan> last = site.journals().load().map(Journal::plan);
    last.ifPresent(plan -> uses.put(plan.from(), PREVIOUS));
    uses.put(all.lastKey(), PREVIOUS);
    uses.put(running, RUNNING);
    return uses;
  }
}
