package hacert.target;

import java.util.Map;

/**
 * What a bundle that is made should be like.
 *
 * @param key kind of key, as {@code rsa-3072}
 * @param validityDays validity from now, in days; 0: what is usual for the system
 * @param subject parts of the subject, by setting name ({@code country}, …); absent parts are taken
 *     from the installed certificate
 */
public record BundleSpec(String key, int validityDays, Map<String, String> subject) {
  /** The same with the validity that is usual for a system, where none is asked for. */
  public BundleSpec usually(int days) {
    return validityDays == 0 ? new BundleSpec(key, days, subject) : this;
  }
}
