package hacert.result;

/**
 * Why and for whom a cluster is changed, for the auditor.
 *
 * @param id number of the change request; empty when none was given
 * @param operator who ran it; empty when unknown
 * @param reason why, in words; empty when none was given
 */
public record Change(String id, String operator, String reason) {
  /** Nothing was said. */
  public static final Change NONE = new Change("", "", "");

  /** Absent parts become empty. */
  public Change {
    id = id == null ? "" : id;
    operator = operator == null ? "" : operator;
    reason = reason == null ? "" : reason;
  }
}
