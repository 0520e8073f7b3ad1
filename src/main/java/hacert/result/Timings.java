package hacert.result;

/**
 * How long the parts took that an operator has to answer for. Absent where not measured.
 *
 * @param total seconds from the start of the call to its result
 * @param restart seconds from the start of the vendor's restart to a running service
 * @param mixedWindow seconds from the first node's change until all nodes agreed, on the first
 *     node's own clock
 */
public record Timings(Double total, Double restart, Double mixedWindow) {
  /** Nothing measured. */
  public static final Timings NONE = new Timings(null, null, null);
}
