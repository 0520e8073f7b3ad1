package hacert.rotation;

import hacert.host.Attempt;
import hacert.host.CallLock;
import hacert.host.Deadline;
import hacert.host.HostException;
import hacert.host.Pause;
import hacert.host.Sight;
import hacert.host.Snapshot;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Outcome;
import hacert.result.Severity;
import hacert.rotation.Discovery.Loaded;
import hacert.target.NodeFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Finds out what this node is and in what state. It changes nothing, and judges nothing. */
final class Discover {
  /** How long to wait for a call of a driver on the same machine, which may be our own dead one. */
  private static final Duration BUSY_PATIENCE = Duration.ofSeconds(90);

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Site site;

  Discover(Site site) {
    this.site = site;
  }

  Answer run() throws HostException {
    // First of all: the waiting below says nothing of the clock.
    Instant now = site.now();
    Optional<Journal> journal = site.journals().load();
    String busy = busy(journal);
    journal = site.journals().load();
    // In a mixed window the roles may never settle, and waiting would only lengthen it.
    boolean mixed = journal.filter(j -> j.isOpen() && j.begunAny(Phase.APPLY)).isPresent();
    // Another node may be changed while this one is staged only.
    NodeFacts facts = site.node().facts(journal.filter(Journal::isOpen).isEmpty());
    List<Finding> findings = new ArrayList<>(facts.findings());
    boolean lent = site.loan().open();
    if (lent && busy.isEmpty()) {
      findings.add(site.loan().finding());
    }
    if (site.request().settings().source(false) == Settings.Source.MAKE) {
      findings.addAll(site.node().compare(site.request().settings().bundle()));
    }
    OtherNames.open(site).ifPresent(findings::add);
    List<Integer> equal = List.of();
    Optional<Snapshot> installed = Optional.empty();
    try {
      Sight sight = site.sight();
      sight.unreadable().forEach(e -> findings.add(e.finding()));
      installed = Optional.of(sight.snapshot());
      equal = site.generations().equal(installed.get()).stream().map(Generation::number).toList();
      findings.addAll(doubts(facts, installed.get()));
    } catch (HostException e) {
      findings.add(e.finding());
    }
    // What an open rotation has installed is not loaded yet, and that is its own doing, as is what
    // the vendor's script has left there.
    findings.removeIf(f -> (mixed || lent) && f.code().equals("UNPROVEN"));
    List<Journal> ended = site.journals().ended();
    Map<Integer, Generation> kept = site.generations().all();
    boolean open = journal.filter(Journal::isOpen).isPresent();
    Discovery discovery =
        new Discovery(
            site.name(),
            site.version(),
            now,
            offset(now),
            System.getProperty("user.name"),
            site.state().root().toString(),
            facts.role(),
            facts.statusName(),
            facts.serviceStart(),
            facts.installed(),
            facts.bundleDigest(),
            facts.details(),
            findings,
            busy,
            journal.orElse(null),
            journal.flatMap(last -> undoable(last, ended)).orElse(null),
            compromised(journal, ended, kept.keySet()),
            journal.filter(Journal::isOpen).map(Journal::lease).orElse(null),
            open && installed.isPresent()
                ? new FilesSeen(site, journal.get(), installed.get()).files()
                : null,
            open ? loaded(site, journal.get(), facts.serviceStart()) : null,
            kept.values().stream().map(Generation::summary).toList(),
            equal.isEmpty() ? 0 : equal.get(0),
            equal,
            site.authorities().kept());
    var data = Json.mapper().createObjectNode();
    data.set("discovery", Json.mapper().valueToTree(discovery));
    return Answer.of(Outcome.SUCCEEDED).findings(findings).before(facts.installed()).data(data);
  }

  private static Optional<Journal> undoable(Journal last, List<Journal> ended) {
    return last.isOpen() || last.outcome() == Outcome.REFUSED
        ? ended.stream().filter(j -> j.outcome() != Outcome.REFUSED).findFirst()
        : Optional.empty();
  }

