package hacert.rotation;

import hacert.fuzz.Properties;
import hacert.host.HostException;
import hacert.target.Bundle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;

/**
 * A sealed bundle as it comes through the control machine. The first byte says whether what follows
 * is the sealed text, or the public key that a node offers, or what somebody sealed who knows how.
 */
public final class SealedBundleFuzz {
  private static final List<String> NAMES = List.of("a", "b");
  private static final SealedBundle.Way WAY = new SealedBundle.Way("pair", "id", "one", "two");
  private static final byte[] INFO = "hacert bundle 1".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] AAD =
      "\0\4pair\0\2id\0\3one\0\3two".getBytes(StandardCharsets.ISO_8859_1);

  private static final byte[] KEY = new byte[32];

  static {
    Arrays.fill(KEY, (byte) 7);
  }

  private SealedBundleFuzz() {}

  /** The bundle of these names, or a refusal. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    if (input.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    try {
      switch (input[0] % 3) {
        case 0 -> {
          try (Bundle bundle = SealedBundle.open(sealed(rest), KEY, WAY, NAMES)) {
            Properties.check(
                bundle.files().keySet().equals(Set.copyOf(NAMES)), "files of other names");
          }
        }
        case 1 ->
            SealedBundle.open(new String(rest, StandardCharsets.UTF_8), KEY, WAY, NAMES).close();
        default ->
            SealedBundle.seal(
                new Bundle(Map.of("a", rest)), new String(rest, StandardCharsets.UTF_8), WAY);
      }
    } catch (HostException e) {
      Properties.check(e.code().equals("SEAL_INVALID"), "refused as " + e.code());
      Properties.plain(e.getMessage());
    }
  }

  private static String sealed(byte[] plain) throws Exception {
    byte[][] sealed =
        new HPKE(HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256)
            .seal(
                new X25519PrivateKeyParameters(KEY).generatePublicKey(),
                INFO,
                AAD,
                plain,
                null,
                null,
                null);
    byte[] all = Arrays.copyOf(sealed[1], sealed[1].length + sealed[0].length);
    System.arraycopy(sealed[0], 0, all, sealed[1].length, sealed[0].length);
    return Base64.getEncoder().encodeToString(all);
  }
}
