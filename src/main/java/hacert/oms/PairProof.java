package hacert.oms;

import hacert.host.Deadline;
import hacert.host.HostException;
import hacert.oms.OmsStatus.NodeRow;
import hacert.probe.Credentials;
import hacert.result.Finding;
import hacert.target.HaRole;
import hacert.target.Host;
import hacert.target.ManagedNode.Proof;
import hacert.target.ManagedNode.Proving;
import hacert.target.NodeIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Proves, from one node, that the pair works with what is installed:
 *
 * <ol>
 *   <li>the files belong together, and after a replacement no other root lies where HA may read;
 *   <li>the status shows one steady active and one steady standby node in health;
 *   <li>where the status tells starts, HA on this node has another one than before its restart;
 *   <li>where the HA port is known, handshakes with both nodes show what is installed;
 *   <li>where the Manager page is known, it answers: a sign of life, whose lack is a warning.
 * </ol>
 */
final class PairProof {
  /** StartTime has whole seconds. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private final Host host;
  private final NodeIdentity node;
  private final MrsLayout layout;
  private final MrsProfile profile;
  private final StatusCommand status;
  private final SelfRow self;
  private final List<Finding> findings = new ArrayList<>();
  private HaRole now = HaRole.UNKNOWN;

  PairProof(
      Host host,
      NodeIdentity node,
      MrsLayout layout,
      MrsProfile profile,
      StatusCommand status,
      SelfRow self) {
    this.host = host;
    this.node = node;
    this.layout = layout;
    this.profile = profile;
    this.status = status;
    this.self = self;
  }

  Proof prove(String expectedDigest, boolean healthy, Proving proving) {
    Deadline end = host.inSeconds(profile.confirmSeconds());
    InstalledCertificates installed = new InstalledCertificates(layout, profile);
    files(installed, expectedDigest);
    if (proving.replaced()) {
      issued(installed);
      strays(installed);
      old(installed.otherOldCopies(proving.before()));
    }
    Optional<OmsStatus> seen = Optional.empty();
    if (!Finding.stops(findings)) {
      seen =
          proving.expired()
              ? agreement(this::steady, "this node steady in an HA role")
              : agreement(
                  s -> agrees(s, healthy),
                  "one steady active and one steady standby node in health");
    }
    now = seen.flatMap(self::in).map(MrsNode::role).orElse(HaRole.UNKNOWN);
    Instant agreed = host.clock().instant();
    if (!Finding.stops(findings) && proving.expired()) {
      findings.add(
          Finding.warning(
              "BACK_TO_EXPIRED",
              "the old certificates are back, and have expired: it is proven only that HA runs here,"
                  + " not that the nodes hear each other",
              "Rotate as soon as the cause of the failure is mended."));
    } else if (!Finding.stops(findings)) {
      ill(seen);
      swap(proving.role());
      started(seen, proving);
      handshakes(installed, seen, healthy, proving, end);
      page(proving.managerUrl(), end);
    }
    if (!Finding.stops(findings)) {
      findings.add(Alarms.after(installed.summaries(), host.clock().instant()));
    }
    return new Proof(
        !Finding.stops(findings), agreed, now, installed.summaries(), List.copyOf(findings));
  }

  private void files(InstalledCertificates installed, String expectedDigest) {
    if (!expectedDigest.isEmpty() && !installed.digest().equals(expectedDigest)) {
      findings.add(
          Finding.error(
              "INSTALLED_DIFFERS",
              String.format(
                  "%s should hold the certificates with SHA-256 %s together, and holds those with"
                      + " %s.",
                  layout.rootCertificate(), expectedDigest, installed.digest()),
              "Find out who changed it."));
    }
  }

  /** What did not belong together before a rotation does not do so after its rollback either. */
  private void issued(InstalledCertificates installed) {
    IssuedServer.breach(installed, host.clock().instant())
        .ifPresent(
            why ->
                findings.add(
                    Finding.error(
                        "SERVER_NOT_ISSUED",
                        why + ".",
                        "Look at /var/log/Bigdata/omm/oms/ha/scriptlog on this host.")));
  }

  private void strays(InstalledCertificates installed) {
    for (Path stray : installed.strayCertificates()) {
      findings.add(
          Finding.error(
              "INSTALLED_DIFFERS",
              String.format(
                  "%s should be the same as in %s, and is not: HA may read it at its next start.",
                  stray, layout.certificates()),
              "Find out who changed it."));
    }
  }

  private void old(List<Path> copies) {
    if (!copies.isEmpty()) {
      findings.add(
          Finding.warning(
              "OLD_CERTIFICATE_LEFT",
              copies
                  + " still holds the old server certificate. HA is not known to read a file of that"
                  + " name, and which it reads at its next start is not documented.",
              "Move it out of the directory, unless the vendor's scripts have put it there."));
    }
  }

