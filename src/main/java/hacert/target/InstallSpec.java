package hacert.target;

/**
 * How a bundle is installed.
 *
 * @param marker text that marks the processes of this rotation in their environment
 * @param renewCipher whether the cipher that protects stored passwords is renewed too
 */
public record InstallSpec(String marker, boolean renewCipher) {}
