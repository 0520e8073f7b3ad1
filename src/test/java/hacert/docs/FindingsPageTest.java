package hacert.docs;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.probe.ProbeResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/findings.md against the code: every code is explained, and no other. */
class FindingsPageTest {
  private static final Pattern LITERAL = Pattern.compile("\"([A-Z][A-Z0-9_]{3,})\"");
  private static final Pattern QUOTED = Pattern.compile("`([A-Z][A-Z0-9_]{3,})`");
  private static final Pattern EXPLAINED = Pattern.compile("(?m)^- \\*\\*([A-Z][A-Z0-9_]+)\\*\\*");

  /** Its codes are put together of this and a kind. */
  private static final String PROBE = "PROBE_";

  /** Texts in capitals that are no codes: variables, words of other programs, names in usages. */
  private static final Set<String> OTHERS =
      Set.of(
          "ADDRESS",
          "BIGDATA_HOME",
          "CERTIFICATE",
          "CLUSTER",
          "DSS_HOME",
          "DSS_SSL",
          "FILE",
          "GAUSSHOME",
          "HACERT_ARGC",
          "HACERT_ARG_",
          "HACERT_DEBUG",
          "HACERT_FILE",
          "HACERT_MARK",
          "HACERT_ROTATION",
          "HACERT_PROGRAM",
          "HACERT_SHELL",
          "HACERT_UMASK",
          "HOME",
          "HOSTNAME",
          "KIND",
          "LD_LIBRARY_PATH",
          "LOGNAME",
          "MPPDB_ENV_SEPARATE_PATH",
          "NAME",
          "OLDPWD",
          "OMS_RUN_PATH",
          "PATH",
          "PBES2",
          "PGHOST",
          "SSH_AUTH_SOCK",
          "USER",
          "PKCS7",
          "PKIX",
          "PREFIX",
          "PROBE_",
          "SECONDS",
          "SHA1",
          "SHELL",
          "SHLVL",
          "SSH_CONNECTION",
          "SUDO_USER",
          "TERM",
          "TEXT",
          "USERAUTH");

  @Test
  void explains_every_code_and_no_other() throws IOException {
    Set<String> codes = literals();
    codes.removeAll(OTHERS);
    for (ProbeResult.Kind kind : ProbeResult.Kind.values()) {
      codes.add(PROBE + kind);
    }
    assertThat(explained()).containsExactlyInAnyOrderElementsOf(codes);
  }

  @Test
  void leaves_out_only_what_still_stands_in_the_code() throws IOException {
    assertThat(literals()).containsAll(OTHERS);
  }

  @Test
  void explains_no_code_twice() throws IOException {
    assertThat(EXPLAINED.matcher(Pages.text("docs/findings.md")).results().map(r -> r.group(1)))
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/runbook.md"})
  void tables_of_other_pages_name_only_what_it_explains(String page) throws IOException {
    Set<String> named = new TreeSet<>();
    Pages.text(page)
        .lines()
        .filter(line -> line.startsWith("| `"))
        .forEach(line -> named.addAll(all(QUOTED, line.split("\\|")[1])));
    assertThat(named).hasSizeGreaterThan(10);
    assertThat(explained()).containsAll(named);
  }

  private static Set<String> explained() throws IOException {
    return all(EXPLAINED, Pages.text("docs/findings.md"));
  }

  private static Set<String> literals() throws IOException {
    Set<String> found = new TreeSet<>();
    for (String root : new String[] {"src/main/java", "plugins/action", "roles"}) {
      try (Stream<Path> files = Files.walk(Path.of(root))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          if (file.toString().matches(".*\\.(java|py|yml|j2)")) {
            found.addAll(all(LITERAL, Files.readString(file)));
          }
        }
      }
    }
    return found;
  }

  private static Set<String> all(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }
}
