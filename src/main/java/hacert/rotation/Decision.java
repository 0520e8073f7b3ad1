package hacert.rotation;

import hacert.result.Exit;
import hacert.result.Finding;
import java.util.List;

/** What {@link Decide} answers. */
public sealed interface Decision {
  /** What was found that led to it. */
  List<Finding> findings();

  /** Go by this plan. */
  record Go(Plan plan, List<Finding> findings) implements Decision {}

  /**
   * Do nothing.
   *
   * @param exit {@link Exit#REFUSED}, {@link Exit#LOCKED} or {@link Exit#NEEDS_PERSON}
   */
  record No(Exit exit, List<Finding> findings) implements Decision {}
}
