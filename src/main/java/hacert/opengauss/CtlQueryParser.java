package hacert.opengauss;

import hacert.host.CleanText;
import hacert.opengauss.CtlQuery.Connection;
import hacert.probe.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code gs_ctl query}, whose form the vendor's manual of gs_ctl shows. */
public final class CtlQueryParser {
  /** A query has about two kilobytes for each standby; what is longer is none. */
  private static final int LONGEST = 1 << 18;

  private static final Pattern HEADING = Pattern.compile("([A-Za-z]+)\\s(?:state|info)\\s{0,99}:");
  private static final Pattern SETTING = Pattern.compile("([a-z_]+)\\s{0,99}:\\s{0,99}(\\S.*)");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  /** Both ends, the local one first: {@code -->} where this one sends, {@code <--} otherwise. */
  private static final Pattern CHANNEL =
      Pattern.compile("([^\\s<>]{1,255}):([0-9]{1,5})(?:-->|<--)([^\\s<>]{1,255}):([0-9]{1,5})");

  private final Map<String, String> state = new HashMap<>();
  private final List<Map<String, String>> senders = new ArrayList<>();
  private final List<Map<String, String>> receivers = new ArrayList<>();

  private CtlQueryParser() {}

  /** Reads the output; empty if it tells no HA role, as when the server is down. */
  public static Optional<CtlQuery> parse(String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    CtlQueryParser parser = new CtlQueryParser();
    parser.read(CleanText.of(text));
    String role = value(parser.state, "local_role");
    return role.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new CtlQuery(
                role,
                number(value(parser.state, "static_connections")),
                value(parser.state, "db_state"),
                value(parser.state, "detail_information"),
                parser.senders.stream().map(CtlQueryParser::connection).toList(),
                parser.receivers.stream().map(CtlQueryParser::connection).toList()));
  }

  private void read(String text) {
    String section = "";
    for (String raw : text.lines().toList()) {
      String line = raw.strip();
      Matcher heading = HEADING.matcher(line);
      Matcher setting = SETTING.matcher(line);
      if (heading.matches()) {
        section = heading.group(1).toLowerCase(Locale.ROOT);
      } else if (setting.matches()) {
        String key = setting.group(1);
        String value = setting.group(2);
        switch (section) {
          case "ha" -> state.put(key, value);
          case "senders" -> put(senders, key, value);
          case "receiver" -> put(receivers, key, value);
          default -> {
            // Blocks of other versions, and what a profile prints before the first one.
          }
        }
      }
    }
  }

  /** Each connection begins with the number of its process. */
  private static void put(List<Map<String, String>> connections, String key, String value) {
    if (connections.isEmpty() || key.endsWith("_pid")) {
      connections.add(new HashMap<>());
    }
    connections.get(connections.size() - 1).put(key, value);
  }

  private static Connection connection(Map<String, String> values) {
    Matcher channel = CHANNEL.matcher(value(values, "channel"));
    boolean known = channel.matches();
    return new Connection(
        value(values, "peer_role"),
        value(values, "peer_state"),
        value(values, "state"),
        value(values, "sync_state"),
        known ? endpoint(channel.group(1), channel.group(2)) : Optional.empty(),
        known ? endpoint(channel.group(3), channel.group(4)) : Optional.empty());
  }

  private static Optional<Endpoint> endpoint(String host, String port) {
    int number = Integer.parseInt(port);
    return number < 1 || number > 65535
        ? Optional.empty()
        : Optional.of(new Endpoint(host, number, Endpoint.Mode.POSTGRES));
  }

  private static OptionalInt number(String text) {
    return NUMBER.matcher(text).matches()
        ? OptionalInt.of(Integer.parseInt(text))
        : OptionalInt.empty();
  }

  private static String value(Map<String, String> values, String key) {
    return values.getOrDefault(key, "");
  }
}
