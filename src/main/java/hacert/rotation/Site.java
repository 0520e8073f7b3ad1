package hacert.rotation;

import hacert.host.AtomicFiles;
import hacert.host.CallLock;
import hacert.host.HostException;
import hacert.host.Peers;
import hacert.host.Sight;
import hacert.host.Snapshot;
import hacert.target.Authority;
import hacert.target.Host;
import hacert.target.InstallSpec;
import hacert.target.ManagedNode;
import hacert.target.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * This node for the length of one call: everything an operation works with.
 *
 * @param request what is asked
 * @param secrets the secrets that came with it
 * @param host the machine
 * @param peers opens sessions on the other nodes
 * @param target the kind of system on it
 * @param node the system on it
 * @param state where our own files lie
 * @param version version of this program
 */
record Site(
    Request request,
    Secrets secrets,
    Host host,
    Peers peers,
    Target target,
    ManagedNode node,
    StateDirectory state,
    String version) {

  /** A call that died leaves its vendor script running at most this long in an ordinary site. */
  private static final Duration LOCK_PATIENCE = Duration.ofMinutes(2);

  /** How long a lease lasts after each call: longer than any call, and than a person's coffee. */
  private static final Duration LEASE = Duration.ofMinutes(30);

  String name() {
    return request.node().name();
  }

  Plan plan() {
    return request.plan();
  }

  boolean first() {
    return plan().first(name());
  }

  /** Whether this node makes or takes the bundle. */
  boolean maker() {
    return plan().maker().equals(name());
  }

  JournalStore journals() {
    return new JournalStore(state);
  }

  GenerationStore generations() {
    return new GenerationStore(state);
  }

  AuthorityStore authorities() {
    return new AuthorityStore(state);
  }

  Loan loan() {
    return new Loan(state, new Loan.Service(node::serviceStart, node::sameStart));
  }

  /** What marks the processes that this rotation starts on this node. */
  String marker() {
    return plan().rotation() + "." + name();
  }

  /**
   * Whoever goes on with a rotation may have other settings than who began it; the nodes are to be
   * changed alike, so the plan decides wherever it tells.
   */
  InstallSpec installSpec() {
    Boolean renewCipher = plan().renewCipher();
    return new InstallSpec(
        marker(),
        renewCipher == null ? request.settings().renewCipher() : renewCipher,
        state.rotation(plan().rotation()),
        first(),
        plan().kind() == Plan.Kind.VENDOR,
        plan().apply());
  }

  /** The CA of our own that issues what is made here. */
  Authority authority() {
    return new Authority(state.authority(), secrets.caPassword(), secrets.ca());
  }

  Snapshot installed() throws HostException {
    return Snapshot.of(node.rollbackSet(), Snapshot.Limits.USUAL);
  }

  /** The same where it is only compared: what cannot be read is other than all that is known. */
  Sight sight() throws HostException {
    return Sight.of(node.rollbackSet(), Snapshot.Limits.USUAL);
  }

  /** Tells the differences in the directories in which certificates lie from others. */
  Predicate<Snapshot.Difference> amongCertificates() throws HostException {
    List<Path> directories = node.certificateDirectories();
    return difference -> directories.stream().anyMatch(Path.of(difference.path())::startsWith);
  }

  Instant now() {
    return host.clock().instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** The lease that this call takes or renews. */
  Lease lease(Optional<Lease> earlier) {
    Instant since =
        earlier.filter(l -> l.rotation().equals(plan().rotation())).map(Lease::since).orElse(now());
    return new Lease(
        plan().rotation(),
        request.holder().host(),
        request.holder().process(),
        since,
        now().plus(LEASE));
  }

  /** Starts the steps of this call on an open journal, renewing its lease. */
  Steps steps(Journal journal) throws HostException {
    Journal renewed = journal.with(lease(Optional.of(journal.lease())));
    journals().save(renewed);
    return new Steps(journals(), renewed, host.clock(), request.holder().process());
  }

  /** An earlier call that was killed while it installed may have left a temporary file. */
  void removeLeftovers() throws HostException {
    for (Path directory : node.certificateDirectories()) {
      AtomicFiles.removeLeftovers(directory);
    }
  }

  /**
   * A service that runs must not meet files that it cannot open.
   *
   * @param by the node that stops all of them
   * @param before what is about to be done to the files of this one
   */
  void mustBeStopped(String by, String before) throws RefusedException {
    if (!node.serviceStart().isEmpty()) {
      throw new RefusedException(
          "NOT_STOPPED",
          "The service on this node runs, and should have been stopped by "
              + by
              + " before its files are "
              + before
              + ". This node was not changed.",
          "Find out who has started it. Then run the same command again.");
    }
  }

  /**
   * Takes the lock of a call, waiting for an earlier call of the same rotation whose connection was
   * lost.
   *
   * @throws LockedException if it stays taken
   */
  CallLock lock() throws HostException, LockedException {
    return CallLock.waitFor(state.lock(), request.operation(), host.clock(), host.in(LOCK_PATIENCE))
        .orElseThrow(
            () ->
                new LockedException(
                    "BUSY",
                    "Another call of this program works on this node and has not ended within "
                        + LOCK_PATIENCE.toSeconds()
                        + " s: "
                        + CallLock.holder(state.lock()).map(Object::toString).orElse("unknown")
                        + ". Nothing was changed.",
                    "Wait until it has ended, then run the same command again."));
  }
}
