package hacert.target;

import hacert.result.Finding;
import java.util.List;

/**
 * A bundle that was made.
 *
 * @param bundle without files if the findings hold an error
 * @param authority files of a new CA to keep in {@link Authority#directory}; without files if none
 *     was made
 * @param findings what forbids to install it, or was noticed
 */
public record Made(Bundle bundle, Bundle authority, List<Finding> findings)
    implements AutoCloseable {
  @Override
  public void close() {
    bundle.close();
    authority.close();
  }
}
