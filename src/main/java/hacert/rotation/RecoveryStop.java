package hacert.rotation;

import hacert.result.Finding;
import hacert.result.Result;
import java.util.List;

/**
 * Why a rotation that has begun stops for a person, and what that person can do.
 *
 * @param code stable code of the finding
 * @param why what was seen, as the second half of a sentence
 * @param remedy both ways on and the risk of each; a way that would stop here again is not offered
 *     as it is
 */
record RecoveryStop(String code, String why, String remedy) {
  /** All nodes run the new generation, and more than one is active. */
  static final String TWO_ACTIVES = "TWO_ACTIVES";

  private static final String FORWARD =
      "Forward: run rotate-certs.yml again; it restarts only nodes that do not run the new"
          + " generation yet. ";
  private static final String BACK =
      "Back: run rollback-certs.yml; it restores the files and restarts each node that runs the new"
          + " generation. ";
  private static final String MIXED =
      "Until then, where the nodes are mixed, what they say to each other by TLS, a heartbeat say,"
          + " may fail.";
  private static final String BOTH = FORWARD + BACK + MIXED;
  private static final String STOPS_AGAIN = "before, rotate-certs.yml stops here again. ";
  private static final String BY_WHAT_IS_FOUND =
      STOPS_AGAIN + "Then it decides by what is found there. " + BOTH;
  private static final String BACK_ONLY =
      "Forward is no longer possible: a rollback was begun, and rotate-certs.yml stops here again."
          + " Back: put right why it failed, then run rollback-certs.yml; it restores what is left,"
          + " and restarts a node once more where it has to. If that cannot be put right:"
          + " RESTORE.txt of the backup on each changed node, by hand. "
          + MIXED;
  private static final String BACK_FROM_NEW =
      " Back: run rollback-certs.yml; it restores the old files and restarts every node once more,"
          + " and the certificates need not be what is wrong.";

  /** What is told of it. */
  Finding finding(Plan plan, boolean down) {
    return Finding.error(
        code,
        "Rotation "
            + plan.rotation()
            + " stops, and stays open: "
            + why
            + "."
            + (down ? " No node that was asked serves: the cluster is down." : ""),
        remedy + wayBackNamed(plan));
  }

  /** Asked for without its number, a return to an older generation may be finished instead. */
  private static String wayBackNamed(Plan plan) {
    return plan.kind() == Plan.Kind.REPLACE
        ? ""
        : " This rotation itself brings an older generation back; the one that it came from is"
            + " generation "
            + plan.from()
            + ": to go back to that, give rollback-certs.yml -e hacert_generation="
            + plan.from()
            + ".";
  }

  static RecoveryStop unreachable(List<String> nodes) {
    return new RecoveryStop(
        "HOST_UNREACHABLE",
        and(nodes) + " cannot be reached, or not asked",
        "See that it runs and can be reached by ssh: " + BY_WHAT_IS_FOUND);
  }

  static RecoveryStop notInInventory(List<String> nodes) {
    return new RecoveryStop(
        "HOST_UNREACHABLE",
        and(nodes)
            + " belongs to this rotation, and was not asked: the inventory has no such node of this"
            + " cluster",
        "Put it back into the inventory, under that name and with this hacert_cluster: "
            + BY_WHAT_IS_FOUND);
  }

  static RecoveryStop restartsUsedUp() {
    return new RecoveryStop(
        "RESTARTS_USED_UP",
        "a node was restarted for the rollback in this run, in vain",
        BACK_ONLY);
  }

  /**
   * A call failed again, and what the nodes have on record does not tell that.
   *
   * @param last its last failure
   * @param ended whether a node has ended the rotation, which cannot go back then
   */
  static RecoveryStop triesUsedUp(Result last, boolean ended) {
    return new RecoveryStop(
        "TRIES_USED_UP",
        last.operation()
            + " on "
            + last.host()
            + " failed again in this run, and no more is tried by itself",
        "Put right what it failed for. "
            + (ended
                ? "Forward: run rotate-certs.yml again; it restarts nothing, proves and ends it."
                    + " Only then it can go back: rollback-certs.yml is refused until it has ended"
                    + " on every node."
                : "Then it decides by what is found there. " + BOTH));
  }

  static RecoveryStop rollbackFailed() {
    return new RecoveryStop("ROLLBACK_FAILED", "the rollback itself failed", BACK_ONLY);
  }

