package hacert.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Replaces in texts what tells of a site, each thing by the same documentation value wherever it
 * stands (RFC 5737, 3849, 7042, 2606), and leaves the columns of tables where they are:
 *
 * <ul>
 *   <li>IPv4 addresses, also with dashes or underscores, IPv6 and hardware addresses;
 *   <li>the host names and users that are given, names with two dots or more, mail addresses, names
 *       of home directories;
 *   <li>private keys and other PEM blocks, what follows a word such as {@code password}, long
 *       hexadecimal and Base64 texts.
 * </ul>
 *
 * The vendor's own users omm and root stay.
 */
final class Redaction {
  private static final String START = "(?<![A-Za-z0-9])";
  private static final String END = "(?![A-Za-z0-9])";
  private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";

  /** File names have dots too, and say nothing of a site. */
  private static final String FILE_ENDINGS =
      "sh|log|crt|cer|cert|pem|key|conf|xml|ini|txt|jar|py|bak|old|new|tmp|properties|ya?ml|json";

  private static final List<String> VENDORS_USERS = List.of("omm", "root");

  /** A run of blanks this long parts two columns, where a single one may part two words. */
  private static final int COLUMN_GAP = 2;

  private final Map<String, String> replaced = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final Pattern pattern;

  /**
   * A redaction, to be used for all texts that belong together.
   *
   * @param hosts names of hosts, with or without domain; what is an address is replaced as one
   * @param users names of users
   */
  Redaction(Collection<String> hosts, Collection<String> users) {
    this.pattern =
        Pattern.compile(
            String.join(
                "|",
                "(?<pem>-----BEGIN [^-]+-----[\\s\\S]*?(?:-----END [^-]+-----|\\z))",
                // The first look behind is cheap, and keeps the second one from most places.
                "(?<=[:=][ \\t]{0,9}\"?)(?<=(?i:password|passwd|passphrase|pass phrase|pwd|secret|token)"
                    + "[^:=\\r\\n]{0,200}[:=][ \\t]{0,9}\"?)(?<secret>[^\\s\"][^\\r\\n\"]*)",
                START + "(?<mac>(?:\\p{XDigit}{2}[:-]){5}\\p{XDigit}{2})(?![:-]?[A-Za-z0-9])",
                START + "(?<print>(?:\\p{XDigit}{2}:){7,}\\p{XDigit}{2})" + END,
                "(?<![A-Za-z0-9:])(?<six>(?:\\p{XDigit}{1,4}:){7}\\p{XDigit}{1,4}"
                    + "|(?:\\p{XDigit}{1,4}:){1,6}(?::\\p{XDigit}{1,4}){1,6}"
                    + "|(?:\\p{XDigit}{1,4}:){1,7}:|::\\p{XDigit}{1,4}(?::\\p{XDigit}{1,4})*)"
                    + "(?![A-Za-z0-9:])",
                "(?<![A-Za-z0-9])(?<four>"
                    + OCTET
                    + "(?<sep>[-_.])"
                    + OCTET
                    + "\\k<sep>"
                    + OCTET
                    + "\\k<sep>"
                    + OCTET
                    + ")(?![A-Za-z0-9])",
                START + "(?<mail>[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+)",
                "(?<=/home/)(?<home>[^/\\s\"']+)",
                START + "(?<host>" + words(hosts, "(?:\\.[A-Za-z0-9-]+)*") + ")" + END,
                START + "(?<user>" + words(users, "") + ")" + END,
                "(?<![A-Za-z0-9/._-])(?<domain>[A-Za-z](?:[A-Za-z0-9-]*\\.){2,}"
                    + "(?!(?:"
                    + FILE_ENDINGS
                    + ")\\b)[A-Za-z]{2,})(?![A-Za-z0-9/_-])",
                START + "(?<hex>\\p{XDigit}{32,})" + END,
                "(?<![A-Za-z0-9+/=._-])(?<base>(?=[A-Za-z+/]*\\d)(?=[a-z0-9+/]*[A-Z])"
                    + "[A-Za-z0-9+][A-Za-z0-9+/]{23,}={0,2})(?![A-Za-z0-9+/=._-])"));
  }

