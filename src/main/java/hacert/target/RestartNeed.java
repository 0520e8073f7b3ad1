package hacert.target;

import com.fasterxml.jackson.annotation.JsonProperty;
import hacert.result.Finding;
import java.util.List;

/**
 * What has to be started anew before the system works with other files.
 *
 * @param scope what
 * @param why in words, as "the key password changes"
 * @param findings what forbids it, or was noticed
 */
public record RestartNeed(Scope scope, String why, List<Finding> findings) {
  /** What is started anew; the later ones include the earlier. */
  public enum Scope {
    /** Nothing: the files are read as they are needed. */
    @JsonProperty("none")
    NONE,
    /** Each node by itself, after its files were replaced. */
    @JsonProperty("node")
    NODE,
    /** All nodes at once: stopped before the first file is replaced, started after the last. */
    @JsonProperty("cluster")
    CLUSTER
  }
}
