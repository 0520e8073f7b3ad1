package hacert.target;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretTest {
  @Test
  void shows_itself_in_no_text() {
    Secret secret = new Secret("Pass.w0rd".getBytes(UTF_8));
    assertThat(secret.toString() + new Bundle(Map.of("a", "Pass.w0rd".getBytes(UTF_8))))
        .doesNotContain("Pass");
  }

  @Test
  void is_gone_after_closing() {
    byte[] bytes = "Pass.w0rd".getBytes(UTF_8);
    Secret secret = new Secret(bytes);
    byte[] copy = secret.copy();
    secret.close();
    assertThat(bytes).containsOnly(0);
    assertThat(secret.copy()).containsOnly(0);
    assertThat(copy).isEqualTo("Pass.w0rd".getBytes(UTF_8));
  }

  @Test
  void a_bundle_is_gone_after_closing() {
    byte[] key = "key".getBytes(UTF_8);
    try (Bundle bundle = new Bundle(Map.of("root-ca.pem", key))) {
      assertThat(bundle.files().get("root-ca.pem")).isEqualTo("key".getBytes(UTF_8));
    }
    assertThat(key).containsOnly(0);
  }

  @Test
  void gives_its_text_in_utf_8() {
    try (Secret secret = new Secret("ä€𝄞".getBytes(UTF_8))) {
      assertThat(new String(secret.chars())).isEqualTo("ä€𝄞");
    }
  }
}
