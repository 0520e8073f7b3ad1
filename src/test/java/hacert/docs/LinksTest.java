package hacert.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages point to is there: links, headings, files, classes. */
class LinksTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern FILE =
      Pattern.compile("(src|roles|plugins|playbooks|docs|script|inventories/example)/[\\w./-]*");
  private static final Pattern CLASS =
      Pattern.compile("(?:hacert\\.[a-z0-9]+\\.)?([A-Z][a-z]+(?:[A-Z][a-z0-9]+)*)(?:\\.\\w+)?");

  @Test
  void every_link_leads_to_a_file_and_a_heading() throws IOException {
    for (Path page : Pages.all()) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        if (link.group(1).contains("://")) {
          continue;
        }
        String[] parts = link.group(1).split("#", 2);
        Path target =
            parts[0].isEmpty() ? page : page.resolveSibling(Path.of(parts[0])).normalize();
        assertThat(target).as("%s: %s", page, link.group(1)).exists();
        if (parts.length == 2) {
          assertThat(headings(target)).as("%s: %s", page, link.group(1)).contains(parts[1]);
        }
      }
    }
  }

  @Test
  void every_named_file_of_the_repository_is_there() throws IOException {
    for (Path page : Pages.all()) {
      for (String quoted : Pages.quoted(page)) {
        if (FILE.matcher(quoted).matches()) {
          assertThat(Path.of(quoted)).as("%s", page).exists();
        }
      }
    }
  }

  @Test
  void every_named_task_file_is_there() throws IOException {
    Set<String> names;
    try (Stream<Path> files = Stream.of("playbooks", "roles").flatMap(LinksTest::below)) {
      names = files.map(p -> p.getFileName().toString()).collect(Collectors.toSet());
    }
    for (Path page : List.of(Path.of("README.md"), Path.of("docs/how-it-works.md"))) {
      for (String quoted : Pages.quoted(page)) {
        if (quoted.matches("[a-z-]+\\.yml")) {
          assertThat(names).as("%s", page).contains(quoted);
        }
      }
    }
  }

  private static Stream<Path> below(String root) {
    try {
      return Files.walk(Path.of(root));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void every_named_class_is_there() throws IOException {
    Set<String> classes;
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      classes =
          files
              .map(p -> p.getFileName().toString())
              .filter(name -> name.endsWith(".java"))
              .map(name -> name.substring(0, name.length() - ".java".length()))
              .collect(Collectors.toSet());
    }
    for (String quoted : Pages.quoted(Path.of("docs/how-it-works.md"))) {
      Matcher named = CLASS.matcher(quoted);
      if (named.matches()) {
        assertThat(classes).contains(named.group(1));
      }
    }
  }

  /** As a forge makes anchors of headings. */
  private static Set<String> headings(Path page) throws IOException {
    return Files.readString(page)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^\\w\\s-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }
}
