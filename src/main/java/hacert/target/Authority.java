package hacert.target;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The CA of our own that issues what is made, where the system's certificates have one apart from
 * what is installed.
 *
 * @param directory where it is kept on this node, its key encrypted; need not exist
 * @param password what its key is encrypted with; empty if none was given
 * @param given a CA that came with the request and is used in place of a kept one; its key is not
 *     kept
 */
public record Authority(Path directory, Optional<Secret> password, Optional<Bundle> given) {
  /** Name of the file of its certificate in the directory. */
  public static final String CERTIFICATE = "ca.crt";
}
