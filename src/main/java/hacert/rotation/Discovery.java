package hacert.rotation;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Needed;
import hacert.target.HaRole;
import hacert.target.NodeFacts;
import java.time.Instant;
import java.util.List;

/**
 * What {@code discover} found on one node.
 *
 * @param node its name in the inventory
 * @param version version of this program there
 * @param clock the node's time
 * @param clockOffset seconds by which the node's clock was ahead of the asking machine's; absent if
 *     the asking machine did not say its time
 * @param user the user this program runs as
 * @param stateDirectory absolute path of the cluster's state directory
 * @param role its HA role
 * @param statusName its name in the system's status
 * @param serviceStart the service's process start, in the system's words
 * @param installed installed certificates
 * @param bundleDigest see {@link NodeFacts#bundleDigest}
 * @param details see {@link NodeFacts#details}
 * @param findings what is wrong on this node alone
 * @param busy the operation that runs on this node right now; empty if none
 * @param journal the open or the last rotation; absent if there never was one
 * @param undoable the last rotation here that was not refused and has ended, where {@code journal}
 *     is another; absent if there is none
 * @param compromised numbers of the kept generations whose keys are known to others, as the
 *     rotations on record were told
 * @param files what lies on disk, seen from an open rotation
 * @param loaded what the service process works with, seen from an open rotation
 * @param generations what is kept
 * @param current number of the newest kept generation that equals what is installed; 0 if none does
 * @param equal numbers of all kept generations that do; from a version that did not tell, the
 *     newest
 * @param authority see {@link NodeFacts#authority}; absent from a version that did not tell
 */
public record Discovery(
    String node,
    String version,
    Instant clock,
    Double clockOffset,
    String user,
    String stateDirectory,
    HaRole role,
    String statusName,
    String serviceStart,
    List<CertificateSummary> installed,
    String bundleDigest,
    JsonNode details,
    List<Finding> findings,
    String busy,
    Journal journal,
    Journal undoable,
    List<Integer> compromised,
    Lease lease,
    Files files,
    Loaded loaded,
    List<Generation.Summary> generations,
    int current,
    List<Integer> equal,
    String authority) {
  /** Refuses one that lacks what others go by. */
  public Discovery {
    Needed.value("node of a discovery", node);
    Needed.value("state_directory of a discovery", stateDirectory);
    Needed.value("role of a discovery", role);
    Needed.value("status_name of a discovery", statusName);
    Needed.value("service_start of a discovery", serviceStart);
    Needed.value("bundle_digest of a discovery", bundleDigest);
    details = details == null ? NullNode.getInstance() : details;
    Needed.value("busy of a discovery", busy);
    installed = Needed.list("installed of a discovery", installed);
    findings = Needed.list("findings of a discovery", findings);
    compromised = Needed.list("compromised of a discovery", compromised);
    generations = Needed.list("generations of a discovery", generations);
    equal = equal != null ? List.copyOf(equal) : current > 0 ? List.of(current) : List.of();
    authority = authority == null ? "" : authority;
  }

  /** What lies on disk, seen from an open rotation. */
  public enum Files {
    /** What was there before the rotation. */
    @JsonProperty("old")
    OLD,
    /** What the rotation installed. */
    @JsonProperty("new")
    NEW,
    /** The rotation was cut off while it installed, or went back. */
    @JsonProperty("partial")
    PARTIAL,
    /** Neither: someone else changed files. */
    @JsonProperty("other")
    OTHER
  }

  /** What the service process works with, seen from an open rotation. */
  public enum Loaded {
    /** What was there before the rotation. */
    @JsonProperty("old")
    OLD,
    /** What the rotation installed. */
    @JsonProperty("new")
    NEW,
    /** The restart failed, and the system shows no service process. */
    @JsonProperty("down")
    DOWN,
    /** It cannot be told. */
    @JsonProperty("unknown")
    UNKNOWN
  }

  /** The part that the target judges. */
  public NodeFacts facts() {
    return new NodeFacts(
        role, statusName, serviceStart, installed, bundleDigest, findings, List.of(), details);
  }

  /** Whether a rotation is open on this node. */
  public boolean open() {
    return journal != null && journal.isOpen();
  }

  /** The last rotation whose undoing could be asked for; null if there is none on record. */
  Journal lastUndoable() {
    return undoable != null ? undoable : journal;
  }

  /** Whether an open rotation has begun to change this node. */
  public boolean changed() {
    return open()
        && (journal.hasChanged() || journal.done(Phase.STAGE_BACKUP) && changedFromOutside());
  }

  /**
   * Whether another node's call changes this one too, or the system brings files from there: only
   * the files tell, once there is a backup to compare them with.
   */
  private boolean changedFromOutside() {
    return journal.plan().together() ? files != Files.OLD : files == Files.PARTIAL;
  }

  /** What this node has and runs, for a person. */
  public Finding state() {
    String runs =
        switch (loaded == null ? Loaded.UNKNOWN : loaded) {
          case OLD -> "runs the old generation";
          case NEW -> "runs the new generation";
          case DOWN -> "does not run, or serves nothing";
          case UNKNOWN -> "runs a generation that is not known";
        };
    String lies = files == null ? "files that cannot be read" : words(files);
    return Finding.warning(
        "NODE_STATE",
        String.format("%s: %s, has %s on disk, HA role %s.", node, runs, lies, role.word()),
        "");
  }

  private static String words(Files files) {
    return switch (files) {
      case OLD -> "the old files";
      case NEW -> "the new files";
      case PARTIAL -> "old and new files mixed";
      case OTHER -> "files that someone else changed";
    };
  }
}
