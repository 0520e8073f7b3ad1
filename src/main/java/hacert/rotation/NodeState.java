package hacert.rotation;

import hacert.host.HostException;
import hacert.result.Finding;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says in one finding what state a failed operation left on this node. */
final class NodeState {
  private NodeState() {}

  static Finding of(Site site) {
    try {
      Optional<Journal> journal = site.journals().load();
      String steps =
          journal.stream()
              .flatMap(j -> j.entries().stream())
              .map(e -> e.step() + " " + e.state().name().toLowerCase(java.util.Locale.ROOT))
              .collect(Collectors.joining(", "));
      return Finding.info(
          "NODE_STATE",
          site.name()
              + ": steps of rotation "
              + site.plan().rotation()
              + " so far: "
              + (steps.isEmpty() ? "none" : steps)
              + ". The backup is "
              + site.state().generation(site.plan().from())
              + ".");
    } catch (HostException e) {
      return e.finding();
    }
  }
}
