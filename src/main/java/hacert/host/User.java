package hacert.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whom a program runs as.
 *
 * @param id numeric user id
 * @param groups numeric ids of all groups, the first one included
 * @param mighty whether it may give any file to anybody, as root may
 */
public record User(int id, Set<Integer> groups, boolean mighty) {
  /** {@code CAP_CHOWN} and {@code CAP_FOWNER}, as bits: root in a container may lack them. */
  private static final long MIGHTY = 1L | 1L << 3;

  /** Copies the groups. */
  public User {
    groups = Set.copyOf(groups);
  }

  /** The user of this program. */
  public static User own() {
    FileMeta mine = FileMeta.mine(0);
    List<String> status;
    try {
      // Its own name may hold anything.
      status = Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException("/proc is not mounted", e);
    }
    Set<Integer> groups =
        field(status, "Groups").map(Integer::parseUnsignedInt).collect(Collectors.toSet());
    groups.add(mine.group());
    long capabilities = field(status, "CapEff").mapToLong(c -> Long.parseUnsignedLong(c, 16)).sum();
    return new User(mine.owner(), groups, (capabilities & MIGHTY) == MIGHTY);
  }

  private static Stream<String> field(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name + ":"))
        .flatMap(line -> Stream.of(line.substring(name.length() + 1).strip().split("\\s+")))
        .filter(word -> !word.isEmpty());
  }

  /** Whether what belongs to this owner is this user's to change. */
  public boolean owns(int owner) {
    return mighty || id == owner;
  }

  /** Whether this user may give a file that it has made to this owner and group. */
  public boolean mayGive(int owner, int group) {
    return mighty || owner == id && groups.contains(group);
  }
}
