package hacert.target;

import hacert.result.Finding;
import java.util.List;

/**
 * A bundle as people handed it over, brought into the form that is installed.
 *
 * @param bundle without files if the findings hold an error
 * @param findings what is wrong with what was handed over, or was noticed
 */
public record Taken(Bundle bundle, List<Finding> findings) {}
