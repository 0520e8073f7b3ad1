package hacert.oms;

import hacert.host.CleanText;
import hacert.oms.OmsStatus.NodeRow;
import hacert.oms.OmsStatus.ResourceRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the tables of {@code status-oms.sh}. Widths, colours, the blank line between the tables and
 * the start time differ between versions, so columns are counted from the right.
 */
public final class StatusParser {
  private static final Pattern MODE = Pattern.compile("(?i)^\\s*ha\\s?mode\\b[\\s:=]*(\\S*)\\s*$");
  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  private static final Pattern TIME = Pattern.compile("\\d{2}:\\d{2}:\\d{2}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]*");
  private static final Set<String> ACTIVE = Set.of("active", "standby", "null", "--", "unknown");

  /** A status has a few dozen lines; what is longer is none. */
  private static final int MOST_LINES = 10_000;

  /** A line has a few hundred characters; what is longer is none of ours. */
  private static final int LONGEST_LINE = 4096;

  private enum Part {
    PREAMBLE,
    MODE,
    NODES,
    RESOURCES
  }

  private StatusParser() {}

  /** Reads the output; empty if it has no table of nodes. */
  public static Optional<OmsStatus> parse(String output) {
    String mode = "";
    List<NodeRow> nodes = new ArrayList<>();
    List<ResourceRow> resources = new ArrayList<>();
    Part part = Part.PREAMBLE;
    boolean table = false;
    for (String raw : output.lines().limit(MOST_LINES).toList()) {
      if (raw.length() > LONGEST_LINE) {
        continue;
      }
      String line = CleanText.of(raw).strip();
      if (line.isEmpty()) {
        continue;
      }
      var modeLine = MODE.matcher(line);
      String[] cells = line.split("\\s+");
      if (modeLine.matches()) {
        mode = modeLine.group(1).toLowerCase(Locale.ROOT);
        part = mode.isEmpty() ? Part.MODE : Part.PREAMBLE;
      } else if (cells[0].equalsIgnoreCase("NodeName")) {
        boolean second = line.toLowerCase(Locale.ROOT).contains("resname");
        part = second ? Part.RESOURCES : Part.NODES;
        table |= !second;
      } else if (part == Part.MODE) {
        mode = cells[0].toLowerCase(Locale.ROOT);
        part = Part.PREAMBLE;
      } else if (part == Part.NODES) {
        node(cells).ifPresent(nodes::add);
      } else if (part == Part.RESOURCES) {
        resource(cells).ifPresent(resources::add);
      }
    }
    return table && !nodes.isEmpty()
        ? Optional.of(new OmsStatus(mode, List.copyOf(nodes), List.copyOf(resources)))
        : Optional.empty();
  }

  private static Optional<NodeRow> node(String[] cells) {
    int n = cells.length;
    if (n < 4 || !NAME.matcher(cells[0]).matches() || !ACTIVE.contains(lower(cells[n - 3]))) {
      return Optional.empty();
    }
    boolean started =
        n >= 6 && DATE.matcher(cells[n - 5]).matches() && TIME.matcher(cells[n - 4]).matches();
    return Optional.of(
        new NodeRow(
            cells[0],
            n > 4 ? cells[1] : "",
            started ? cells[n - 5] + " " + cells[n - 4] : "",
            unknown(cells[n - 3]),
            unknown(cells[n - 2]),
            unknown(cells[n - 1])));
  }

  private static Optional<ResourceRow> resource(String[] cells) {
    int n = cells.length;
    if (n < 5 || !NAME.matcher(cells[0]).matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new ResourceRow(
            cells[0],
            cells[1],
            unknown(cells[n - 3]),
            unknown(cells[n - 2]),
            unknown(cells[n - 1])));
  }

  private static String lower(String cell) {
    return cell.toLowerCase(Locale.ROOT);
  }

  private static String unknown(String cell) {
    return cell.equals("--") ? "null" : lower(cell);
  }
}
