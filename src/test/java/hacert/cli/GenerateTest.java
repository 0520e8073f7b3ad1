package hacert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.policy.RootBundlePolicy;
import hacert.result.Json;
import hacert.result.ResultSchema;
import hacert.x509.Certificates;
import hacert.x509.Openssl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerateTest {
  private static final String PASSWORD = "Pa-ss\"w€rd 1";

  @TempDir Path dir;

  private Cli.Run generate(String stdin, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("generate", "--out", dir.toString(), "--password-stdin", "--key", "ec-p256"));
    arguments.addAll(List.of(more));
    return Cli.run(stdin, arguments.toArray(String[]::new));
  }

  private List<String> left() throws IOException {
    try (var files = Files.list(dir)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"root-ca.crt", "root-ca.pem"})
  void never_replaces_a_file(String name) throws IOException {
    Files.writeString(dir.resolve(name), "precious");
    Cli.Run run = generate(PASSWORD, "--common-name", "x");
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("OUT_EXISTS", name);
    assertThat(dir.resolve(name)).hasContent("precious");
    assertThat(left()).containsExactly(name);
  }

  @Test
  void never_replaces_a_link_to_nowhere() throws IOException {
    Files.createSymbolicLink(dir.resolve("root-ca.pem"), dir.resolve("nowhere"));
    assertThat(generate(PASSWORD, "--common-name", "x").code()).isEqualTo(3);
    assertThat(left()).containsExactly("root-ca.pem");
  }

  @Test
  void writes_all_or_nothing() throws IOException {
    Files.writeString(dir.resolve("b"), "precious");
    var files = new java.util.LinkedHashMap<String, byte[]>();
    files.put("a", new byte[1]);
    files.put("b", new byte[1]);
    org.assertj.core.api.Assertions.assertThatExceptionOfType(
            java.nio.file.FileAlreadyExistsException.class)
        .isThrownBy(() -> NewFiles.write(dir, files));
    assertThat(left()).containsExactly("b");
    assertThat(dir.resolve("b")).hasContent("precious");
  }

  @Test
  void makes_nothing_when_anything_is_wrong_and_says_all_of_it() throws IOException {
    Cli.Run run = generate("short", "--country", "DEU");
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("SUBJECT_COUNTRY", "PASSWORD_TOO_SHORT").doesNotContain("short");
    Cli.Run nowhere =
        Cli.run(
            PASSWORD,
            "generate",
            "--out",
            dir.resolve("none").toString(),
            "--password-stdin",
            "--common-name",
            "x");
    assertThat(nowhere.code()).isEqualTo(3);
    assertThat(nowhere.err()).contains("OUT_NOT_A_DIRECTORY");
    assertThat(generate("", "--common-name", "x").code()).isEqualTo(2);
    assertThat(generate("\n", "--common-name", "x").code()).isEqualTo(2);
    assertThat(generate(PASSWORD, "--common-name", "x", "--days", "0").code()).isEqualTo(2);
    assertThat(left()).isEmpty();
    byte[] latin1 = {'p', 'a', 's', 's', 'w', 'o', 'r', (byte) 0xe4};
    Cli.Run odd =
        Cli.run(
            latin1,
            false,
            "generate",
            "--out",
            dir.toString(),
            "--password-stdin",
            "--common-name",
            "x");
    assertThat(odd.code()).isEqualTo(2);
    assertThat(odd.err()).contains("not UTF-8");
    assertThat(left()).isEmpty();
  }

  @Test
  void refuses_a_kind_of_key_and_lists_the_kinds() {
    Cli.Run run =
        Cli.run(PASSWORD, "generate", "--out", dir.toString(), "--password-stdin", "--key", "dsa");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n"})
  void makes_a_bundle_that_its_own_policy_and_openssl_accept(String end) throws Exception {
    Cli.Run run =
        generate(PASSWORD + end, "--common-name", "HA Root", "--country", "DE", "--days", "30");
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("Made ", "CN=HA Root,C=DE", "29 days left", "EC P-256")
        .doesNotContain(PASSWORD);
    assertThat(left()).containsExactly("root-ca.crt", "root-ca.pem");
    for (String name : left()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(name))))
          .isEqualTo("rw-------");
    }
    byte[] crt = Files.readAllBytes(dir.resolve("root-ca.crt"));
    byte[] pem = Files.readAllBytes(dir.resolve("root-ca.pem"));
    assertThat(RootBundlePolicy.check(crt, pem, PASSWORD.toCharArray(), false, Clock.systemUTC()))
        .isEmpty();
    byte[] publicKey =
        Openssl.ok(
            Openssl.line(PASSWORD),
            "pkey",
            "-in",
            dir.resolve("root-ca.pem").toString(),
            "-passin",
            "stdin",
            "-pubout",
            "-outform",
            "DER");
    assertThat(publicKey).isEqualTo(Certificates.read(crt).get(0).getPublicKey().getEncoded());
  }

  @Test
  void answers_in_json_as_the_schema_says() throws IOException {
    Cli.Run good = generate(PASSWORD, "--common-name", "x", "--format", "json");
    ResultSchema.assertValid(good.out());
    JsonNode result = Json.mapper().readTree(good.out());
    assertThat(result.get("outcome").asText()).isEqualTo("succeeded");
    assertThat(result.at("/after/0/subject").asText()).isEqualTo("CN=x");
    Cli.Run again = generate(PASSWORD, "--common-name", "x", "--format", "json");
    ResultSchema.assertValid(again.out());
    assertThat(Json.mapper().readTree(again.out()).get("outcome").asText()).isEqualTo("refused");
    assertThat(again.err()).isEmpty();
  }
}