  /** The nodes refused it, so that nothing of it was begun. */
  static RecoveryStop rollbackRefused() {
    return new RecoveryStop(
        "ROLLBACK_FAILED",
        "the rollback itself failed",
        "Put right what the rollback was refused for. Then run rotate-certs.yml, which decides anew"
            + " and may go back too, or rollback-certs.yml, which goes back: it restores the files"
            + " and restarts each node that runs the new generation. "
            + MIXED);
  }

  /** What is done is not done again: it would go on as if the new files were there. */
  static RecoveryStop broughtBack(List<String> nodes) {
    return new RecoveryStop(
        "FILES_RESTORED",
        "this rotation has written files on "
            + and(nodes)
            + ", and the old ones are there again: someone has brought them back, by RESTORE.txt"
            + " say",
        "Forward is no longer possible in this rotation: rotate-certs.yml stops here again. Back:"
            + " run rollback-certs.yml; it ends this rotation with the old files, and restarts each"
            + " node that runs the new generation. Then rotate-certs.yml begins a new one. "
            + MIXED);
  }

  static RecoveryStop changedAtTheEnd(List<String> nodes, String ended) {
    return new RecoveryStop(
        "FILES_CHANGED",
        "someone else changed files on " + and(nodes) + ", and it has ended well on " + ended,
        "Find out who. Forward: bring the files to what this rotation has installed there; "
            + STOPS_AGAIN
            + "Then it restarts nothing, proves and ends it. Only then it can go back:"
            + " rollback-certs.yml is refused until it has ended on every node.");
  }

  static RecoveryStop changedBeside(List<String> nodes) {
    return new RecoveryStop(
        "FILES_CHANGED",
        "someone else changed files on " + and(nodes),
        "Find out who. Forward: first bring the files to what they were before that change; "
            + STOPS_AGAIN
            + "Then it restarts only nodes that do not run the new generation yet. Back: run"
            + " rollback-certs.yml; it restores the files of each node that this rotation has"
            + " begun to change, over that change, and restarts each that runs the new"
            + " generation. "
            + MIXED);
  }

  static RecoveryStop filesNotReadable(List<String> nodes) {
    return new RecoveryStop(
        "FILES_NOT_READABLE",
        "what lies on " + and(nodes) + " cannot be read",
        "See owner and mode of the files there, and their disk: " + STOPS_AGAIN + BOTH);
  }

  static RecoveryStop loadedUnknown(List<String> nodes) {
    return new RecoveryStop(
        "LOADED_UNKNOWN",
        "it is not known which generation is loaded on " + and(nodes),
        "See whether the service runs there. "
            + FORWARD
            + "Back: run rollback-certs.yml; it restores the files and restarts these nodes too. "
            + MIXED);
  }

  static RecoveryStop twoActives() {
    return new RecoveryStop(
        TWO_ACTIVES,
        "all nodes are restarted, and more than one calls itself active",
        "Forward: bring the cluster to one active node by the vendor's means; "
            + STOPS_AGAIN
            + "Then it restarts nothing and only proves."
            + BACK_FROM_NEW);
  }

  static RecoveryStop unrelatedUnhealthy() {
    return new RecoveryStop(
        "UNRELATED_UNHEALTHY",
        "all nodes run the new generation and agree, but the proof fails, as for a cluster that is"
            + " not healthy",
        "Forward: heal what is ill, then run rotate-certs.yml: it restarts nothing and only"
            + " proves."
            + BACK_FROM_NEW);
  }

  static RecoveryStop oldGenerationUnsound(String node, String why) {
    return new RecoveryStop(
        "OLD_GENERATION_UNSOUND",
        node + ": " + why,
        "Put right why the step failed. "
            + FORWARD
            + "Back: run rollback-certs.yml; it brings that generation back, which may not work,"
            + " and restarts each node that runs the new one. "
            + MIXED);
  }

  static RecoveryStop vendorRuns(List<String> nodes) {
    return new RecoveryStop(
        "RESTART_RUNNING",
        "the vendor's command still runs on "
            + and(nodes)
            + ", and a stop of all nodes beside it would leave nobody knows what",
        "Wait until it has ended. " + BOTH);
  }

  private static String and(List<String> nodes) {
    return String.join(" and ", nodes);
  }
}
