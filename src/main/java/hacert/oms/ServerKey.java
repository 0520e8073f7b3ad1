package hacert.oms;

import hacert.policy.BundleFile;
import hacert.policy.BundleFiles;
import hacert.probe.Credentials;
import hacert.result.Finding;
import hacert.target.Secret;
import hacert.x509.Certificates;
import hacert.x509.PemKeys;
import hacert.x509.UnreadableKeyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The key of this node's server certificate, with which a handshake shows that certificate. Where
 * it lies and how it is named is not documented, so the profile's names are tried in both
 * directories, and a key counts only if it is the certificate's.
 */
final class ServerKey {
  private final List<Path> files;
  private final List<String> problems = new ArrayList<>();

  ServerKey(MrsLayout layout, MrsProfile profile) {
    this.files =
        layout.certificateDirectories().stream()
            .flatMap(d -> profile.serverKeys().stream().map(d::resolve))
            .toList();
  }

  /**
   * Reads it.
   *
   * @param password of the key; not used where the key is not encrypted
   * @return empty if none fits: {@link #unusable} says why
   */
  Optional<Credentials.Identity> read(X509Certificate server, Optional<Secret> password) {
    char[] chars = password.map(Secret::chars).orElse(new char[0]);
    try {
      return files.stream()
          .filter(Files::exists)
          .flatMap(file -> key(file, chars, server))
          .findFirst()
          .map(key -> new Credentials.Identity(key, List.of(server)));
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  Finding unusable() {
    return Finding.warning(
        "HA_KEY_UNUSABLE",
        "the handshakes were made without this node's certificate, for its key cannot be used: "
            + (problems.isEmpty() ? "none of " + files + " exists" : String.join("; ", problems)),
        "Name the key file in hacert_profile_file, key server_keys, and see that hacert_password"
            + " opens it. What the ports serve was seen all the same.");
  }

  private Stream<PrivateKey> key(Path file, char[] password, X509Certificate server) {
    byte[] bytes = new byte[0];
    try {
      BundleFile read = BundleFiles.read(file.toRealPath(), InstalledCertificates.LARGEST_FILE);
      if (read instanceof BundleFile.Refused refused) {
        problems.add(refused.finding().message());
        return Stream.empty();
      }
      bytes = ((BundleFile.Content) read).bytes();
      PrivateKey key = PemKeys.read(bytes, password);
      if (Certificates.matches(key, server)) {
        return Stream.of(key);
      }
      problems.add(file + " is not the key of the installed server certificate");
    } catch (UnreadableKeyException | IOException e) {
      problems.add(file + ": " + e.getMessage());
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
    return Stream.empty();
  }
}