  /** Longest first, so that a name which begins another one takes nothing from it. */
  private static String words(Collection<String> words, String suffix) {
    List<String> known =
        words.stream()
            .filter(w -> w.length() > 1 && !VENDORS_USERS.contains(w))
            .distinct()
            .sorted(Comparator.comparing(String::length).reversed())
            .toList();
    return known.isEmpty()
        ? "(?!)"
        : known.stream()
                .map(w -> "(?i:" + Pattern.quote(w) + ")")
                .collect(Collectors.joining("|", "(?:", ")"))
            + suffix;
  }

  /** The text without what tells of the site. */
  String of(String text) {
    StringBuilder out = new StringBuilder();
    Matcher found = pattern.matcher(text);
    int from = 0;
    int longer = 0;
    while (found.find()) {
      longer = keepColumns(text.substring(from, found.start()), longer, out);
      String value = replacement(found);
      out.append(value);
      longer += value.length() - found.group().length();
      from = found.end();
    }
    keepColumns(text.substring(from), longer, out);
    return out.toString();
  }

  /**
   * Copies what lies between two replacements, and gives or takes blanks where columns are parted.
   *
   * @param longer by how much the line has become longer
   * @return by how much it still is
   */
  private static int keepColumns(String between, int longer, StringBuilder out) {
    int rest = longer;
    int i = 0;
    while (i < between.length()) {
      int end = i;
      while (end < between.length() && between.charAt(end) == ' ') {
        end++;
      }
      int blanks = end - i;
      if (blanks >= COLUMN_GAP) {
        int kept = Math.max(1, blanks - rest);
        out.append(" ".repeat(kept));
        rest -= blanks - kept;
      } else if (blanks == 1) {
        out.append(' ');
      } else {
        char c = between.charAt(i);
        rest = c == '\n' ? 0 : rest;
        out.append(c);
        end = i + 1;
      }
      i = end;
    }
    return rest;
  }

  private String replacement(Matcher found) {
    if (found.group("pem") != null) {
      return "-----REMOVED-----";
    }
    if (found.group("secret") != null) {
      return "***";
    }
    if (found.group("four") != null) {
      String separator = found.group("sep");
      String plain = found.group("four").replace(separator, ".");
      return value("four", plain, n -> "192.0.2." + (n + 10)).replace(".", separator);
    }
    if (found.group("six") != null) {
      return value("six", found.group("six"), n -> "2001:db8::" + Integer.toHexString(n));
    }
    if (found.group("mac") != null) {
      return value("mac", found.group("mac"), n -> "00:00:5e:00:53:%02x".formatted(n));
    }
    if (found.group("mail") != null) {
      return value("mail", found.group("mail"), n -> "user" + n + "@example.com");
    }
    for (String user : List.of("home", "user")) {
      if (found.group(user) != null) {
        String name = found.group(user);
        return VENDORS_USERS.contains(name) ? name : value("user", name, n -> "user" + n);
      }
    }
    if (found.group("host") != null || found.group("domain") != null) {
      return host(found.group());
    }
    String secret = found.group();
    String name = value("hidden", secret, n -> "hidden" + n);
    return name + "x".repeat(Math.max(0, secret.length() - name.length()));
  }

  /** A name with a domain and the same name without it are one host. */
  private String host(String name) {
    int dot = name.indexOf('.');
    String plain = value("host", dot < 0 ? name : name.substring(0, dot), n -> "mgmt" + n);
    return dot < 0 ? plain : plain + ".example.com";
  }

  private String value(String kind, String what, IntFunction<String> make) {
    return replaced.computeIfAbsent(
        kind + " " + what.toLowerCase(Locale.ROOT),
        key -> make.apply(counts.merge(kind, 1, Integer::sum)));
  }
}
