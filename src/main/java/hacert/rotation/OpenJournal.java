package hacert.rotation;

import hacert.host.HostException;

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
    return journal;
  }
}
