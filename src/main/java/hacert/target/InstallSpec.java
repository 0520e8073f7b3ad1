package hacert.target;

import java.nio.file.Path;

/**
 * How a bundle is installed.
 *
 * @param marker text that marks the processes of this rotation in their environment
 * @param renewCipher whether the cipher that protects stored passwords is renewed too
 * @param kept directory where what the system's scripts print is kept, without secrets
 * @param first whether this node is the first to be changed
 * @param vendorBackup whether the vendor's own backup is brought back, which is this bundle
 * @param apply which calls of the vendor's installation there are
 */
public record InstallSpec(
    String marker,
    boolean renewCipher,
    Path kept,
    boolean first,
    boolean vendorBackup,
    Options.Apply apply) {
  private static final String SECRETS = "secrets";

  /**
   * Directory for files with secrets that the system's scripts read. It is removed when the
   * rotation ends, also where the call that wrote there was killed.
   */
  public Path secrets() {
    return secrets(kept);
  }

  /** The same of a rotation whose {@link #kept} this is. */
  public static Path secrets(Path kept) {
    return kept.resolve(SECRETS);
  }
}
