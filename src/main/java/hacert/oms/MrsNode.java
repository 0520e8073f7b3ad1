package hacert.oms;

import hacert.host.HostException;
import hacert.host.Shell;
import hacert.oms.OmsStatus.NodeRow;
import hacert.probe.Credentials;
import hacert.probe.Endpoint;
import hacert.probe.ProbeResult;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.result.Json;
import hacert.target.Authority;
import hacert.target.Bundle;
import hacert.target.BundleSpec;
import hacert.target.HaRole;
import hacert.target.Host;
import hacert.target.InstallSpec;
import hacert.target.Made;
import hacert.target.ManagedNode;
import hacert.target.NodeFacts;
import hacert.target.NodeIdentity;
import hacert.target.RestartNeed;
import hacert.target.Secret;
import hacert.target.Step;
import hacert.target.Taken;
import hacert.target.VendorMaker;
import hacert.x509.Certificates;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** This host as a management node of a pair. */
final class MrsNode implements ManagedNode {
  /** Ten years, as the vendor's own script makes a root certificate. */
  private static final int USUAL_VALIDITY_DAYS = 3650;

  private final Host host;
  private final NodeIdentity node;
  private final MrsLayout layout;
  private final MrsProfile profile;
  private final StatusCommand status;
  private final SelfRow self;
  private final RootBundle bundles;
  private final HaPort port;

  MrsNode(Host host, NodeIdentity node, MrsProfile profile) throws HostException {
    this.host = host;
    this.node = node;
    this.profile = profile;
    this.layout = MrsLayout.of(profile, host.login());
    this.status = new StatusCommand(host, layout.statusScript(), profile.status());
    this.self = new SelfRow(node, host.environment());
    this.bundles = new RootBundle(host);
    this.port = new HaPort(host, profile);
  }

  @Override
  public NodeFacts facts(boolean patient) {
    InstalledCertificates installed = new InstalledCertificates(layout, profile);
    List<Finding> findings = new ArrayList<>(installed.findings());
    findings.addAll(layout.findings());
    Optional<OmsStatus> seen = Optional.empty();
    try {
      Duration patience = Duration.ofSeconds(patient ? profile.settleSeconds() : 0);
      StatusCommand.Seen told = status.await(OmsStatus::told, patience);
      seen = Optional.of(told.status());
      told.since().map(MrsNode::sinceThen).ifPresent(findings::add);
    } catch (HostException e) {
      findings.add(e.finding());
    }
    Optional<NodeRow> row = seen.flatMap(self::in);
    String start = row.map(NodeRow::startTime).orElse("");
    List<Finding> served = port.known() ? served(installed, row) : List.of();
    findings.addAll(served);
    // Where the handshake has told it, it does not matter that the start time cannot.
    boolean told = port.known() && served.isEmpty();
    List<Finding> doubts =
        seen.isEmpty()
            ? List.of()
            : installed.doubts(start, status.moment(start)).stream()
                .filter(f -> !told || Finding.stops(List.of(f)))
                .toList();
    return new NodeFacts(
        row.map(MrsNode::role).orElse(HaRole.UNKNOWN),
        row.map(NodeRow::nodeName).orElse(""),
        start,
        installed.summaries(),
        installed.digest(),
        findings,
        doubts,
        Json.mapper().valueToTree(seen.map(PairAssessment.Details::new).orElse(null)));
  }

  private static Finding sinceThen(HostException trouble) {
    return Finding.warning(
        trouble.code(),
        "the status was read, and then no more: " + trouble.getMessage(),
        trouble.finding().remedy());
  }

  /** Whether HA serves what is installed: a certificate put there with an old time is seen too. */
  private List<Finding> served(InstalledCertificates installed, Optional<NodeRow> row) {
    Optional<Endpoint> own = port.of(row, node.address());
    if (own.isEmpty()) {
      return List.of(HaPort.nowhere("this node"));
    }
    ProbeResult seen = port.look(own.get(), Credentials.NONE);
    Optional<X509Certificate> leaf = HaPort.leaf(seen);
    if (leaf.isEmpty()) {
      return List.of(HaPort.nothing(seen));
    }
    return leaf.equals(installed.server())
        ? List.of()
        : List.of(installed.notServed(own.get(), leaf.get()));
  }

  @Override
  public Map<String, HaRole> roles(NodeFacts facts) {
    Map<String, HaRole> roles = new HashMap<>();
    PairAssessment.status(facts.details()).stream()
        .flatMap(s -> s.nodes().stream())
        .forEach(row -> roles.put(row.nodeName(), role(row)));
    return roles;
  }

  @Override
  public List<Path> rollbackSet() {
    return layout.rollbackSet();
  }

  @Override
  public boolean rollbackSetIsWhole() {
    return !layout.lacksConfiguration();
  }

  @Override
  public List<Path> certificateDirectories() {
    return layout.certificateDirectories();
  }

  @Override
  public boolean isCertificate(Path path) {
    return certificateDirectories().stream().anyMatch(path::startsWith);
  }

  @Override
  public List<Path> scratchDirectories() {
    return List.of();
  }

  @Override
  public boolean needsPassword() {
    return true;
  }

  @Override
  public List<Finding> checkPassword(Secret password) {
    return profile.password().check(password);
  }

  @Override
  public List<Finding> checkBundle(Bundle bundle, Optional<Secret> password) {
    return RootBundle.check(bundle, password.orElseThrow(), profile.partialChain(), host.clock());
  }

