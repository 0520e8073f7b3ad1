package hacert.rotation;

import hacert.host.HostException;
import hacert.target.Bundle;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;

/**
 * The bundle on its way through the control machine: encrypted to a key that the receiving node
 * made for this one rotation, so that whatever is logged, registered or kept on the way is
 * worthless.
 *
 * <p>HPKE (RFC 9180), mode base, with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM;
 * {@code info} is {@code hacert bundle 1}. The associated data are cluster, rotation, sending and
 * receiving node, each as two bytes of length, big-endian, and UTF-8. The plain text is, for each
 * file, its name in the same form, four bytes of length and the content. The sealed text is base64
 * of the encapsulated key, 32 bytes, and the cipher text with its tag.
 *
 * <p>Mode base does not say who sealed it. Who could put another bundle in its place, the control
 * machine, could as well give one openly; and the first node does not change before both nodes hold
 * the same files.
 */
final class SealedBundle {
  private static final byte[] INFO = "hacert bundle 1".getBytes(StandardCharsets.US_ASCII);
  private static final int KEY = X25519PrivateKeyParameters.KEY_SIZE;

  private SealedBundle() {}

  /**
   * What a sealed bundle is bound to.
   *
   * @param cluster name of the cluster
   * @param rotation id of the rotation
   * @param from name of the node that seals
   * @param to name of the node that opens
   */
  record Way(String cluster, String rotation, String from, String to) {
    private byte[] bytes() {
      List<byte[]> parts = List.of(utf8(cluster), utf8(rotation), utf8(from), utf8(to));
      ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(p -> 2 + p.length).sum());
      parts.forEach(p -> all.putShort((short) p.length).put(p));
      return all.array();
    }
  }

  /** A new private key, which the caller wipes. */
  static byte[] newKey(SecureRandom random) {
    return new X25519PrivateKeyParameters(random).getEncoded();
  }

  /** The public key that belongs to a private one, in base64. */
  static String recipient(byte[] privateKey) {
    return base64(new X25519PrivateKeyParameters(privateKey).generatePublicKey().getEncoded());
  }

  /**
   * Seals a bundle.
   *
   * @param recipient the receiving node's public key, in base64
   * @throws HostException {@code SEAL_INVALID} if that is no public key
   */
  static String seal(Bundle bundle, String recipient, Way way) throws HostException {
    byte[] plain = plain(bundle);
    try {
      X25519PublicKeyParameters key =
          new X25519PublicKeyParameters(Base64.getDecoder().decode(recipient));
      byte[][] sealed = hpke().seal(key, INFO, way.bytes(), plain, null, null, null);
      return base64(
          ByteBuffer.allocate(sealed[1].length + sealed[0].length)
              .put(sealed[1])
              .put(sealed[0])
              .array());
    } catch (InvalidCipherTextException | IllegalArgumentException | IllegalStateException e) {
      throw invalid("the key that " + way.to() + " offered is no public key");
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /**
   * Opens a sealed bundle.
   *
   * @param sealed what {@link #seal} gave
   * @param privateKey the key whose public half it was sealed to
   * @param names the files that a bundle consists of; it must hold these and no other
   * @throws HostException {@code SEAL_INVALID} if it is not whole, or was sealed to another key or
   *     for another way
   */
  static Bundle open(String sealed, byte[] privateKey, Way way, List<String> names)
      throws HostException {
    if (sealed.isEmpty()) {
      throw invalid(way.from() + " gave no sealed bundle for " + way.to());
    }
    byte[] plain = {};
    try {
      byte[] all = Base64.getDecoder().decode(sealed);
      if (all.length < KEY) {
        throw new IllegalArgumentException("no encapsulated key");
      }
      X25519PrivateKeyParameters key = new X25519PrivateKeyParameters(privateKey);
      plain =
          hpke()
              .open(
                  Arrays.copyOf(all, KEY),
                  new AsymmetricCipherKeyPair(key.generatePublicKey(), key),
                  INFO,
                  way.bytes(),
                  Arrays.copyOfRange(all, KEY, all.length),
                  null,
                  null,
                  null);
      return bundle(ByteBuffer.wrap(plain), names);
    } catch (InvalidCipherTextException
        | IllegalArgumentException
        | IllegalStateException
        | BufferUnderflowException e) {
      throw invalid(
          "it is not whole, or was not sealed by "
              + way.from()
              + " for "
              + way.to()
              + " in rotation "
              + way.rotation());
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private static HPKE hpke() {
    return new HPKE(
        HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
  }

  private static byte[] plain(Bundle bundle) {
    int size = 0;
    for (Map.Entry<String, byte[]> file : bundle.files().entrySet()) {
      size += 2 + utf8(file.getKey()).length + 4 + file.getValue().length;
    }
    ByteBuffer plain = ByteBuffer.allocate(size);
    bundle
        .files()
        .forEach(
            (name, content) -> {
              plain.putShort((short) utf8(name).length).put(utf8(name));
              plain.putInt(content.length).put(content);
            });
    return plain.array();
  }

  private static Bundle bundle(ByteBuffer plain, List<String> names) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    while (plain.hasRemaining()) {
      String name = new String(next(plain, plain.getShort()), StandardCharsets.UTF_8);
      files.put(name, next(plain, plain.getInt()));
    }
    Bundle bundle = new Bundle(files);
    if (!files.keySet().equals(Set.copyOf(names))) {
      bundle.close();
      throw new IllegalArgumentException("other files");
    }
    return bundle;
  }

  private static byte[] next(ByteBuffer plain, int length) {
    if (length < 0 || length > plain.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    plain.get(bytes);
    return bytes;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static HostException invalid(String why) {
    return new HostException(
        "SEAL_INVALID",
        "The sealed bundle cannot be used: " + why + ". Nothing that runs was changed.",
        "Run the same command again: it stages anew.");
  }
}
