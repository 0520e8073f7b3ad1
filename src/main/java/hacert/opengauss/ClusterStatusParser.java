package hacert.opengauss;

import hacert.host.CleanText;
import hacert.opengauss.ClusterStatus.Datanode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code gs_om -t status --detail}. The form differs between versions: with CM the port
 * stands behind the instance and under no heading, before 1.1 there is no port, older versions put
 * all datanodes on one line, and headings run together. So columns are told by what stands in them.
 */
public final class ClusterStatusParser {
  /** A status has a few kilobytes; what is longer is none. */
  private static final int LONGEST = 1 << 18;

  private static final Pattern SECTION = Pattern.compile("\\[([A-Za-z ]+)\\]");
  private static final Pattern SETTING = Pattern.compile("([a-z_]+)\\s*:\\s*(\\S.*)");

  /** Short enough for an int; an address in digits alone is none. */
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private static final Pattern INSTALL_ROLE = Pattern.compile("[A-Z]");

  /** The HA roles of two words. */
  private static final Set<String> DOUBLE =
      Set.of("Cascade Standby", "Main Standby", "Manually stopped");

  private static final int HIGHEST_PORT = 65535;

  private String clusterState = "";
  private Optional<Boolean> balanced = Optional.empty();
  private boolean managed;
  private final List<String> managers = new ArrayList<>();
  private Optional<Boolean> portFirst = Optional.empty();
  private final List<Datanode> datanodes = new ArrayList<>();
  private final Set<Integer> instances = new HashSet<>();
  private final List<String> unread = new ArrayList<>();

  private ClusterStatusParser() {}

  /** Reads the output; empty if it tells no state of a cluster. */
  public static Optional<ClusterStatus> parse(String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    ClusterStatusParser parser = new ClusterStatusParser();
    parser.read(CleanText.of(text));
    return parser.clusterState.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ClusterStatus(
                parser.clusterState,
                parser.balanced,
                parser.managed,
                parser.managers,
                parser.datanodes,
                parser.unread));
  }

  private void read(String text) {
    String section = "";
    for (String raw : text.lines().toList()) {
      String line = raw.strip();
      Matcher heading = SECTION.matcher(line);
      if (heading.matches()) {
        section = heading.group(1).strip().toLowerCase(Locale.ROOT);
        managed |= section.equals("cmserver state");
      } else if (section.equals("cluster state")) {
        setting(line);
      } else if (section.equals("cmserver state")) {
        managers(line);
      } else if (section.equals("datanode state")) {
        datanodes(line);
      }
    }
  }

  private void setting(String line) {
    Matcher setting = SETTING.matcher(line);
    if (!setting.matches()) {
      return;
    }
    String value = setting.group(2);
    switch (setting.group(1)) {
      case "cluster_state" -> {
        // Two states are two answers, and which of them holds is not to be known.
        if (clusterState.isEmpty()) {
          clusterState = value;
        } else {
          unread.add(line);
        }
      }
      case "balanced" -> balanced = Optional.of(value.equalsIgnoreCase("yes"));
      default -> {
        // redistributing, current_az and what later versions add say nothing for certificates.
      }
    }
  }

  private void managers(String line) {
    for (String cell : line.split("\\|")) {
      String[] words = cell.strip().split("\\s+");
      int instance = instance(words);
      if (number(words[0]) && instance < words.length) {
        managers.add(words[instance - 2]);
      }
    }
  }

  /** Behind the number, perhaps a zone, host name and address; the length where there is none. */
  private static int instance(String[] words) {
    int at = 3;
    while (at < words.length && !number(words[at])) {
      at++;
    }
    return at;
  }

  private void datanodes(String line) {
    for (String cell : line.split("\\|")) {
      String[] words = cell.strip().split("\\s+");
      if (row(words)) {
        Optional<Datanode> datanode = datanode(words);
        if (datanode.isPresent() && instances.add(datanode.get().instance())) {
          datanodes.add(datanode.get());
        } else {
          unread.add(cell.strip());
        }
      } else if (line.contains("instance")) {
        portFirst = Optional.of(line.contains("port"));
      }
    }
  }

  /** With several availability zones, the zone may stand before the number. */
  private static boolean row(String[] words) {
    return number(words[0]) || words.length > 1 && number(words[1]);
  }

  private Optional<Datanode> datanode(String[] words) {
    if (!number(words[0])) {
      return Optional.empty();
    }
    // One or two numbers: the instance, and perhaps a port.
    int first = instance(words);
    int at = first;
    List<Integer> numbers = new ArrayList<>();
    while (at < words.length && number(words[at])) {
      numbers.add(Integer.parseInt(words[at++]));
    }
    boolean directory = at < words.length && !INSTALL_ROLE.matcher(words[at]).matches();
    int role = directory ? at + 1 : at;
    if (numbers.isEmpty()
        || numbers.size() > 2
        || role + 1 >= words.length
        || !INSTALL_ROLE.matcher(words[role]).matches()) {
      return Optional.empty();
    }
    boolean two = numbers.size() == 2;
    if (two && portFirst.isEmpty()) {
      // Without the heading, which of them is the port is not to be known.
      return Optional.empty();
    }
    int portAt = portFirst.orElse(false) ? 0 : 1;
    int instance = numbers.get(two ? 1 - portAt : 0);
    OptionalInt port = two ? OptionalInt.of(numbers.get(portAt)) : OptionalInt.empty();
    if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > HIGHEST_PORT)) {
      return Optional.empty();
    }
    String[] rest = Arrays.copyOfRange(words, role + 1, words.length);
    int length = rest.length > 1 && DOUBLE.contains(rest[0] + " " + rest[1]) ? 2 : 1;
    return Optional.of(
        new Datanode(
            Integer.parseInt(words[0]),
            words[first - 2],
            words[first - 1],
            port,
            instance,
            directory ? words[at] : "",
            words[role],
            String.join(" ", Arrays.copyOf(rest, length)),
            String.join(" ", Arrays.copyOfRange(rest, length, rest.length))));
  }

  private static boolean number(String word) {
    return NUMBER.matcher(word).matches();
  }
}
