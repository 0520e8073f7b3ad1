package hacert.rotation;

import hacert.host.HostException;
import hacert.result.Outcome;
import java.util.Locale;

/** Finds the open journal of the rotation that a call belongs to. */
final class OpenJournal {
  private OpenJournal() {}

  static Journal of(Site site) throws HostException, RefusedException, LockedException {
    Journal journal =
        site.journals()
            .load()
            .orElseThrow(
                () ->
                    new RefusedException(
                        "NOT_STAGED",
                        "This node has no journal of a rotation.",
                        "Run the playbook from its beginning."));
    if (!journal.rotation().equals(site.plan().rotation())) {
      throw new LockedException(
          "LOCKED",
          "This node belongs to rotation "
              + journal.rotation()
              + ", and "
              + site.plan().rotation()
              + " asks.",
          "Run the playbook from its beginning.");
    }
    checkDirection(journal, site.plan());
    return journal;
  }

  /**
   * Whether a rotation that is to be closed never reached this node: a step failed on another one
   * before this one was staged. What is open here may be one that it takes the place of.
   */
  static boolean neverReached(Site site) throws HostException {
    return site.plan().action() == Plan.Action.BACK
        && site.journals()
            .load()
            .filter(j -> j.isOpen() || j.rotation().equals(site.plan().rotation()))
            .filter(j -> !superseded(j, site.plan()))
            .isEmpty();
  }

  /** Whether this is a rotation that changed nothing and that the plan's one takes the place of. */
  static boolean superseded(Journal journal, Plan plan) {
    return journal.isOpen()
        && plan.supersedes().contains(journal.rotation())
        && !journal.hasChanged();
  }

  /** A driver that was thought dead must not undo what another one decided since. */
  static void checkDirection(Journal journal, Plan plan) throws RefusedException {
    if (!journal.plan().with(Plan.Action.NONE).equals(plan.with(Plan.Action.NONE))) {
      throw new RefusedException(
          "PLAN_DIFFERS",
          "The plan of rotation "
              + plan.rotation()
              + " is not the one that this node's journal holds. Nothing was changed.",
          "Run the playbook from its beginning: it decides by what is there now.");
    }
    boolean back = plan.action() == Plan.Action.BACK;
    boolean endedOtherwise = !journal.isOpen() && back == (journal.outcome() == Outcome.SUCCEEDED);
    boolean onItsWayBack = journal.isOpen() && !back && journal.begunAny(Phase.ROLLBACK);
    if (endedOtherwise || onItsWayBack) {
      throw new RefusedException(
          "ROTATION_ENDED",
          String.format(
              "Rotation %s is to go %s, and on this node %s. Nothing was changed now.",
              plan.rotation(),
              back ? "back" : "forward",
              onItsWayBack
                  ? "its rollback has begun"
                  : "it has ended: "
                      + journal.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-')),
          "Run the playbook from its beginning: it decides by what is there now.");
    }
  }
}
