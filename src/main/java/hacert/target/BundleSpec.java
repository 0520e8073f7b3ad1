package hacert.target;

import java.util.Map;

/**
 * What a bundle that is made should be like.
 *
 * @param key kind of key, as {@code rsa-3072}
 * @param validityDays validity from now, in days
 * @param subject parts of the subject, by setting name ({@code country}, …); absent parts are taken
 *     from the installed certificate
 */
public record BundleSpec(String key, int validityDays, Map<String, String> subject) {}
