package hacert.result;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a report says of one X.509 certificate.
 *
 * @param source where it was found: a path, or the address that served it
 * @param subject distinguished name, RFC 4514
 * @param issuer distinguished name, RFC 4514
 * @param serial serial number, lower-case hexadecimal without leading zeros
 * @param notBefore start of its validity
 * @param notAfter end of its validity
 * @param sha256 SHA-256 of its DER form, lower-case hexadecimal
 * @param key kind and size of its key, as {@code RSA 3072} or {@code EC P-256}
 * @param ca whether its basic constraints say CA:TRUE
 * @param names its subject alternative names, as {@code DNS:db1} or {@code IP:192.0.2.1}
 */
public record CertificateSummary(
    String source,
    String subject,
    String issuer,
    String serial,
    Instant notBefore,
    Instant notAfter,
    String sha256,
    String key,
    boolean ca,
    List<String> names) {
  /** Refuses one that lacks what others go by. */
  public CertificateSummary {
    Needed.value("source of a certificate", source);
    Needed.value("not_before of a certificate", notBefore);
    Needed.value("not_after of a certificate", notAfter);
    Needed.value("sha256 of a certificate", sha256);
    names = Needed.list("names of a certificate", names);
  }

  /** The SHA-256 of each of these certificates, by where it was found. */
  public static Map<String, String> fingerprints(List<CertificateSummary> certificates) {
    Map<String, String> all = new TreeMap<>();
    certificates.forEach(c -> all.put(c.source(), c.sha256()));
    return all;
  }
}
