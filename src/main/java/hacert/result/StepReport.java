package hacert.result;

/**
 * One step of an operation, as it went.
 *
 * @param step the step's name in the journal
 * @param state {@code done}, {@code failed}, {@code skipped} (done by an earlier call) or {@code
 *     planned} (check mode)
 * @param seconds how long it took
 * @param note what a person may want to know of it; may be empty
 */
public record StepReport(String step, String state, double seconds, String note) {}
