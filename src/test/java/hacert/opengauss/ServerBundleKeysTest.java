package hacert.opengauss;

import static hacert.opengauss.Samples.CLOCK;
import static hacert.opengauss.Samples.PASSWORD;
import static hacert.opengauss.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.target.Bundle;
import hacert.x509.Openssl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
