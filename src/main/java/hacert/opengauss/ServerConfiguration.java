package hacert.opengauss;

import hacert.result.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The settings of {@code postgresql.conf}, in PostgreSQL's grammar: {@code name = 'value'} with or
 * without the equals sign and the quotes, names in any case, the last one of a name wins. Defaults
 * are those of the vendor's sample file.
 */
public final class ServerConfiguration {
  /** The vendor's sample has sixty kilobytes; what is longer than this is no configuration. */
  private static final int LONGEST = 1 << 22;

  private static final int LONGEST_LINE = 8192;

  private static final Pattern SETTING =
      Pattern.compile(
          "([A-Za-z_][A-Za-z0-9_$.]*+)(?:\\s*+=\\s*+|\\s++)"
              + "(?:'((?:[^'\\\\]++|\\\\.|'')*+)'|([^\\s#'=]++))\\s*+(?:#.*)?");

  private static final Pattern INCLUDE = Pattern.compile("include(?:_if_exists|_dir)?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");

  private final Path dataDirectory;
  private final Map<String, String> settings = new HashMap<>();
  private final List<String> includes = new ArrayList<>();
  private final List<String> unread = new ArrayList<>();

  private ServerConfiguration(Path dataDirectory) {
    this.dataDirectory = dataDirectory;
  }

