package hacert.rotation;

import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Outcome;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether the last rotation is undone already. Who asks once more for the way back, because the
 * first answer was lost say, must not be brought back further, or forward again to what was left.
 */
final class Undone {
  private Undone() {}

  /**
   * Says that nothing is left to be undone: what is installed on every node is what a way back has
   * left there. Empty where it is not.
   *
   * @param kept the kept generations, in words
   */
  static Optional<Finding> last(Question q, String kept) {
    Optional<Integer> newest = installed(q).stream().max(Comparator.naturalOrder());
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    int number = newest.get();
    List<Discovery> all = List.copyOf(q.found().values());
    return Stream.concat(restored(all, number).stream(), rolledBack(all, number).stream())
        .findFirst()
        .map(
            since ->
                Finding.warning(
                    "ALREADY_BACK",
                    "The last rotation is undone already: generation "
                        + number
                        + " runs again since "
                        + since
                        + ". Nothing was changed.",
                    "To go back further, or forward again, name the generation with -e"
                        + " hacert_generation=N. Kept: "
                        + kept
                        + "."));
  }

  /**
   * Numbers of the kept generations whose certificates every node has installed. Other things may
   * differ: a mode, or a configuration that the service writes to.
   */
  static List<Integer> installed(Question q) {
    return q.found().values().stream()
        .map(
            d ->
                d.generations().stream()
                    .filter(g -> same(g, d))
                    .map(Generation.Summary::number)
                    .toList())
        .reduce((some, others) -> some.stream().filter(others::contains).toList())
        .orElse(List.of());
  }

  private static boolean same(Generation.Summary kept, Discovery d) {
    Map<String, String> certificates = CertificateSummary.fingerprints(kept.certificates());
    return kept.number() == d.current()
        || !certificates.isEmpty()
            && CertificateSummary.fingerprints(d.installed())
                .entrySet()
                .containsAll(certificates.entrySet());
  }

  /** Since when a generation runs that a rotation of its own has brought back. */
  private static Optional<Instant> restored(List<Discovery> all, int number) {
    List<Generation.Summary> installed =
        all.stream()
            .flatMap(d -> d.generations().stream())
            .filter(g -> g.number() == number && g.origin() == Generation.Origin.RESTORED)
            .toList();
    return installed.size() == all.size()
        ? installed.stream().map(Generation.Summary::created).max(Instant::compareTo)
        : Optional.empty();
  }

  /** Since when the backup of the last rotation on record that was not refused runs again. */
  private static Optional<Instant> rolledBack(List<Discovery> all, int number) {
    List<Journal> journals =
        all.stream().map(Discovery::lastUndoable).filter(Objects::nonNull).toList();
    Optional<String> last = journals.stream().map(Journal::rotation).max(Comparator.naturalOrder());
    return journals.stream()
        .filter(j -> last.equals(Optional.of(j.rotation())))
        .filter(j -> j.outcome() == Outcome.ROLLED_BACK && j.plan().from() == number)
        .map(Undone::ended)
        .max(Instant::compareTo);
  }

  private static Instant ended(Journal journal) {
    return journal
        .entry(Phase.CONFIRM_BACK)
        .map(Journal.Entry::ended)
        .orElse(journal.lease().since());
  }
}
