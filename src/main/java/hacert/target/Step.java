package hacert.target;

import hacert.host.HostException;

/**
 * One named effect on a node. It is journaled before and after, so it must end well when it is run
 * again after having been cut off anywhere.
 *
 * @param name its name in the journal
 * @param action what it does
 */
public record Step(String name, Action action) {
  /** What a step does. */
  @FunctionalInterface
  public interface Action {
    /**
     * Does it.
     *
     * @return a note for the report, possibly empty
     * @throws HostException with the finding that says what failed and what state it left
     */
    String run() throws HostException;
  }
}