  /**
   * Reads the file's text; empty where it is too long to be one.
   *
   * @param dataDirectory where it lies, and where relative names of files begin
   */
  public static Optional<ServerConfiguration> parse(String text, Path dataDirectory) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    ServerConfiguration read = new ServerConfiguration(dataDirectory);
    text.lines().map(String::strip).forEach(read::line);
    return Optional.of(read);
  }

  private void line(String line) {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    Matcher setting = SETTING.matcher(line);
    if (line.length() > LONGEST_LINE || !setting.matches()) {
      unread.add(line.substring(0, Math.min(line.length(), 80)));
      return;
    }
    String name = setting.group(1).toLowerCase(Locale.ROOT);
    String quoted = setting.group(2);
    String value = quoted == null ? setting.group(3) : unquoted(quoted);
    if (INCLUDE.matcher(name).matches()) {
      includes.add(value);
    } else {
      settings.put(name, value);
    }
  }

  private static String unquoted(String quoted) {
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < quoted.length(); i++) {
      char c = quoted.charAt(i);
      if (c == '\'') {
        i++;
        value.append('\'');
      } else if (c == '\\') {
        i++;
        int end = i;
        while (end < quoted.length()
            && end < i + 3
            && "01234567".indexOf(quoted.charAt(end)) >= 0) {
          end++;
        }
        if (end > i) {
          value.append((char) (Integer.parseInt(quoted.substring(i, end), 8) & 0xff));
          i = end - 1;
        } else {
          int known = "bfnrt".indexOf(quoted.charAt(i));
          value.append(known < 0 ? quoted.charAt(i) : "\b\f\n\r\t".charAt(known));
        }
      } else {
        value.append(c);
      }
    }
    return value.toString();
  }

  /** The value of a setting, as it stands in the file; empty where it is not set. */
  public Optional<String> setting(String name) {
    return Optional.ofNullable(settings.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Whether the server offers TLS; without the setting it does not. */
  public boolean ssl() {
    return on("ssl", false);
  }

  /** Name of the certificate's file. */
  public String certFile() {
    return setting("ssl_cert_file").orElse("server.crt");
  }

  /** Name of the key's file. */
  public String keyFile() {
    return setting("ssl_key_file").orElse("server.key");
  }

  /** Name of the file of trusted CAs; empty where the server asks for no client certificate. */
  public String caFile() {
    return setting("ssl_ca_file").orElse("");
  }

  /** Name of the CRL's file; empty for none. */
  public String crlFile() {
    return setting("ssl_crl_file").orElse("");
  }

  /** The port for clients; the one for HA is the next. Empty where not set or no port. */
  public OptionalInt port() {
    return setting("port")
        .filter(p -> NUMBER.matcher(p).matches())
        .map(Integer::parseInt)
        .filter(p -> p >= 1 && p <= 65535)
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  /** Names and addresses that it listens on, {@code *} for all; {@code localhost} where not set. */
  public List<String> listenAddresses() {
    return Stream.of(setting("listen_addresses").orElse("localhost").split(","))
        .map(String::strip)
        .filter(a -> !a.isEmpty())
        .toList();
  }

  /**
   * Settings by which the server has channels whose TLS files are read at its start only: shared
   * storage (DSS, DMS), libcomm between primaries, DCF. Names, as {@code ss_enable_dss}.
   */
  public List<String> otherChannels() {
    List<String> found = new ArrayList<>();
    Stream.of("enable_dss", "ss_enable_dss", "comm_ssl")
        .filter(name -> on(name, false))
        .forEach(found::add);
    if (on("ss_enable_dms", false) && on("ss_enable_ssl", true)) {
      found.add("ss_enable_dms");
    }
    if (on("enable_dcf", false) && on("dcf_ssl", true)) {
      found.add("enable_dcf");
    }
    return List.copyOf(found);
  }

  /**
   * Whether all nodes work on one shared storage: there the standbys read what the primary has
   * written, and nothing is sent to them.
   */
  public boolean sharedStorage() {
    return Stream.of("enable_dss", "ss_enable_dss", "ss_enable_dms")
        .anyMatch(name -> on(name, false));
  }

  /**
   * Settings that name other files than those that {@code gs_om -t cert} replaces, as {@code
   * ssl_cert_file = '/etc/tls/db.crt'}. No trusted CAs at all is no other file.
   */
  public List<String> filesNamedOtherwise() {
    List<String> found = new ArrayList<>();
    otherwise("ssl_cert_file", certFile(), "server.crt").ifPresent(found::add);
    otherwise("ssl_key_file", keyFile(), "server.key").ifPresent(found::add);
    if (!caFile().isEmpty()) {
      otherwise("ssl_ca_file", caFile(), "cacert.pem").ifPresent(found::add);
    }
    if (!crlFile().isEmpty()) {
      otherwise("ssl_crl_file", crlFile(), "sslcrl-file.crl").ifPresent(found::add);
    }
    return List.copyOf(found);
  }

  private Optional<String> otherwise(String setting, String value, String replaced) {
    try {
      Path named = dataDirectory.resolve(value).normalize();
      boolean same =
          named.getNameCount() > 0
              && named.getFileName().toString().equals(replaced)
              && sameDirectory(named.getParent());
      if (same) {
        return Optional.empty();
      }
    } catch (InvalidPathException e) {
      // A name with a NUL is the name of no file, and so another one.
      return Optional.of(setting + " = (no name of a file)");
    }
    return Optional.of(setting + " = '" + value + "'");
  }

  /** By name, or by where links lead. */
  private boolean sameDirectory(Path directory) {
    if (directory.equals(dataDirectory.normalize())) {
      return true;
    }
    try {
      return Files.isSameFile(directory, dataDirectory);
    } catch (IOException e) {
      // One that cannot be seen is another.
      return false;
    }
  }

  /** Files that it includes, as named there. They were not read and may set everything anew. */
  public List<String> includes() {
    return List.copyOf(includes);
  }

  /** Beginnings of lines that are no setting. */
  public List<String> unread() {
    return List.copyOf(unread);
  }

  /** What of this keeps a rotation from working: {@code SSL_OFF}, {@code SSL_FILES_ELSEWHERE}. */
  public List<Finding> findings(String host) {
    Path file = dataDirectory.resolve("postgresql.conf");
    List<Finding> found = new ArrayList<>();
    if (!ssl()) {
      found.add(
          Finding.error(
              "SSL_OFF",
              host
                  + ": expected ssl = on in "
                  + file
                  + ", seen "
                  + setting("ssl").map(v -> "ssl = " + v).orElse("no setting of ssl, which is off")
                  + ": the server offers no TLS, so no certificate of it can be proven",
              "Set ssl to on with gs_guc on all nodes and restart the cluster, then run this again;"
                  + " or leave this cluster out."));
    }
    List<String> elsewhere = filesNamedOtherwise();
    if (!elsewhere.isEmpty()) {
      found.add(
          Finding.error(
              "SSL_FILES_ELSEWHERE",
              host
                  + ": expected server.crt, server.key and cacert.pem of "
                  + dataDirectory
                  + ", seen in "
                  + file
                  + ": "
                  + String.join(", ", elsewhere)
                  + ": gs_om replaces only the former, and the server would go on with the latter",
              "Set ssl_cert_file, ssl_key_file, ssl_ca_file and ssl_crl_file to server.crt, server.key,"
                  + " cacert.pem and sslcrl-file.crl (or '' for no CRL) with gs_guc, put the present files there under these names, and"
                  + " restart the cluster; then run this again."));
    }
    if (!includes.isEmpty() || !unread.isEmpty()) {
      found.add(
          Finding.warning(
              "SSL_SETTINGS_UNSURE",
              host
                  + ": "
                  + file
                  + (includes.isEmpty() ? "" : " includes " + String.join(", ", includes))
                  + (includes.isEmpty() || unread.isEmpty() ? "" : " and")
                  + (unread.isEmpty() ? "" : " has lines that are no setting: " + unread)
                  + ": the server may have other TLS settings than were read here",
              "See with SHOW ssl, SHOW ssl_cert_file, SHOW ssl_key_file and SHOW ssl_ca_file in gsql"
                  + " that they are on, server.crt, server.key and cacert.pem."));
    }
    return List.copyOf(found);
  }

  /** As PostgreSQL reads a boolean: on, true, yes and 1, shortened as far as they are unlike. */
  private boolean on(String name, boolean unset) {
    Optional<String> value = setting(name).map(v -> v.toLowerCase(Locale.ROOT));
    return value
        .map(
            v ->
                v.equals("on")
                    || v.equals("1")
                    || !v.isEmpty() && ("true".startsWith(v) || "yes".startsWith(v)))
        .orElse(unset);
  }
}
