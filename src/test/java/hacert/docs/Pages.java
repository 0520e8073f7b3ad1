package hacert.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The pages that people read. Tests run in the project's root. */
public final class Pages {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```sh\\n(.*?)^ *```$");
  private static final Pattern YAML = Pattern.compile("(?ms)^ *```yaml\\n(.*?)^ *```$");
  private static final Pattern INLINE = Pattern.compile("(?<!`)`([^`\\n]+)`(?!`)");

  private Pages() {}

  static List<Path> all() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CHANGELOG.md")));
    pages.addAll(List.of(Path.of("src/lab/README.md"), Path.of("bench/README.md")));
    try (Stream<Path> docs = Files.list(Path.of("docs"))) {
      docs.filter(p -> p.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  static String text(String page) throws IOException {
    return Files.readString(Path.of(page));
  }

  /** The lines of the shell blocks of all pages, without comments. */
  public static Set<String> lines() throws IOException {
    Set<String> lines = new LinkedHashSet<>();
    for (Path page : all()) {
      lines.addAll(lines(Files.readString(page)));
    }
    return lines;
  }

  private static List<String> lines(String text) {
    return BLOCK
        .matcher(text)
        .results()
        .flatMap(block -> block.group(1).lines())
        .map(line -> line.replaceAll("(^|\\s)#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /** Commands that a page shows, without comments: lines of its shell blocks, and inline ones. */
  static List<String> commands(Path page) throws IOException {
    String text = Files.readString(page);
    List<String> commands = new ArrayList<>(lines(text));
    Matcher inline = INLINE.matcher(text);
    while (inline.find()) {
      commands.add(inline.group(1));
    }
    return commands;
  }

  /** The YAML blocks of a page. */
  public static List<String> yaml(String page) throws IOException {
    return YAML.matcher(text(page)).results().map(r -> r.group(1).stripIndent()).toList();
  }

  /** The only YAML block of a page that begins so. */
  public static String yaml(String page, String beginning) throws IOException {
    List<String> blocks = yaml(page).stream().filter(b -> b.startsWith(beginning)).toList();
    if (blocks.size() != 1) {
      throw new AssertionError(page + " has " + blocks.size() + " blocks of YAML: " + beginning);
    }
    return blocks.get(0);
  }

  /** What stands in backquotes. */
  static List<String> quoted(Path page) throws IOException {
    return INLINE.matcher(Files.readString(page)).results().map(r -> r.group(1)).toList();
  }

  /** Rows of the tables of a page whose first cell is one word in backquotes; cells stripped. */
  static List<List<String>> rows(String page) throws IOException {
    return text(page)
        .lines()
        .filter(line -> line.matches("\\| `[^`]+` \\|.*\\|"))
        .map(line -> line.substring(1, line.length() - 1).split("(?<!\\\\)\\|", -1))
        .map(cells -> Stream.of(cells).map(c -> c.strip().replace("\\|", "|")).toList())
        .toList();
  }

  static String unquoted(String cell) {
    return cell.replaceAll("^(`+)(.*)\\1$", "$2");
  }
}
