package hacert.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySpecTest {
  @Test
  void names_what_is_allowed_when_it_refuses() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeySpec.parse("rsa-1024"))
        .withMessage(
            "unknown kind of key 'rsa-1024', expected one of"
                + " rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384");
  }

  @ParameterizedTest
  @CsvSource({
    "rsa-2048, RSA 2048",
    "rsa-3072, RSA 3072",
    "rsa-4096, RSA 4096",
    "ec-p256, EC P-256",
    "ec-p384, EC P-384"
  })
  void makes_the_key_that_is_asked_for(String text, String description) {
    KeySpec spec = KeySpec.parse(text);
    assertThat(spec).hasToString(text);
    assertThat(KeySpec.describe(spec.generate(new SecureRandom()).getPublic()))
        .isEqualTo(description);
  }
}
