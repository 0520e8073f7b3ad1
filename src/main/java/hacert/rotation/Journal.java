package hacert.rotation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import hacert.result.Change;
import hacert.result.Needed;
import hacert.result.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one rotation did on this node, written before and after each step.
 *
 * @param schema always {@link #SCHEMA}
 * @param rotation id of the rotation
 * @param plan the pinned plan
 * @param change why and for whom
 * @param lease the claim on this node; kept after the end, for the record
 * @param outcome what came of it; absent while it is open
 * @param serviceStart the service's process start before the rotation
 * @param role the node's HA role before the rotation, as {@code active}
 * @param entries steps, in the order in which they began
 */
public record Journal(
    String schema,
    String rotation,
    Plan plan,
    Change change,
    Lease lease,
    Outcome outcome,
    String serviceStart,
    String role,
    List<Entry> entries) {
  /** Refuses one that lacks what others go by. */
  public Journal {
    Needed.value("rotation of a journal", rotation);
    if (!Needed.value("plan of a journal", plan).complete()) {
      throw new IllegalArgumentException("the plan of a journal lacks a part");
    }
    Needed.value("lease of a journal", lease);
    entries = Needed.list("entries of a journal", entries);
  }

  /** Name and version of the format. A version reads itself and the one before. */
  public static final String SCHEMA = "hacert.journal/1";

  /** How far a step has come. */
  public enum State {
    /** Begun and not known to have ended. */
    @JsonProperty("begun")
    BEGUN,
    /** Ended well. */
    @JsonProperty("done")
    DONE,
    /** Ended badly. */
    @JsonProperty("failed")
    FAILED
  }

  /**
   * One step.
   *
   * @param step its name
   * @param state how far it has come
   * @param attempts how often it was begun
   * @param run the driving process of the last attempt, see {@link Lease#process}
   * @param began when the last attempt began
   * @param ended when it ended; absent while it has not
   * @param note what is worth knowing of it
   * @param data what later steps read; absent if nothing
   */
  public record Entry(
      String step,
      State state,
      int attempts,
      String run,
      Instant began,
      Instant ended,
      String note,
      JsonNode data) {
    /** Refuses one that lacks what others go by. */
    public Entry {
      Needed.value("step of an entry", step);
      Needed.value("state of an entry", state);
      data = data == null ? NullNode.getInstance() : data;
    }
  }

  /** Whether the rotation has not ended on this node. */
  @JsonIgnore
  public boolean isOpen() {
    return outcome == null;
  }

  /** The entry of a step. */
  public Optional<Entry> entry(String step) {
    return entries.stream().filter(e -> e.step().equals(step)).findFirst();
  }

  /**
   * What the data of a step holds below a name, as texts by their own names; none where nothing.
   */
  Map<String, String> texts(String step, String name) {
    Map<String, String> texts = new TreeMap<>();
    entry(step)
        .ifPresent(
            e ->
                e.data()
                    .path(name)
                    .properties()
                    .forEach(text -> texts.put(text.getKey(), text.getValue().asText())));
    return texts;
  }

  /** Whether the step ended well. */
  public boolean done(String step) {
    return entry(step).map(Entry::state).filter(State.DONE::equals).isPresent();
  }

  /** Whether the step was ever begun. */
  public boolean begun(String step) {
    return entry(step).isPresent();
  }

  /** Whether any step of a phase was begun, as {@code apply} of {@code apply.install}. */
  public boolean begunAny(String phase) {
    return entries.stream().anyMatch(e -> e.step().startsWith(phase + "."));
  }

  /** Whether the turn of this node to apply has not come: it is not the first, nor has it begun. */
  public boolean waits(String node) {
    return !plan.first(node) && !begunAny(Phase.APPLY);
  }

  /** Whether the rotation has begun to change this node, forward or back. */
  @JsonIgnore
  public boolean hasChanged() {
    return begunAny(Phase.APPLY) || begunAny(Phase.ROLLBACK);
  }

  /** The last failed step of a phase. */
  public Optional<Entry> failed(String phase) {
    return entries.stream()
        .filter(e -> e.step().startsWith(phase + ".") && e.state() == State.FAILED)
        .reduce((a, b) -> b);
  }

  Journal with(Entry entry) {
    List<Entry> next = new ArrayList<>(entries);
    next.removeIf(e -> e.step().equals(entry.step()));
    next.add(entry);
    return new Journal(
        schema, rotation, plan, change, lease, outcome, serviceStart, role, List.copyOf(next));
  }

  Journal with(Lease newLease) {
    return new Journal(
        schema, rotation, plan, change, newLease, outcome, serviceStart, role, entries);
  }

  Journal with(Outcome newOutcome) {
    return new Journal(
        schema, rotation, plan, change, lease, newOutcome, serviceStart, role, entries);
  }
}
