package hacert.host;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaunchTest {
  private static final List<String> ODD =
      List.of("", "plain", "华为 \\ä\n\n", "\\0101", "a\\", "-n", "%s €", "$(id) `id` '\"");

  private static String output(Charset charset) throws Exception {
    List<String> argv =
        new java.util.ArrayList<>(
            List.of(
                "/bin/sh",
                "-c",
                "for a; do printf '<%s>' \"$a\"; done; printf '%s' \"$V\"; env",
                "sh"));
    argv.addAll(ODD);
    Command command =
        Command.of(Map.of("PATH", "/usr/bin:/bin", "V", "ü=\\n\n", "W", "plain"), argv);
    Process process = Launch.builder(charset, command, Map.of("X", "é"), argv).start();
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void passes_text_that_the_encoding_has_not() throws Exception {
    assertThat(output(US_ASCII))
        .startsWith("<" + String.join("><", ODD) + ">ü=\\n\n")
        .contains("X=é\n", "W=plain\n")
        .doesNotContain("hacert_");
  }

  @Test
  void passes_text_as_it_is_where_the_encoding_has_it() throws Exception {
    List<String> argv = List.of("echo", "ä");
    Command command = Command.of(Map.of("V", "ü"), argv);
    assertThat(Launch.builder(UTF_8, command, Map.of(), argv).command()).isEqualTo(argv);
  }
}