  private Optional<OmsStatus> agreement(Predicate<OmsStatus> wanted, String words) {
    Duration patience = Duration.ofSeconds(profile.confirmSeconds());
    try {
      StatusCommand.Seen seen = status.await(wanted, patience);
      if (!wanted.test(seen.status())) {
        findings.add(disagreement(seen, words, patience));
      }
      return Optional.of(seen.status());
    } catch (HostException e) {
      findings.add(e.finding());
      return Optional.empty();
    }
  }

  /** Without a heartbeat a node can tell of itself only. */
  private boolean steady(OmsStatus s) {
    return self.in(s).filter(NodeRow::steady).isPresent();
  }

  private static boolean agrees(OmsStatus s, boolean healthy) {
    return s.settled()
        && count(s, "active") == 1
        && count(s, "standby") == 1
        && (!healthy || s.nodes().stream().allMatch(NodeRow::normal));
  }

  private static long count(OmsStatus s, String role) {
    return s.nodes().stream().filter(r -> r.active().equals(role)).count();
  }

  private Finding disagreement(StatusCommand.Seen seen, String words, Duration patience) {
    String rows =
        seen.status().nodes().stream()
            .map(
                r ->
                    r.nodeName() + " " + r.active() + "/" + r.allResourcesOk() + "/" + r.runPhase())
            .toList()
            .toString();
    return Finding.error(
        "PAIR_NOT_AGREED",
        String.format(
            "After %d s the pair does not show %s. The status says: %s.%s",
            patience.toSeconds(), words, rows, seen.sinceThen()),
        "Look at /var/log/Bigdata/omm/oms/ha/runlog on both nodes.");
  }

  /** Where the old state was ill, its return is proven by the roles alone. */
  private void ill(Optional<OmsStatus> seen) {
    if (seen.filter(s -> !s.nodes().stream().allMatch(NodeRow::normal)).isPresent()) {
      findings.add(
          Finding.warning(
              "UNHEALTHY",
              "the nodes agree on their HA roles, and HAAllResOK is not normal, as it was before",
              "Look at status-oms.sh and the Manager page."));
    }
  }

  private void swap(HaRole before) {
    if (before != HaRole.UNKNOWN && now != HaRole.UNKNOWN && now != before) {
      findings.add(
          Finding.warning(
              "ROLES_SWAPPED",
              String.format(
                  "this node was %s before and is %s now: the pair swapped its HA roles",
                  before.word(), now.word()),
              "Nothing has to be done; swap them back on the Manager page if it matters."));
    }
  }

  /**
   * Another start than before the restart is the proof; where none is told, nothing is proven by
   * it. A clock is believed less: the vendor's scripts may tell the time of another zone, so a
   * start before the installation is a warning.
   */
  private void started(Optional<OmsStatus> seen, Proving proving) {
    String start = seen.flatMap(self::in).map(NodeRow::startTime).orElse("");
    if (!start.isEmpty() && status.sameStart(start, proving.startBefore())) {
      findings.add(
          Finding.error(
              "NOT_RESTARTED",
              "HA runs since "
                  + start
                  + ", as before its certificates were replaced: it does not work with the new ones.",
              "Look at /var/log/Bigdata/omm/oms/ha/runlog on this host."));
      return;
    }
    Optional<Instant> started = status.moment(start).map(s -> s.plus(TOLERANCE));
    proving
        .installed()
        .filter(i -> started.filter(i::isAfter).isPresent())
        .ifPresent(
            i ->
                findings.add(
                    Finding.warning(
                        "START_TIME_EARLY",
                        String.format(
                            "HA was restarted, and says that it runs since %s, which is before its"
                                + " certificates were installed, at %s",
                            start, i),
                        "See that clock and time zone of this host and of omm are the same.")));
  }

  private void handshakes(
      InstalledCertificates installed,
      Optional<OmsStatus> seen,
      boolean healthy,
      Proving proving,
      Deadline end) {
    HaPort port = new HaPort(host, profile);
    if (!port.known()) {
      findings.add(
          Finding.info(
              "NOT_PROVEN_BY_HANDSHAKE",
              "the profile names no HA port, so no handshake was made: the proof is both nodes'"
                  + " status and, where it tells them, the start of their HA processes"));
      return;
    }
    ServerKey key = new ServerKey(layout, profile);
    Optional<Credentials.Identity> identity =
        installed.server().flatMap(s -> key.read(s, proving.password()));
    if (identity.isEmpty()) {
      findings.add(key.unusable());
    }
    Optional<NodeRow> own = seen.flatMap(self::in);
    Optional<NodeRow> other =
        own.flatMap(row -> seen.get().nodes().stream().filter(r -> !r.equals(row)).findFirst());
    String otherAddress =
        proving.peers().stream().map(NodeIdentity::address).findFirst().orElse("");
    findings.addAll(
        new Handshakes(port, installed, identity, healthy, end)
            .prove(port.of(own, node.address()), port.of(other, otherAddress)));
  }

  /** A proof that has failed already needs no sign of life to wait for. */
  private void page(String url, Deadline end) {
    if (!url.isEmpty() && now == HaRole.ACTIVE && !Finding.stops(findings)) {
      findings.add(ManagerPage.await(url, end));
    }
  }
}