  /** The root CA is what is installed: there is no other to issue it. */
  @Override
  public Made make(BundleSpec spec, Optional<Secret> password, Authority authority)
      throws HostException {
    Bundle bundle =
        bundles.make(
            spec.usually(USUAL_VALIDITY_DAYS),
            new InstalledCertificates(layout, profile).root(),
            RootBundle.keyFile(layout),
            password.orElseThrow());
    return new Made(bundle, new Bundle(Map.of()), List.of());
  }

  @Override
  public Taken take(Bundle given, Optional<Secret> givenPassword, Optional<Secret> password) {
    Secret own = password.orElseThrow();
    return bundles.take(given, givenPassword.orElse(own), RootBundle.keyFile(layout), own);
  }

  @Override
  public Bundle vendorBackup() throws HostException {
    throw new HostException(
        "NO_VENDOR_BACKUP",
        "The vendor's scripts of this target keep no backup.",
        "Run rollback-certs.yml without hacert_rollback: it brings back a generation of its own.");
  }

  /** HA loads its certificates when it starts. */
  @Override
  public RestartNeed restartNeed(
      Function<Path, Optional<byte[]>> content, Map<String, String> settings) {
    return new RestartNeed(
        RestartNeed.Scope.NODE, "HA loads its certificates when it starts", List.of());
  }

  @Override
  public Optional<VendorMaker> vendor() {
    return Optional.of(
        new GenerateStep(
            host, layout, profile.generate(), new InstalledCertificates(layout, profile).root()));
  }

  @Override
  public List<Finding> checkTools() {
    return ReplaceStep.check(host);
  }

  @Override
  public List<Finding> checkInstall(InstallSpec spec) {
    return spec.renewCipher() && profile.replace().renewCipher().isEmpty()
        ? List.of(
            Finding.error(
                "RENEW_CIPHER_UNKNOWN",
                "hacert_renew_cipher is set, and the profile knows no argument of "
                    + layout.replaceScript()
                    + " that renews the cipher suite.",
                "Take hacert_renew_cipher away; where this version has such an argument, name it"
                    + " in hacert_profile_file, key replace.renew_cipher."))
        : List.of();
  }

  @Override
  public List<Finding> compare(BundleSpec spec) {
    return new InstalledCertificates(layout, profile)
        .root()
        .map(root -> bundles.compare(spec, root))
        .orElse(List.of());
  }

  @Override
  public List<Step> install(
      Bundle bundle, Optional<Secret> password, InstallSpec spec, List<CertificateSummary> before) {
    MrsInstall install = new MrsInstall(host, layout, profile);
    return List.of(
        new Step("root", () -> install.root(bundle)),
        new Step("replace", () -> install.server(bundle, password.orElseThrow(), spec, before)));
  }

  @Override
  public boolean keepsMode(int before) {
    return true;
  }

  @Override
  public Step stop(Path runDirectory) {
    throw new IllegalStateException("each node of a pair is restarted by itself");
  }

  @Override
  public String tidy() {
    return "";
  }

  @Override
  public Map<String, String> settings() {
    return Map.of();
  }

  @Override
  public String followRestored(Map<String, String> settings) {
    return "";
  }

  @Override
  public boolean runsEverywhere() {
    throw new IllegalStateException("each node of a pair is restarted by itself");
  }

  @Override
  public Step restart(Path runDirectory, String serviceStartBefore, boolean again) {
    return new Step(
        "restart",
        () ->
            new RestartStep(host, layout, profile.restart(), status, self)
                .run(runDirectory, serviceStartBefore, again));
  }

  @Override
  public List<CertificateSummary> installed() {
    return new InstalledCertificates(layout, profile).summaries();
  }

  @Override
  public String serviceStart() {
    try {
      return self.in(status.read()).map(NodeRow::startTime).orElse("");
    } catch (HostException e) {
      // A service that is down may print anything: it does not say.
      return "";
    }
  }

  @Override
  public boolean sameStart(String one, String other) {
    return status.sameStart(one, other);
  }

  @Override
  public boolean servedIsLoaded() {
    return false;
  }

  @Override
  public String served() {
    if (!port.known()) {
      return "";
    }
    Optional<NodeRow> row;
    try {
      row = self.in(status.read());
    } catch (HostException e) {
      // While HA starts, the status may say anything; the inventory knows an address too.
      row = Optional.empty();
    }
    return port.of(row, node.address())
        .flatMap(own -> HaPort.leaf(port.look(own, Credentials.NONE)))
        .map(Certificates::sha256)
        .orElse("");
  }

  @Override
  public List<Finding> forewarnings() {
    return List.of(Alarms.expected());
  }

  @Override
  public String statusText() throws HostException {
    return status.text();
  }

  @Override
  public List<String> hostsIn(String statusText) {
    return StatusParser.parse(statusText).stream()
        .flatMap(s -> s.nodes().stream())
        .flatMap(row -> Stream.of(row.nodeName(), row.hostName()))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  @Override
  public String restartByHand() {
    return "sh " + Shell.quoted(layout.restartScript().toString());
  }

  @Override
  public Proof prove(String expectedDigest, boolean healthy, Proving proving) {
    return new PairProof(host, node, layout, profile, status, self)
        .prove(expectedDigest, healthy, proving);
  }

  /** A role is trusted in a steady phase only. */
  static HaRole role(NodeRow row) {
    if (!row.steady()) {
      return HaRole.UNKNOWN;
    }
    return row.active().equals("active") ? HaRole.ACTIVE : HaRole.STANDBY;
  }
}