  /**
   * What was installed when a rotation was told so, is kept as the generation that it backed up.
   */
  private static List<Integer> compromised(
      Optional<Journal> last, List<Journal> ended, Set<Integer> kept) {
    return Stream.concat(last.stream(), ended.stream())
        .filter(j -> j.plan().compromised() && j.done(Phase.STAGE_BACKUP))
        .map(j -> j.plan().from())
        .filter(kept::contains)
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * What times tell against the installed files. They are the times of two clocks, and the vendor's
   * scripts tell theirs in a zone that nobody knows: of files that were proven they prove nothing.
   */
  private List<Finding> doubts(NodeFacts facts, Snapshot installed) throws HostException {
    Optional<Generation> proven = site.generations().equalProven(installed);
    return proven
        .map(g -> facts.doubts().stream().map(f -> known(f, g)).toList())
        .orElse(facts.doubts());
  }

  private static Finding known(Finding doubt, Generation proven) {
    String message =
        doubt.message()
            + " But they are those of generation "
            + proven.number()
            + ", which was proven.";
    return doubt.severity() == Severity.ERROR
        ? Finding.warning(
            doubt.code(),
            message,
            "See that clock and time zone of this host and of its service's user are the same.")
        : Finding.info(doubt.code(), message);
  }

  private Double offset(Instant now) {
    Instant asked = site.request().asked();
    return asked == null ? null : Duration.between(asked, now).toMillis() / 1000.0;
  }

  /** Which operation runs here right now; empty if none. */
  private String busy(Optional<Journal> journal) {
    boolean sameHost =
        journal
            .map(Journal::lease)
            .filter(l -> l.host().equals(site.request().holder().host()))
            .isPresent();
    Deadline end = site.host().in(sameHost ? BUSY_PATIENCE : Duration.ZERO);
    while (true) {
      Optional<CallLock.Holder> holder = CallLock.holder(site.state().lock()).filter(this::alive);
      if (holder.isEmpty()) {
        return "";
      }
      if (end.isOver()) {
        return holder.get().operation();
      }
      Pause.of(PAUSE, "the call that is under way");
    }
  }

  /** Looks at the process and not at the lock: taking the lock, even to try, would write. */
  private boolean alive(CallLock.Holder holder) {
    return holder.pid() != ProcessHandle.current().pid()
        && ProcessHandle.of(holder.pid())
            .filter(ProcessHandle::isAlive)
            .flatMap(p -> p.info().startInstant())
            .filter(start -> start.isBefore(holder.since().plusSeconds(1)))
            .isPresent();
  }

  /**
   * Which generation the service works with: told by its process start where the system says it,
   * else by the journal. That a restart has loaded the new one is believed only until the service
   * is seen to serve another certificate.
   */
  static Loaded loaded(Site site, Journal journal, String startNow) throws HostException {
    if (site.node().servedIsLoaded()) {
      return seen(site, journal);
    }
    Loaded told = told(site, journal, startNow);
    String served = told == Loaded.NEW ? site.node().served() : "";
    return served.isEmpty() ? told : seen(site, journal, served);
  }

  private static Loaded seen(Site site, Journal journal, String served) throws HostException {
    Plan plan = journal.plan();
    boolean wanted = plan.kind() == Plan.Kind.RESTORE && keeps(site, plan.restore(), served);
    if (keeps(site, plan.from(), served) && !wanted) {
      return Loaded.OLD;
    }
    return wanted || holds(site.node().installed(), served) ? Loaded.NEW : Loaded.UNKNOWN;
  }

  /**
   * What is served tells, but where both generations have that certificate: there the files do, for
   * the rest of them is loaded with it.
   */
  private static Loaded seen(Site site, Journal journal) throws HostException {
    String served = site.node().served();
    if (served.isEmpty()) {
      return Loaded.DOWN;
    }
    if (keeps(site, journal.plan().from(), served) && holds(site.node().installed(), served)) {
      Generation before = site.generations().get(journal.plan().from());
      return LooseOwners.differences(site, before, site.sight().snapshot()).isEmpty()
          ? Loaded.OLD
          : Loaded.NEW;
    }
    return seen(site, journal, served);
  }

  private static boolean keeps(Site site, int generation, String served) throws HostException {
    Generation kept = site.generations().all().get(generation);
    return kept != null && holds(kept.certificates(), served);
  }

  private static boolean holds(List<CertificateSummary> certificates, String served) {
    return certificates.stream().anyMatch(c -> c.sha256().equals(served));
  }

  private static Loaded told(Site site, Journal journal, String startNow) throws HostException {
    if (journal.done(Phase.ROLLBACK_RESTART)) {
      return startedWithOthers(site, journal, startNow) ? Loaded.UNKNOWN : Loaded.OLD;
    }
    String before = Applied.startBefore(journal);
    boolean told = !startNow.isEmpty() && !before.isEmpty();
    boolean sameProcess = told && site.node().sameStart(startNow, before);
    if (sameProcess) {
      // One that was started beside us may have read anything that lay there meanwhile.
      return site.node().sameStart(before, journal.serviceStart()) ? Loaded.OLD : Loaded.UNKNOWN;
    }
    if (journal.begun(Phase.ROLLBACK_RESTART)) {
      return journal.failed(Phase.ROLLBACK).isPresent() ? Loaded.DOWN : Loaded.UNKNOWN;
    }
    if (!journal.begun(Phase.APPLY_RESTART)) {
      // HA was started anew beside us, with what lay there at that moment.
      boolean others = told && (journal.hasChanged() || EarlyFiles.lie(site, journal));
      return others ? Loaded.UNKNOWN : Loaded.OLD;
    }
    if (journal.done(Phase.APPLY_RESTART)) {
      return Loaded.NEW;
    }
    Attempt.State state =
        site.host().detached().find(Applied.restartDirectory(site.state(), journal)).poll();
    if (state instanceof Attempt.NotStarted || state instanceof Attempt.Withdrawn) {
      return told ? Loaded.UNKNOWN : Loaded.OLD;
    }
    if (told) {
      return Loaded.NEW;
    }
    return state instanceof Attempt.Exited exited
        ? exited.code() == 0 && startNow.isEmpty() ? Loaded.NEW : Loaded.DOWN
        : Loaded.UNKNOWN;
  }

  /** Whether the service was started since it was back, and other certificates lie there now. */
  private static boolean startedWithOthers(Site site, Journal journal, String startNow)
      throws HostException {
    String back = Applied.startBack(journal);
    if (back.isEmpty() || startNow.isEmpty() || site.node().sameStart(startNow, back)) {
      return false;
    }
    Generation before = site.generations().get(journal.plan().from());
    return GenerationStore.differences(before.manifest(), site.sight().snapshot()).stream()
        .anyMatch(site.amongCertificates());
  }
}
