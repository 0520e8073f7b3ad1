package hacert.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DerKeysTest {
  private static final String PASSWORD = "Gauss@12";
  private static final SecureRandom RANDOM = new SecureRandom();

  /** The calls that drivers of databases make, old and new ones. */
  private static PrivateKey asDriversDo(byte[] der, String password, String algorithm)
      throws Exception {
    EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
    Cipher cipher = Cipher.getInstance(info.getAlgName());
    SecretKeyFactory factory = SecretKeyFactory.getInstance(info.getAlgName());
    cipher.init(
        Cipher.DECRYPT_MODE,
        factory.generateSecret(new PBEKeySpec(password.toCharArray())),
        info.getAlgParameters());
    return KeyFactory.getInstance(algorithm).generatePrivate(info.getKeySpec(cipher));
  }

  @ParameterizedTest
  @EnumSource(KeySpec.class)
  void java_openssl_and_we_open_it(KeySpec spec, @TempDir Path dir) throws Exception {
    KeyPair pair = spec.generate(RANDOM);
    byte[] der = DerKeys.write(pair.getPrivate(), PASSWORD.toCharArray(), RANDOM);
    String algorithm = pair.getPrivate().getAlgorithm();
    Keyring ring = new Keyring();
    ring.add(der, PASSWORD.toCharArray());
    assertThat(ring.keys()).hasSize(1);
    assertThat(ring.plainKey()).isFalse();
    assertThat(ring.keys().get(0)).isEqualTo(pair.getPrivate());
    assertThat(asDriversDo(der, PASSWORD, algorithm).getAlgorithm()).isEqualTo(algorithm);
    Path file = Files.write(dir.resolve("key.pk8"), der);
    assertThat(
            Openssl.ok(
                Openssl.line(PASSWORD),
                "pkey",
                "-inform",
                "DER",
                "-in",
                file.toString(),
                "-passin",
                "stdin",
                "-pubout",
                "-outform",
                "DER"))
        .isEqualTo(pair.getPublic().getEncoded());
  }

  @Test
  void opens_with_no_other_password() {
    byte[] der =
        DerKeys.write(
            KeySpec.EC_P256.generate(RANDOM).getPrivate(), PASSWORD.toCharArray(), RANDOM);
    assertThatExceptionOfType(UnreadableKeyException.class)
        .isThrownBy(() -> new Keyring().add(der, "Gauss@13".toCharArray()))
        .matches(e -> e.reason() == UnreadableKeyException.Reason.WRONG_PASSWORD);
  }
}
