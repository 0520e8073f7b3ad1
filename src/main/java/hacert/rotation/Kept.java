package hacert.rotation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import hacert.host.HostException;
import hacert.result.Change;
import hacert.result.Json;
import hacert.result.Result;
import hacert.target.NodeIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What this host knows of a cluster from the last rotation, for a person who works on the host
 * itself.
 *
 * @param target kind of system; empty if nothing is kept
 * @param profile vendor version; empty if nothing is kept
 * @param profileOverrides what was laid over the profile; {@code {}} if nothing is kept
 * @param host name of this node in the inventory; empty if nothing is kept
 * @param operator who did it; empty if nothing is kept
 * @param nodes all nodes of the cluster; empty if nothing is kept
 */
public record Kept(
    String target,
    String profile,
    ObjectNode profileOverrides,
    String host,
    String operator,
    List<NodeIdentity> nodes) {

  private static Kept nothing() {
    return new Kept("", "", Json.mapper().createObjectNode(), "", "", List.of());
  }

  /**
   * Reads it; what cannot be read counts as not kept.
   *
   * @param home home directory
   * @param stateDir state directory, relative to it
   * @param cluster name of the cluster
   */
  public static Kept read(Path home, String stateDir, String cluster) {
    StateDirectory state = new StateDirectory(home.resolve(stateDir).resolve(cluster));
    try (Stream<Path> results = Files.list(state.results())) {
      Optional<Path> newest = results.max(Comparator.naturalOrder());
      Optional<Journal> journal = new JournalStore(state).load();
      if (newest.isEmpty() || journal.isEmpty()) {
        return nothing();
      }
      Result result = Json.read(Files.readAllBytes(newest.get()), Result.class);
      List<NodeIdentity> nodes =
          journal.get().plan().nodes().entrySet().stream()
              .map(
                  n ->
                      new NodeIdentity(
                          n.getKey(),
                          n.getValue().address(),
                          n.getValue().port(),
                          n.getValue().statusName()))
              .toList();
      Change change = Optional.ofNullable(result.change()).orElse(Change.NONE);
      return new Kept(
          result.target(),
          result.profile(),
          profileOverrides(state),
          result.host(),
          change.operator(),
          nodes);
    } catch (IOException | HostException e) {
      return nothing();
    }
  }

  /** A version before this one kept none. */
  private static ObjectNode profileOverrides(StateDirectory state) throws IOException {
    return Files.exists(state.profile())
        ? Json.read(Files.readAllBytes(state.profile()), ObjectNode.class)
        : Json.mapper().createObjectNode();
  }
}
