package hacert.target;

import java.nio.file.Path;

/**
 * How a bundle is installed.
 *
 * @param marker text that marks the processes of this rotation in their environment
 * @param renewCipher whether the cipher that protects stored passwords is renewed too
 * @param kept directory where what the system's scripts print is kept, without secrets
 */
public record InstallSpec(String marker, boolean renewCipher, Path kept) {}
