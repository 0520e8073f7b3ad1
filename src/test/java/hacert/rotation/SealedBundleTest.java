package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.host.HostException;
import hacert.target.Bundle;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedBundleTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final List<String> NAMES = List.of("root-ca.crt", "root-ca.pem");
  private static final SealedBundle.Way WAY =
      new SealedBundle.Way("pair", "20261122T080000-11111111", "mgmt1", "mgmt2");

  private final byte[] key = SealedBundle.newKey(RANDOM);

  private static Bundle bundle() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("root-ca.crt", "a certificate".getBytes(StandardCharsets.US_ASCII));
    files.put("root-ca.pem", "a key \u00e4".getBytes(StandardCharsets.UTF_8));
    return new Bundle(files);
  }

  private String sealed() throws HostException {
    return SealedBundle.seal(bundle(), SealedBundle.recipient(key), WAY);
  }

  private static void refused(String sealed, byte[] key, SealedBundle.Way way) {
    assertThatThrownBy(() -> SealedBundle.open(sealed, key, way, NAMES))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.code()).isEqualTo("SEAL_INVALID"));
  }

  @Test
  void another_key_does_not_open_it() throws Exception {
    refused(sealed(), SealedBundle.newKey(RANDOM), WAY);
  }

  @Test
  void another_cluster_rotation_or_node_does_not_open_it() throws Exception {
    String sealed = sealed();
    String id = WAY.rotation();
    refused(sealed, key, new SealedBundle.Way("other", id, "mgmt1", "mgmt2"));
    refused(
        sealed, key, new SealedBundle.Way("pair", "20261122T080000-22222222", "mgmt1", "mgmt2"));
    refused(sealed, key, new SealedBundle.Way("pair", id, "mgmt3", "mgmt2"));
    refused(sealed, key, new SealedBundle.Way("pair", id, "mgmt1", "mgmt3"));
    // The same letters, divided otherwise.
    refused(sealed, key, new SealedBundle.Way("pair" + id, "", "mgmt1", "mgmt2"));
  }

  @Test
  void no_byte_of_it_can_be_changed() throws Exception {
    byte[] sealed = Base64.getDecoder().decode(sealed());
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      refused(Base64.getEncoder().encodeToString(changed), key, WAY);
    }
  }

  @Test
  void no_byte_of_it_can_be_cut_off_or_added() throws Exception {
    byte[] sealed = Base64.getDecoder().decode(sealed());
    for (int length = 0; length < sealed.length; length++) {
      refused(Base64.getEncoder().encodeToString(Arrays.copyOf(sealed, length)), key, WAY);
    }
    refused(Base64.getEncoder().encodeToString(Arrays.copyOf(sealed, sealed.length + 1)), key, WAY);
  }

  @Test
  void what_is_no_base64_is_not_opened() {
    refused("not base64!", key, WAY);
  }

  @Test
  void other_files_than_those_of_a_bundle_are_not_taken() throws Exception {
    Map<String, byte[]> files = new LinkedHashMap<>(bundle().files());
    files.put("../../.ssh/authorized_keys", new byte[1]);
    String sealed = SealedBundle.seal(new Bundle(files), SealedBundle.recipient(key), WAY);
    refused(sealed, key, WAY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AAAA", "?", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})
  void nothing_is_sealed_to_what_is_no_public_key(String recipient) {
    assertThatThrownBy(() -> SealedBundle.seal(bundle(), recipient, WAY))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.code()).isEqualTo("SEAL_INVALID"));
  }

  @Test
  void opens_to_the_same_files() throws Exception {
    Bundle opened = SealedBundle.open(sealed(), key, WAY, NAMES);
    assertThat(opened.files()).containsExactlyEntriesOf(bundle().files());
    assertThat(sealed()).as("sealed anew").isNotEqualTo(sealed());
  }

  /** RFC 9180 once more, by the primitives of the JDK alone, from the text of the standard. */
  @Test
  void is_hpke_as_the_standard_has_it() throws Exception {
    byte[] all = Base64.getDecoder().decode(sealed());
    byte[] encapsulated = Arrays.copyOf(all, 32);
    byte[] kem = concat("KEM".getBytes(StandardCharsets.US_ASCII), new byte[] {0, 32});
    byte[] dh = agree(key, encapsulated);
    byte[] mine = Base64.getDecoder().decode(SealedBundle.recipient(key));
    byte[] context = concat(encapsulated, mine);
    byte[] shared = expand(kem, extract(kem, "", "eae_prk", dh), "shared_secret", context, 32);
    byte[] suite =
        concat("HPKE".getBytes(StandardCharsets.US_ASCII), new byte[] {0, 32, 0, 1, 0, 2});
    byte[] info = "hacert bundle 1".getBytes(StandardCharsets.US_ASCII);
    byte[] schedule =
        concat(
            new byte[] {0},
            extract(suite, "", "psk_id_hash", new byte[0]),
            extract(suite, "", "info_hash", info));
    byte[] secret = extract(suite, shared, "secret", new byte[0]);
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(expand(suite, secret, "key", schedule, 32), "AES"),
        new GCMParameterSpec(128, expand(suite, secret, "base_nonce", schedule, 12)));
    for (String part : List.of(WAY.cluster(), WAY.rotation(), WAY.from(), WAY.to())) {
      cipher.updateAAD(new byte[] {0, (byte) part.length()});
      cipher.updateAAD(part.getBytes(StandardCharsets.US_ASCII));
    }
    byte[] plain = cipher.doFinal(all, 32, all.length - 32);
    assertThat(new String(plain, StandardCharsets.UTF_8))
        .isEqualTo("\0\13root-ca.crt\0\0\0\15a certificate\0\13root-ca.pem\0\0\0\10a key \u00e4");
  }

  private static byte[] agree(byte[] privateKey, byte[] publicKey) throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance("X25519");
    byte[] bigEndian = new byte[32];
    for (int i = 0; i < 32; i++) {
      bigEndian[i] = publicKey[31 - i];
    }
    bigEndian[0] &= 0x7f;
    PublicKey theirs =
        factory.generatePublic(
            new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian)));
    KeyAgreement agreement = KeyAgreement.getInstance("X25519");
    agreement.init(
        factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey)));
    agreement.doPhase(theirs, true);
    return agreement.generateSecret();
  }

  private static byte[] extract(byte[] suite, String salt, String label, byte[] ikm)
      throws GeneralSecurityException {
    return extract(suite, salt.getBytes(StandardCharsets.US_ASCII), label, ikm);
  }

  private static byte[] extract(byte[] suite, byte[] salt, String label, byte[] ikm)
      throws GeneralSecurityException {
    byte[] zero = salt.length == 0 ? new byte[32] : salt;
    return hmac(
        zero,
        concat(
            "HPKE-v1".getBytes(StandardCharsets.US_ASCII),
            suite,
            label.getBytes(StandardCharsets.US_ASCII),
            ikm));
  }

  /** One block is enough for all lengths here. */
  private static byte[] expand(byte[] suite, byte[] prk, String label, byte[] info, int length)
      throws GeneralSecurityException {
    byte[] block =
        hmac(
            prk,
            concat(
                ByteBuffer.allocate(2).putShort((short) length).array(),
                "HPKE-v1".getBytes(StandardCharsets.US_ASCII),
                suite,
                label.getBytes(StandardCharsets.US_ASCII),
                info,
                new byte[] {1}));
    return Arrays.copyOf(block, length);
  }

  private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(data);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
