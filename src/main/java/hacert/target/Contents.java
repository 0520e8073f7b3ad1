package hacert.target;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a bundle that was handed over holds, as far as it is compared with what is installed; never
 * a key, only hashes.
 *
 * @param digest comparable to {@link NodeFacts#bundleDigest}; empty if it cannot be told
 * @param parts hashes of what is in each of its files, by name; what they mean is the target's, but
 *     those of certificates are their fingerprints
 */
public record Contents(String digest, Map<String, Set<String>> parts) {
  /** Takes a copy. */
  public Contents {
    parts = new LinkedHashMap<>(parts);
  }

  /** One of which the digest says all. */
  public Contents(String digest) {
    this(digest, Map.of());
  }
}
