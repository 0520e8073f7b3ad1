package hacert.opengauss;

import static hacert.opengauss.Samples.CLOCK;
import static hacert.opengauss.Samples.PASSWORD;
import static hacert.opengauss.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.target.Bundle;
import hacert.x509.Openssl;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In which ways the keys of a bundle may be encrypted. */
class ServerBundleKeysTest extends ServerBundleChecks {
  @ParameterizedTest
  @ValueSource(strings = {"-aes256", "-aes128", "-des3"})
  void takes_keys_as_openssl_encrypts_them(String cipher) throws Exception {
    Bundle traditional = Samples.enterprise(shop, "server", "client", "ca.pem");
    shop.opensslWith(
        PASSWORD, "ec", "-in", "server.key", cipher, "-passout", "stdin", "-out", "dek.key");
    assertThat(new String(shop.bytes("dek.key"))).contains("DEK-Info");
    assertThat(
            codes(
                with(traditional, "server.key", shop.bytes("dek.key")),
                new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of())))
        .isEmpty();
  }

  /** The server opens its key by openssl, whose version 3 has no single DES and no RC2 at hand. */
  @ParameterizedTest
  @CsvSource({
    "-v2 aes-256-cbc, ''",
    "-v2 aes-256-cbc -iter 100000, ''",
    "-v2 aes-256-cbc -iter 100001, warning KEY_ENCRYPTION_SLOW",
    "-scrypt, ''",
    "-scrypt -scrypt_p 2, warning KEY_ENCRYPTION_SLOW",
    "-v1 PBE-SHA1-3DES, ''",
    "-v1 PBE-MD5-DES, KEY_ENCRYPTION_OLD",
    "-v1 PBE-SHA1-DES, KEY_ENCRYPTION_OLD",
    "-v1 PBE-SHA1-RC2-40, KEY_ENCRYPTION_OLD",
    "-v2 des-cbc, KEY_ENCRYPTION_OLD"
  })
  void takes_pkcs8_keys_that_openssl_3_opens(String how, String code) throws Exception {
    List<String> words = new ArrayList<>(List.of("pkcs8", "-topk8", "-in", "server.key"));
    words.addAll(List.of(how.split(" ")));
    words.addAll(List.of("-provider", "legacy", "-provider", "default"));
    words.addAll(List.of("-passout", "stdin", "-out", "pbe.key"));
    shop.opensslWith(PASSWORD, words.toArray(String[]::new));
    opened("pbe.key", code);
  }

  /** openssl itself writes no such key, so it is one of which only the head is true. */
  @ParameterizedTest
  @CsvSource({
    "16384, 8, 1, false",
    "32768, 8, 1, true",
    "16384, 8, 16, false",
    "16384, 15, 1, false"
  })
  void refuses_a_key_for_which_openssl_has_not_memory_enough(int n, int r, int p, boolean refused)
      throws Exception {
    PBES2Parameters scheme =
        new PBES2Parameters(
            new KeyDerivationFunc(
                MiscObjectIdentifiers.id_scrypt, new ScryptParams(new byte[16], n, r, p)),
            new EncryptionScheme(
                NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(new byte[16])));
    byte[] key =
        new EncryptedPrivateKeyInfo(
                new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, scheme), new byte[48])
            .getEncoded();
    String text =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
            + "\n-----END ENCRYPTED PRIVATE KEY-----\n";
    List<String> codes =
        codes(with(bundle, "server.key", text.getBytes(StandardCharsets.US_ASCII)));
    assertThat(codes.contains("KEY_ENCRYPTION_MEMORY")).isEqualTo(refused);
    assertThat(codes).contains("KEY_PASSWORD_WRONG");
  }

  @Test
  void refuses_a_traditional_key_in_single_des() throws Exception {
    shop.opensslWith(
        PASSWORD,
        "ec -in server.key -des -provider legacy -provider default -passout stdin -out des.key"
            .split(" "));
    opened("des.key", "KEY_ENCRYPTION_OLD");
  }

  private static void opened(String key, String code) throws Exception {
    boolean opens =
        Openssl.run(
                    Openssl.line(PASSWORD),
                    "pkey",
                    "-in",
                    shop.path(key).toString(),
                    "-passin",
                    "stdin",
                    "-noout")
                .code()
            == 0;
    assertThat(opens).isEqualTo(!code.equals("KEY_ENCRYPTION_OLD"));
    Bundle given = Samples.enterprise(shop, "server", "client", "ca.pem");
    assertThat(
            String.join(
                " ",
                codes(
                    with(given, "server.key", shop.bytes(key)),
                    new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of()))))
        .isEqualTo(code);
  }
}
