package hacert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.ResultSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPasswordsTest {
  private static final String PASSWORD = "Gauss@12";
  private static final Path VECTORS = Path.of("src/test/resources/hacert/opengauss/key-password");

  @TempDir Path dir;

  private Cli.Run encrypt(String stdin, String... options) {
    return run(stdin, "encrypt", options);
  }

  private Cli.Run decrypt(String... options) {
    return run("", "decrypt", options);
  }

  private Cli.Run run(String stdin, String command, String... options) {
    String[] words = new String[options.length + 4];
    words[0] = "key-password";
    words[1] = command;
    words[2] = dir.toString();
    words[3] = "server";
    System.arraycopy(options, 0, words, 4, options.length);
    return Cli.run(stdin, words);
  }

  private List<String> left() throws IOException {
    try (var files = Files.list(dir)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "key-password",
        "key-password other . server",
        "key-password encrypt .",
        "key-password encrypt . ../server",
        "key-password encrypt . -x",
        "key-password decrypt . /etc/server",
        "key-password decrypt --show --format json . server"
      })
  void refuses_command_lines_that_mean_nothing(String line) {
    Cli.Run run = Cli.run(PASSWORD, line.split(" "));
    assertThat(run.code()).as(run.toString()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void writes_nothing_for_a_password_against_the_rule() throws IOException {
    Cli.Run run = encrypt("Abcdefgh@1234567");
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("PASSWORD_TOO_LONG").doesNotContain("Abcdefgh");
    assertThat(encrypt("").code()).isEqualTo(2);
    assertThat(left()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"server.key.cipher", "server.key.rand"})
  void replaces_files_only_when_told_to(String name) throws IOException {
    Files.writeString(dir.resolve(name), "precious");
    Cli.Run run = encrypt(PASSWORD);
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("OUT_EXISTS");
    assertThat(left()).containsExactly(name);
    assertThat(dir.resolve(name)).hasContent("precious");
    assertThat(encrypt(PASSWORD, "--replace").code()).isZero();
    assertThat(decrypt("--show").out()).isEqualTo(PASSWORD + System.lineSeparator());
  }

  @Test
  void says_that_there_is_no_directory() {
    Cli.Run run =
        Cli.run(PASSWORD, "key-password", "encrypt", dir.resolve("none").toString(), "server");
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).contains("OUT_NOT_A_DIRECTORY");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bad-cipher-bit", "bad-mixed-pair", "bad-truncated", "bad-zlib-crc"})
  void says_why_a_pair_is_not_sound_and_shows_nothing(String name) {
    Cli.Run run =
        Cli.run(
            "", "key-password", "decrypt", "--show", VECTORS.resolve(name).toString(), "server");
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).startsWith("error KEY_");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void says_which_file_is_missing_or_a_link() throws IOException {
    assertThat(decrypt().err()).contains("FILE_MISSING", "server.key.cipher", "server.key.rand");
    assertThat(encrypt(PASSWORD).code()).isZero();
    Files.move(dir.resolve("server.key.cipher"), dir.resolve("elsewhere"));
    Files.createSymbolicLink(dir.resolve("server.key.cipher"), Path.of("elsewhere"));
    assertThat(decrypt().err()).contains("FILE_NOT_REGULAR");
  }

  @Test
  void makes_a_pair_for_its_owner_alone_and_keeps_the_password_to_itself() throws IOException {
    Cli.Run made = encrypt(PASSWORD + "\n");
    assertThat(made.code()).isZero();
    assertThat(made.out()).contains("server.key.cipher", "server.key.rand");
    assertThat(left()).containsExactly("server.key.cipher", "server.key.rand");
    for (String name : left()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(name))))
          .isEqualTo("rw-------");
    }
    Cli.Run sound = decrypt();
    assertThat(sound.code()).isZero();
    assertThat(sound.out()).contains("are a sound pair.");
    assertThat(made.toString() + sound).doesNotContain(PASSWORD);
    assertThat(decrypt("--show").out()).isEqualTo(PASSWORD + System.lineSeparator());
  }

  @Test
  void answers_in_json_as_the_schema_says() throws IOException {
    Cli.Run made = encrypt(PASSWORD, "--format", "json");
    ResultSchema.assertValid(made.out());
    ResultSchema.assertValid(decrypt("--format", "json").out());
    Cli.Run again = encrypt(PASSWORD, "--format", "json");
    ResultSchema.assertValid(again.out());
    assertThat(again.out()).contains("\"refused\"", "OUT_EXISTS");
  }
}
