package hacert.rotation;

import hacert.host.Sha256;
import hacert.host.Snapshot;
import hacert.host.Snapshot.Entry;
import hacert.host.Snapshot.Type;
import hacert.x509.Certificates;
import hacert.x509.KeyFile;
import hacert.x509.PemKeys.Description;
import hacert.x509.UnreadableCertificateException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a kept generation holds that an auditor asks for. No secret is in it.
 *
 * @param certificates its certificates, each once
 * @param keys its files with private keys
 */
public record OldKeys(List<Certificate> certificates, List<Key> keys) {

  /** Far above any file of keys, far below what would fill the memory. */
  private static final long LARGEST = 1L << 20;

  /**
   * A certificate.
   *
   * @param subject distinguished name, RFC 4514
   * @param serial lower-case hexadecimal without leading zeros
   * @param sha256 SHA-256 of its DER form, lower-case hexadecimal
   * @param publicKey SHA-256 of its SubjectPublicKeyInfo, lower-case hexadecimal: names the private
   *     key that belongs to it, without being able to open that
   */
  public record Certificate(String subject, String serial, String sha256, String publicKey) {}

  /**
   * A file that holds a private key.
   *
   * @param path where it was installed
   * @param form what it is, for people
   * @param encrypted whether it takes a password to open it
   * @param sha256 SHA-256 of the file, lower-case hexadecimal
   * @param elsewhere where else on this host this program knows the same file: {@code installed},
   *     or {@code generation N}
   */
  public record Key(
      String path, String form, boolean encrypted, String sha256, List<String> elsewhere) {}

  /** Copies the lists. */
  public OldKeys {
    certificates = List.copyOf(certificates);
    keys = List.copyOf(keys);
  }

  /**
   * Looks into one kept generation.
   *
   * @param others the manifests of what else there is, by what it is called
   */
  static OldKeys of(Generation generation, Path directory, Map<String, Snapshot> others) {
    Map<String, Certificate> certificates = new LinkedHashMap<>();
    List<Key> keys = new ArrayList<>();
    for (Entry entry : generation.manifest().entries()) {
      if (entry.type() != Type.FILE || entry.size() > LARGEST) {
        continue;
      }
      Optional<byte[]> content = generation.manifest().contentOf(directory, entry.location());
      if (content.isEmpty()) {
        keys.add(key(entry, new Description(false, "the copy cannot be read"), others));
        continue;
      }
      try {
        for (X509Certificate one : certificates(content.get())) {
          certificates.putIfAbsent(Certificates.sha256(one), certificate(one));
        }
        KeyFile.look(content.get()).ifPresent(seen -> keys.add(key(entry, seen, others)));
      } finally {
        Arrays.fill(content.get(), (byte) 0);
      }
    }
    return new OldKeys(List.copyOf(certificates.values()), keys);
  }

  private static List<X509Certificate> certificates(byte[] content) {
    try {
      return Certificates.read(content);
    } catch (UnreadableCertificateException e) {
      return List.of();
    }
  }

  private static Certificate certificate(X509Certificate one) {
    var summary = Certificates.summary("", one);
    return new Certificate(
        summary.subject(),
        summary.serial(),
        summary.sha256(),
        Sha256.of(one.getPublicKey().getEncoded()));
  }

  private static Key key(Entry entry, Description seen, Map<String, Snapshot> others) {
    return new Key(
        entry.path(), seen.text(), seen.encrypted(), entry.sha256(), elsewhere(entry, others));
  }

  private static List<String> elsewhere(Entry entry, Map<String, Snapshot> others) {
    return others.entrySet().stream()
        .filter(
            other ->
                other.getValue().entries().stream()
                    .anyMatch(e -> e.sha256().equals(entry.sha256())))
        .map(Map.Entry::getKey)
        .toList();
  }
}
