package hacert.target;

import hacert.host.HostException;
import hacert.x509.KeySpec;
import hacert.x509.Subject;
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

  /**
   * The kind of key.
   *
   * @throws HostException with {@code KEY_UNKNOWN}
   */
  public KeySpec keySpec() throws HostException {
    try {
      return KeySpec.parse(key);
    } catch (IllegalArgumentException e) {
      throw new HostException("KEY_UNKNOWN", e.getMessage(), "Correct hacert_key.");
    }
  }

  /** The subject as far as it is asked for; absent parts are empty. */
  public Subject askedSubject() {
    return new Subject(
        subject.getOrDefault("country", ""),
        subject.getOrDefault("state", ""),
        subject.getOrDefault("city", ""),
        subject.getOrDefault("company", ""),
        subject.getOrDefault("organization", ""),
        subject.getOrDefault("common_name", ""),
        subject.getOrDefault("email", ""));
  }
}
