package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Json;
import hacert.result.Outcome;
import hacert.x509.Openssl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Passwords that Ansible Vault keeps, each way that an inventory can name them. */
@Tag("long")
class VaultIT {
  @RegisterExtension static final Lab LAB = Lab.of(3, "3x");

  private static final String BRACES = "Aa1{}xy{{z}}%9{%";

  private final Pair inFile = LAB.pair(1);
  private final Pair inline = LAB.pair(2);
  private final Pair unsafe = LAB.pair(3);
  private Map<String, Pair.Before> before;
  private Path vaultPassword;

  @BeforeEach
  void fresh() throws IOException {
    LAB.reset();
    before = LAB.remember();
    vaultPassword = write("vault-password", "open sesame\n");
  }

  @Test
  void a_file_a_single_value_and_one_with_braces_are_read() throws Exception {
    keepInFile("site", inFile, Json.mapper().writeValueAsString(LAB.password()));
    keepInline("site", inline, LAB.password());
    keepInFile("site", unsafe, "!unsafe '" + BRACES + "'");
    PlayRun run =
        rotate("site")
            .with("--vault-password-file", vaultPassword.toString(), "-vvvv")
            .setFor(unsafe, "hacert_source", "vendor")
            .setYaml(unsafe, "hacert_subject", SourcesIT.SUBJECT)
            .succeed();
    for (Pair pair : List.of(inFile, inline, unsafe)) {
      run.assertEnd(pair, Outcome.SUCCEEDED, 0);
      pair.assertAllNew(before.get(pair.cluster()));
      assertOpens(pair, pair.equals(unsafe) ? BRACES : LAB.password());
    }
    assertThat(SecretsIT.holds(run.output(), LAB.password())).isFalse();
    assertThat(SecretsIT.holds(run.output(), BRACES)).isFalse();
  }

  @Test
  void a_file_that_cannot_be_opened_is_refused_and_nothing_is_changed() throws Exception {
    keepInFile("site", inFile, Json.mapper().writeValueAsString(LAB.password()));
    PlayRun locked = rotate("site").with("--limit", inFile.cluster()).fail();
    assertThat(locked.text()).contains("no vault secrets found");
    PlayRun wrong = rotate("site").with("--limit", inFile.cluster()).with(wrongPassword()).fail();
    assertThat(wrong.text()).contains("Decryption failed");
    assertThat(inFile.a().calls()).isEmpty();
    inFile.assertUntouched(before.get(inFile.cluster()));
  }

  @Test
  void a_value_that_cannot_be_opened_is_refused_and_nothing_is_changed() throws Exception {
    keepInline("site", inline, LAB.password());
    PlayRun locked = rotate("site").with("--limit", inline.cluster()).fail();
    assertThat(locked.text()).contains("no vault secrets found");
    PlayRun wrong = rotate("site").with("--limit", inline.cluster()).with(wrongPassword()).fail();
    assertThat(wrong.text()).contains("Decryption failed");
    assertThat(inline.a().calls()).isEmpty();
    inline.assertUntouched(before.get(inline.cluster()));
  }

  private static Playbook rotate(String site) {
    return Playbook.rotate(LAB).with("-i", LAB.files().resolve(site).toString());
  }

  private String[] wrongPassword() throws IOException {
    return new String[] {"--vault-password-file", write("wrong-password", "closed\n").toString()};
  }

  /** As README has it: a variable of its own in an encrypted file. */
  private void keepInFile(String site, Pair pair, String yaml) throws IOException {
    hosts(site, pair);
    String group = site + "/group_vars/" + pair.cluster();
    write(group + "/main.yml", "hacert_password: \"{{ vault_password }}\"\n");
    encrypt(write(group + "/vault.yml", "vault_password: " + yaml + "\n"));
  }

  /** As {@code ansible-vault encrypt_string} prints it. */
  private void keepInline(String site, Pair pair, String password) throws IOException {
    hosts(site, pair);
    String encrypted = Files.readString(encrypt(write("value", password)));
    write(
        site + "/group_vars/" + pair.cluster() + ".yml",
        "hacert_password: !vault |\n" + encrypted.indent(2));
  }

  private static void hosts(String site, Pair pair) throws IOException {
    write(site + "/" + pair.cluster() + ".yml", "all: {children: {" + pair.cluster() + ": {}}}\n");
  }

  private Path encrypt(Path file) {
    Command.ok(
        Lab.PROJECT,
        Duration.ofMinutes(1),
        "ansible-vault",
        "encrypt",
        "--vault-password-file",
        vaultPassword.toString(),
        file.toString());
    return file;
  }

  private static Path write(String name, String content) throws IOException {
    Path file = LAB.files().resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private static void assertOpens(Pair pair, String password) throws IOException {
    for (LabHost host : pair.hosts()) {
      String key = host.certHa().resolve("root-ca.pem").toString();
      Openssl.ok(Openssl.line(password), "pkey", "-in", key, "-passin", "stdin", "-noout");
    }
  }
}
