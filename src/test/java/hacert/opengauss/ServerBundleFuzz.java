package hacert.opengauss;

import hacert.fuzz.Properties;
import hacert.target.Bundle;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A bundle of openGauss of which one file is foreign. The first byte says which, and whether what
 * follows is the file or the DER of the block in it; the other files are those of a good bundle.
 * Where the foreign file holds no key, the keys stay closed: opening them would be most of the
 * work.
 */
public final class ServerBundleFuzz {
  private static final Bundle WHOLE = whole();

  private ServerBundleFuzz() {}

  private static Bundle whole() {
    try {
      return Samples.made(Samples.authority());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Findings for people, whatever the file is. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    List<String> names = ServerBundle.ALL;
    int choice = input[0] & 0xff;
    String name = names.get(choice % names.size());
    byte[] content = Arrays.copyOfRange(input, 1, input.length);
    Map<String, byte[]> files = new LinkedHashMap<>(WHOLE.files());
    if (!name.contains(".key")) {
      files.put(ServerBundle.SERVER_KEY + ServerBundle.RAND, new byte[1]);
      files.put(ServerBundle.CLIENT_KEY + ServerBundle.RAND, new byte[1]);
    }
    files.put(
        name, choice < 2 * names.size() && choice >= names.size() ? block(name, content) : content);
    Expectation expectation =
        new Expectation(
            Samples.NAMES, Instant.parse("2026-11-22T08:00:00Z"), Optional.empty(), true, Map.of());
    ServerBundlePolicy.check(new Bundle(files), expectation)
        .forEach(
            finding -> {
              Properties.message(finding.message());
              Properties.message(finding.remedy());
            });
  }

  private static byte[] block(String name, byte[] der) {
    String label =
        name.endsWith(".crl")
            ? "X509 CRL"
            : name.endsWith(".key") ? "ENCRYPTED PRIVATE KEY" : "CERTIFICATE";
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(label, Base64.getEncoder().encodeToString(der), label);
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
