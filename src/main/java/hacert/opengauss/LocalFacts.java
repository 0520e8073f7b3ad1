package hacert.opengauss;

import hacert.host.HostException;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.result.Severity;
import hacert.target.HaRole;
import hacert.target.NodeFacts;
import hacert.target.Options;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What this node says of itself and of its cluster; nothing is judged against other nodes. */
final class LocalFacts {
  private final LocalNode node;
  private final Ports ports;
  private final Options options;
  private final Installation installation;

  LocalFacts(LocalNode node, Ports ports, Options options) {
    this.node = node;
    this.ports = ports;
    this.options = options;
    this.installation = node.installation();
  }

  /** Reads them; see {@link hacert.target.ManagedNode#facts}. */
  NodeFacts read(boolean patient) {
    List<Finding> findings = new ArrayList<>();
    try {
      long patience = patient ? installation.profile().settleSeconds() : 0;
      ClusterStatus status =
          node.await(ClusterStatus::healthy, installation.host().inSeconds(patience));
      Optional<Datanode> self = node.self(status);
      if (self.isPresent()) {
        return facts(status, self.get(), findings);
      }
      return unknown(findings, details(status, List.of(), Map.of(), List.of()));
    } catch (HostException e) {
      findings.add(e.finding());
      return unknown(findings, null);
    }
  }

  private static NodeFacts unknown(List<Finding> findings, ClusterAssessment.Details details) {
    return new NodeFacts(
        HaRole.UNKNOWN, "", "", List.of(), "", findings, Json.mapper().valueToTree(details));
  }

  private NodeFacts facts(ClusterStatus status, Datanode self, List<Finding> findings)
      throws HostException {
    ServerConfiguration configuration = node.configuration();
    findings.addAll(configuration.findings(self.name()));
    node.leftOvers().findings(self.name()).stream().map(this::cleanable).forEach(findings::add);
    toolsDirectory().ifPresent(findings::add);
    try (InstalledBundle installed = InstalledBundle.of(node)) {
      findings.addAll(installed.findings());
      if (!installed.trustedBeside().isEmpty()) {
        findings.add(overlap(installed.trustedBeside()));
      }
      List<CertificateSummary> listsBeside = installed.listsBeside();
      listsBeside.stream().filter(this::endsSoon).map(this::ends).forEach(findings::add);
      if (configuration.ssl()) {
        served(installed).ifPresent(findings::add);
      }
      List<String> missing =
          ServerBundle.Place.DATA.files().stream()
              .filter(name -> installed.file(name).isEmpty())
              .toList();
      return new NodeFacts(
          OpenGaussNode.role(self),
          self.name(),
          node.serverProcess(),
          installed.summaries(),
          OpenGaussTarget.digestOf(installed.bundle()),
          findings,
          Json.mapper()
              .valueToTree(
                  details(status, missing, BundleParts.of(installed.bundle()), listsBeside)));
    }
  }

  private ClusterAssessment.Details details(
      ClusterStatus status,
      List<String> missing,
      Map<String, Set<String>> parts,
      List<CertificateSummary> listsBeside) {
    return new ClusterAssessment.Details(
        status,
        missing,
        parts,
        installation.knowsCurrentRoles(),
        installation.filled().keySet().stream()
            .map(place -> place.name().toLowerCase(Locale.ROOT))
            .toList(),
        listsBeside.stream().map(CertificateSummary::sha256).toList());
  }

  /** What is safe to remove is no reason to refuse where its removal is asked for. */
  private Finding cleanable(Finding f) {
    boolean stays = f.code().equals("GS_OM_RUNNING") || f.code().equals(LeftOvers.CUT_OFF);
    return options.cleanUp() && !stays && f.severity() == Severity.ERROR
        ? new Finding(
            Severity.WARNING,
            f.code(),
            f.message() + ". It is removed before the rotation, by hacert_clean_up",
            "")
        : f;
  }

  /** Older versions put nothing there; it is made for them as a matter of course. */
  private Optional<Finding> toolsDirectory() {
    if (installation.hasOm()
        || installation.version().filter(ServerVersion::installsOmDirectory).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.warning(
            "TOOLS_DIRECTORY_MISSING",
            "there is no "
                + installation.om()
                + ", where gs_om of this version puts the files for clients of this node; it makes"
                + " none, and says nothing. A rotation makes it and puts them there",
            "See where the clients of this node have their certificates from, and give them these"
                + " after the rotation."));
  }

  private boolean endsSoon(CertificateSummary list) {
    Instant now = installation.host().clock().instant();
    return Expiry.soon(list.notBefore(), list.notAfter(), now);
  }

  private Finding ends(CertificateSummary list) {
    boolean over = !installation.host().clock().instant().isBefore(list.notAfter());
    return Finding.warning(
        "CRL_EXPIRES_SOON",
        "the list of "
            + list.issuer()
            + " in "
            + list.source()
            + ", a CA that issued none of the installed certificates, "
            + (over ? "ended at " : "is valid only until ")
            + list.notAfter()
            + ": behind that the server refuses the clients of that CA, and no rotation by itself"
            + " makes it anew",
        "Bring a newer list with hacert_bundle; or end the trust in that CA, with"
            + " hacert_trust=finish.");
  }

  private static Finding overlap(List<X509Certificate> beside) {
    return new Finding(
        Severity.INFO,
        "TRUST_OVERLAP",
        "cacert.pem also trusts CAs that issued none of the installed certificates: "
            + beside.stream().map(c -> c.getSubjectX500Principal().getName()).toList(),
        "When no client needs them any more, remove them with -e hacert_trust=finish.");
  }

  /** Whether the server serves what is installed: else it is no proven way back. */
  private Optional<Finding> served(InstalledBundle installed) throws HostException {
    Optional<X509Certificate> leaf = ports.ownLeaf();
    if (leaf.isPresent() && leaf.equals(installed.server())) {
      return Optional.empty();
    }
    String seen =
        leaf.map(c -> "it serves serial " + c.getSerialNumber().toString(16))
            .orElse("it serves none: " + String.join("; ", ports.problems()));
    return Optional.of(
        Finding.error(
            "UNPROVEN",
            "the server on this node should serve the installed certificate, and "
                + seen
                + ". So what is installed is not known to work, and would be no safe way back.",
            "Find out who changed files there. To go on without a proven way back, set"
                + " hacert_accept_unproven=true."));
  }
}
