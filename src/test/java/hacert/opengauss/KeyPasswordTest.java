package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.result.Json;
import hacert.target.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KeyPasswordTest {
  private static final Path VECTORS = Path.of("src/test/resources/hacert/opengauss/key-password");
  private static final SecureRandom RANDOM = new SecureRandom();

  /** One of the shared vectors: files, what is known of them, where deterministic the parts. */
  record Vector(JsonNode node) {
    String name() {
      return node.get("name").asText();
    }

    boolean valid() {
      return node.get("valid").asBoolean();
    }

    byte[] file(String extension) throws IOException {
      String name = node.get("prefix").asText() + ".key" + extension;
      return Files.readAllBytes(VECTORS.resolve(node.get("dir").asText()).resolve(name));
    }

    byte[] field(String name) {
      return HexFormat.of().parseHex(node.at("/fields/" + name).asText());
    }

    Secret password() {
      return secret(node.get("password").asText());
    }

    @Override
    public String toString() {
      return name();
    }
  }

  static Stream<Vector> vectors(boolean valid) throws IOException {
    JsonNode all = Json.mapper().readTree(VECTORS.resolve("vectors.json").toFile());
    return StreamSupport.stream(all.get("vectors").spliterator(), false)
        .map(Vector::new)
        .filter(v -> v.valid() == valid);
  }

  static Stream<Vector> valid() throws IOException {
    return vectors(true);
  }

  static Secret secret(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Secret secret) {
    return new String(secret.copy(), StandardCharsets.UTF_8);
  }

  private static String code(byte[] cipher, byte[] rand) {
    HostException thrown =
        catchThrowableOfType(HostException.class, () -> KeyPassword.decrypt(cipher, rand));
    return thrown == null ? "" : thrown.code();
  }

  @Test
  void there_are_vectors_of_both_kinds() throws IOException {
    assertThat(vectors(true)).hasSize(7);
    assertThat(vectors(false)).hasSize(4);
  }

  @ParameterizedTest
  @CsvSource({
    "bad-cipher-bit, KEY_CIPHER_DAMAGED",
    "bad-mixed-pair, KEY_PASSWORD_FILES_APART",
    "bad-truncated, KEY_CIPHER_LENGTH",
    "bad-zlib-crc, KEY_CIPHER_DAMAGED"
  })
  void refuses_the_invalid_vectors_and_tells_them_apart(String name, String code) throws Exception {
    Vector vector = vectors(false).filter(v -> v.name().equals(name)).findFirst().orElseThrow();
    assertThat(code(vector.file(".cipher"), vector.file(".rand"))).isEqualTo(code);
  }

  @ParameterizedTest
  @MethodSource("valid")
  void refuses_one_flipped_bit_anywhere(Vector vector) throws Exception {
    byte[] cipher = vector.file(".cipher");
    byte[] rand = vector.file(".rand");
    for (int bit = 0; bit < 8 * (cipher.length + rand.length); bit++) {
      boolean first = bit < 8 * cipher.length;
      byte[] file = first ? cipher : rand;
      int at = first ? bit : bit - 8 * cipher.length;
      file[at / 8] ^= (byte) (1 << at % 8);
      assertThat(code(cipher, rand))
          .as("bit %d", bit)
          .isEqualTo(first ? "KEY_CIPHER_DAMAGED" : "KEY_RAND_DAMAGED");
      file[at / 8] ^= (byte) (1 << at % 8);
    }
    assertThat(code(cipher, rand)).isEmpty();
  }

  @Test
  void refuses_every_other_length() {
    for (int length : new int[] {0, 1, 55, 57, 1 << 20}) {
      assertThat(code(new byte[length], new byte[24])).isEqualTo("KEY_CIPHER_LENGTH");
    }
    byte[] cipher = KeyPassword.encrypt(secret("Gauss@12"), RANDOM).cipher();
    for (int length : new int[] {0, 1, 23, 25, 1 << 20}) {
      assertThat(code(cipher, new byte[length])).isEqualTo("KEY_RAND_LENGTH");
    }
  }

  @Test
  void says_what_was_expected_and_what_to_do() throws Exception {
    HostException thrown =
        catchThrowableOfType(
            HostException.class, () -> KeyPassword.decrypt(new byte[55], new byte[24]));
    assertThat(thrown.finding().message())
        .isEqualTo("Expected 56 bytes in the .cipher file, got 55.");
    assertThat(thrown.finding().remedy()).contains("anew");
  }

  @Test
  void refuses_a_password_against_the_rule_in_both_directions() throws Exception {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyPassword.encrypt(secret("Abcdefgh@1234567"), RANDOM))
        .withMessageContaining("at most 15 bytes; it takes 16")
        .withMessageNotContaining("Abcdefgh");
    assertThat(code(sealed("short"), RAND)).isEqualTo("PASSWORD_TOO_SHORT");
    assertThat(code(sealed("kinds-kinds"), RAND)).isEqualTo("PASSWORD_KINDS");
    assertThat(code(sealed("Gauss@12\n"), RAND)).isEqualTo("PASSWORD_CHARACTER");
    assertThat(code(sealed("Gauss@12"), RAND)).isEmpty();
  }

  private static final byte[] ZERO = new byte[16];
  private static final byte[] RAND = KeyPasswordTest.fixed().rand();

  private static KeyPassword fixed() {
    return KeyPassword.encrypt(secret("Gauss@12"), ZERO, ZERO, ZERO, KeyPassword::derive);
  }

  /** What a writer without our rule would write. */
  private static byte[] sealed(String password) throws Exception {
    byte[] padded = Arrays.copyOf(password.getBytes(StandardCharsets.UTF_8), 16);
    padded[password.length()] = (byte) 0x80;
    var aes = Cipher.getInstance("AES/CBC/NoPadding");
    aes.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(KeyPassword.derive(ZERO, ZERO), "AES"),
        new IvParameterSpec(ZERO));
    byte[] cipher = new byte[56];
    System.arraycopy(aes.doFinal(padded), 0, cipher, 0, 16);
    ByteBuffer.wrap(cipher).order(ByteOrder.LITTLE_ENDIAN).putInt(52, KeyPassword.crc(cipher, 52));
    return cipher;
  }

  @Test
  void has_the_checksum_of_the_vendor() {
    assertThat(KeyPassword.crc("123456789".getBytes(StandardCharsets.US_ASCII), 9))
        .isEqualTo(0xC40ED0B0);
  }

  @ParameterizedTest
  @MethodSource("valid")
  void reads_what_the_server_wrote(Vector vector) throws Exception {
    assertThat(KeyPassword.derive(vector.field("work_key"), vector.field("salt")))
        .isEqualTo(vector.field("derived_key"));
    try (Secret password = KeyPassword.decrypt(vector.file(".cipher"), vector.file(".rand"))) {
      assertThat(text(password)).isEqualTo(vector.node().get("password").asText());
    }
  }

  @ParameterizedTest
  @MethodSource("valid")
  void writes_byte_for_byte_what_others_write_with_zeros_in_unused_bytes(Vector vector)
      throws Exception {
    KeyPassword made =
        KeyPassword.encrypt(
            vector.password(),
            vector.field("work_key"),
            vector.field("salt"),
            vector.field("iv"),
            KeyPassword::derive);
    if (vector.node().at("/fields/unused_bytes").toString().matches(".*:\"0*[1-9a-f].*")) {
      assertThat(Arrays.copyOf(made.cipher(), 16)).isEqualTo(vector.field("ciphertext"));
    } else {
      assertThat(made.cipher()).isEqualTo(vector.file(".cipher"));
      assertThat(made.rand()).isEqualTo(vector.file(".rand"));
    }
  }

  /**
   * A derivation takes milliseconds: all passwords go through a few derived keys, and each
   * thirtieth through everything.
   */
  @Test
  void ten_thousand_random_passwords_come_back() throws Exception {
    long seed = RANDOM.nextLong();
    Random random = new Random(seed);
    Map<String, byte[]> keys = new HashMap<>();
    BinaryOperator<byte[]> cached =
        (workKey, salt) ->
            keys.computeIfAbsent(
                    HexFormat.of().formatHex(workKey) + HexFormat.of().formatHex(salt),
                    all -> KeyPassword.derive(workKey, salt))
                .clone();
    byte[][] workKeys = parts(random, 8);
    byte[][] salts = parts(random, 8);
    for (int i = 0; i < 10_000; i++) {
      String password = password(random);
      boolean full = i % 30 == 0;
      try (Secret secret = secret(password);
          KeyPassword files =
              full
                  ? KeyPassword.encrypt(secret, RANDOM)
                  : KeyPassword.encrypt(
                      secret,
                      workKeys[random.nextInt(8)],
                      salts[random.nextInt(8)],
                      parts(random, 1)[0],
                      cached);
          Secret back =
              full
                  ? KeyPassword.decrypt(files.cipher(), files.rand())
                  : KeyPassword.decrypt(files.cipher(), files.rand(), cached)) {
        assertThat(text(back)).as("seed %d, number %d", seed, i).isEqualTo(password);
      }
    }
    assertThat(keys).hasSizeLessThanOrEqualTo(64);
  }

  private static byte[][] parts(Random random, int count) {
    byte[][] parts = new byte[count][16];
    for (byte[] part : parts) {
      random.nextBytes(part);
    }
    return parts;
  }

  /** Of printable ASCII and of characters that take more bytes, until one keeps the rule. */
  private static String password(Random random) {
    while (true) {
      StringBuilder text = new StringBuilder();
      int length = 8 + random.nextInt(8);
      while (text.length() < length) {
        text.append((char) (random.nextInt(20) == 0 ? 0xe4 : ' ' + random.nextInt(95)));
      }
      if (KeyPasswordRule.check(secret(text.toString())).isEmpty()) {
        return text.toString();
      }
    }
  }

  @Test
  void two_runs_have_no_part_in_common() throws Exception {
    KeyPassword one = KeyPassword.encrypt(secret("Gauss@12"), RANDOM);
    KeyPassword two = KeyPassword.encrypt(secret("Gauss@12"), RANDOM);
    assertThat(one.rand()).isNotEqualTo(two.rand());
    assertThat(one.cipher()).isNotEqualTo(two.cipher());
    // Once in 256 the padding looks right; then what it pads breaks the rule.
    assertThat(code(one.cipher(), two.rand())).isNotEmpty();
  }

  @Test
  void prints_no_bytes_and_is_wiped() {
    KeyPassword files = fixed();
    assertThat(files.toString()).isEqualTo("KeyPassword[56 and 24 bytes]");
    files.close();
    assertThat(files.cipher()).containsOnly(0);
    assertThat(files.rand()).containsOnly(0);
  }
}
