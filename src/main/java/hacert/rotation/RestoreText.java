package hacert.rotation;

import static hacert.host.Shell.quoted;

import hacert.host.Snapshot;
import hacert.host.Snapshot.Entry;
import hacert.host.Snapshot.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The instructions beside a backup: how to go back with plain shell, without this program. */
final class RestoreText {
  private RestoreText() {}

  static String of(Generation g, Path directory, String restartByHand) {
    List<String> lines = new ArrayList<>();
    lines.add("# Generation " + g.number() + ", recorded " + g.created() + ".");
    lines.add("#");
    lines.add(
        "# To go back to it without hacert, on each node of the cluster, in a login shell of the");
    lines.add(
        "# user who owns these files: run this file with sh, on all nodes; then the restart, which");
    lines.add("# stands in its last line, the active node first.");
    if (!g.proven()) {
      lines.add(
          "# Mind: this state is not proven to be what the service worked with, or not whole.");
    }
    List<String> end = new ArrayList<>();
    g.settings().forEach((name, value) -> end.add("# Set then: " + name + "='" + value + "'"));
    end.addAll(List.of("# The restart, active node first:", "# " + restartByHand));
    return of(lines, g.manifest(), directory, end);
  }

  /**
   * @param head what stands above the commands
   * @param manifest what is brought back
   * @param directory where its files lie
   * @param end what stands below the commands
   */
  static String of(List<String> head, Snapshot manifest, Path directory, List<String> end) {
    List<String> lines = new ArrayList<>(head);
    lines.add("set -e");
    String aside = quoted(directory.resolve("moved-aside").toString());
    lines.add("# Files that were not there then are moved aside.");
    lines.add("mkdir -p -m 0700 " + aside);
    for (String root : manifest.roots()) {
      String others =
          manifest.entries().stream()
              .filter(e -> e.type() != Type.DIRECTORY && e.path().startsWith(root + "/"))
              .map(e -> " ! -path " + quoted(pattern(e.path())))
              .collect(Collectors.joining());
      boolean isDirectory =
          manifest.entries().stream()
              .anyMatch(e -> e.path().equals(root) && e.type() == Type.DIRECTORY);
      lines.add(
          (isDirectory ? "mkdir -p " + quoted(root) + " && " : "[ ! -e " + quoted(root) + " ] || ")
              + "find "
              + quoted(root)
              + " \\( -type f -o -type l \\)"
              + others
              + " -exec mv --backup=numbered {} "
              + aside
              + " \\;");
    }
    for (Entry e : manifest.entries()) {
      switch (e.type()) {
        case DIRECTORY -> lines.add("mkdir -p " + quoted(e.path()));
        case LINK -> lines.add("ln -sfnT " + quoted(e.linkTarget()) + " " + quoted(e.path()));
        case FILE -> {
          String copy = directory.resolve("files").resolve(e.path().substring(1)).toString();
          // A link that stands there now is replaced, and what it names is left alone.
          lines.add("cp -fT --remove-destination " + quoted(copy) + " " + quoted(e.path()));
        }
        default -> throw new IllegalStateException(e.type().name());
      }
    }
    // One who may not set them all still sets what can be set.
    lines.add("left=");
    for (Entry e : manifest.entries()) {
      lines.add("chown -h " + e.uid() + ":" + e.gid() + " " + quoted(e.path()) + " || left=1");
      if (e.type() != Type.LINK) {
        lines.add("chmod " + e.mode() + " " + quoted(e.path()) + " || left=1");
      }
    }
    lines.add(
        "[ -z \"$left\" ] || { echo 'The files are back. As root, set the owners and modes that were"
            + " complained of.' >&2; exit 1; }");
    lines.addAll(end);
    lines.add("");
    return String.join("\n", lines);
  }

  /** As find's -path reads it: without a meaning of its own characters. */
  private static String pattern(String path) {
    return path.replaceAll("[\\\\*?\\[]", "\\\\$0");
  }
}
