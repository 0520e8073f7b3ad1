package hacert.opengauss;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.opengauss.ClusterStatus.Datanode;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
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
import hacert.target.Options;
import hacert.target.RestartNeed;
import hacert.target.Secret;
import hacert.target.Step;
import hacert.target.Taken;
import hacert.target.VendorMaker;
import hacert.x509.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** This host as a node of an openGauss cluster. */
final class OpenGaussNode implements ManagedNode {
  private final Host host;
  private final OpenGaussProfile profile;
  private final Options options;
  private final Installation installation;
  private final LocalNode node;
  private final Ports ports;

  OpenGaussNode(Host host, NodeIdentity identity, OpenGaussProfile profile, Options options)
      throws HostException {
    this.host = host;
    this.profile = profile;
    this.options = options;
    this.installation = Installation.find(host, profile, options.environment());
    this.node = new LocalNode(installation, identity);
    this.ports = new Ports(node);
  }

  @Override
  public NodeFacts facts(boolean patient) {
    return new LocalFacts(node, ports, options).read(patient);
  }

  @Override
  public void recall(JsonNode details) {
    ClusterAssessment.details(details).ifPresent(d -> node.remember(d.status()));
  }

  @Override
  public void rolesWritten(boolean anywhere) {
    node.rolesWritten(anywhere);
  }

  static HaRole role(Datanode row) {
    return row.primary() ? HaRole.ACTIVE : row.standby() ? HaRole.STANDBY : HaRole.UNKNOWN;
  }

  private InstalledBundle read() throws HostException {
    return InstalledBundle.of(node);
  }

  @Override
  public Map<String, HaRole> roles(NodeFacts facts) {
    Map<String, HaRole> roles = new HashMap<>();
    ClusterAssessment.details(facts.details()).stream()
        .flatMap(d -> d.status().datanodes().stream())
        .forEach(row -> roles.putIfAbsent(row.name(), role(row)));
    return roles;
  }

  /** The data directory itself holds the database: of it only the files that gs_om touches. */
  @Override
  public List<Path> rollbackSet() throws HostException {
    Path data = node.dataDirectory();
    List<Path> set = new ArrayList<>();
    ServerBundle.Place.DATA.files().stream().map(data::resolve).forEach(set::add);
    set.add(data.resolve(VendorBackup.FILE));
    set.addAll(installation.sslDirectories());
    installation.dssSettings().ifPresent(set::add);
    return set;
  }

  @Override
  public boolean rollbackSetIsWhole() {
    return true;
  }

  @Override
  public List<Path> certificateDirectories() throws HostException {
    return Stream.concat(
            Stream.of(node.dataDirectory()),
            installation.sslDirectories().stream().filter(Files::isDirectory))
        .toList();
  }

  /** Others may have put files of their own into the directories. */
  @Override
  public boolean isCertificate(Path path) {
    String name = path.getFileName().toString();
    return ServerBundle.ALL.contains(name)
        || VendorBackup.FILES.contains(name)
        || installation.sslDirectories().contains(path);
  }

  @Override
  public List<Path> scratchDirectories() {
    return List.of(installation.pgHost());
  }

  @Override
  public boolean needsPassword() {
    return false;
  }

  @Override
  public List<Finding> checkPassword(Secret password) {
    return KeyPasswordRule.check(password);
  }

  @Override
  public List<Finding> checkBundle(Bundle bundle, Optional<Secret> password) {
    try (InstalledBundle installed = read()) {
      boolean ecdsa = installation.version().map(ServerVersion::allowsEcdsa).orElse(true);
      return ServerBundlePolicy.check(
          bundle,
          new Expectation(
              NewBundle.names(node.known()),
              host.clock().instant(),
              Optional.empty(),
              ecdsa,
              Map.of(),
              installed.certificates(ServerBundle.CLIENT_CERTIFICATE)));
    } catch (HostException e) {
      return List.of(e.finding());
    }
  }

  @Override
  public Made make(BundleSpec spec, Optional<Secret> password, Authority authority)
      throws HostException {
    try (InstalledBundle installed = read()) {
      return new NewBundle(node, options, installed).make(spec, password, authority);
    }
  }

  /** A bundle that is brought has its own password, in its cipher and rand files. */
  @Override
  public Taken take(Bundle given, Optional<Secret> givenPassword, Optional<Secret> password) {
    try (InstalledBundle installed = read()) {
      return new NewBundle(node, options, installed).take(given, password);
    } catch (HostException e) {
      return new Taken(new Bundle(Map.of()), List.of(e.finding()));
    }
  }

  @Override
  public Optional<VendorMaker> vendor() {
    return Optional.empty();
  }

  @Override
  public Bundle vendorBackup() throws HostException {
    return new VendorBackup(node).read();
  }

  /** gs_om asks for nothing; but the ports must answer by which it is proven. */
  @Override
  public List<Finding> checkTools() {
    return new Rehearsal(node, ports).check();
  }

  @Override
  public List<Finding> checkInstall(InstallSpec spec) {
    if (spec.apply() == Options.Apply.LOCAL || !spec.first()) {
      return List.of();
    }
    try {
      return SshTrust.of(installation).missing(node.known().datanodes());
    } catch (HostException e) {
      return List.of(e.finding());
    }
  }

  /** Only what was revoked since the last rotation is a reason for one. */
  @Override
  public List<Finding> compare(BundleSpec spec) {
    try (InstalledBundle installed = read()) {
      List<String> missing = new ArrayList<>(options.revoke());
      missing.removeAll(installed.revoked(options.revoke()));
      return missing.isEmpty()
          ? List.of()
          : List.of(
              Finding.warning(
                  "CRL_DIFFERS",
                  "hacert_revoke names certificates that the installed CRL does not: " + missing,
                  "A rotation installs a CRL that does."));
    } catch (HostException e) {
      // Said by the facts of this node.
      return List.of();
    }
  }

  @Override
  public RestartNeed restartNeed(
      Function<Path, Optional<byte[]>> content, Map<String, String> settings) {
    try (InstalledBundle installed = read()) {
      return new RestartReasons(node, options, ports.astray(installed.server()))
          .of(content, settings);
    } catch (HostException e) {
      return new RestartNeed(RestartNeed.Scope.NONE, "", List.of(e.finding()));
    }
  }

  @Override
  public List<Step> install(
      Bundle bundle, Optional<Secret> password, InstallSpec spec, List<CertificateSummary> before) {
    return List.of(new Step("certificates", () -> new CertificateStep(node).run(bundle, spec)));
  }

  /**
   * The server refuses a key that others may use, or that can be executed: such a mode may be what
   * has to be mended.
   */
  @Override
  public boolean keepsMode(int before) {
    return (before & 0177) == 0;
  }

  @Override
  public Step stop(Path runDirectory) {
    return new Step("stop", () -> new ClusterRestart(node, ports).stop(runDirectory));
  }

  @Override
  public String tidy() throws HostException {
    List<Path> removed = options.cleanUp() ? node.leftOvers().remove() : List.of();
    return removed.isEmpty() ? "" : "removed " + removed;
  }

  @Override
  public Map<String, String> settings() throws HostException {
    return new CrlSetting(node).kept();
  }

  @Override
  public String followRestored(Map<String, String> settings) throws HostException {
    List<Path> removed = node.leftOvers().remove();
    return (new CrlSetting(node).follow(settings) ? ", and ssl_crl_file follows" : "")
        + (removed.isEmpty() ? "" : ", and what gs_om left behind is removed: " + removed);
  }

  @Override
  public boolean runsEverywhere() {
    try {
      return node.status().up();
    } catch (HostException e) {
      return false;
    }
  }

  @Override
  public Step restart(Path runDirectory, String serviceStartBefore, boolean again) {
    return new Step("start", () -> new ClusterRestart(node, ports).start(runDirectory, again));
  }

  @Override
  public List<CertificateSummary> installed() {
    try (InstalledBundle installed = read()) {
      return installed.summaries();
    } catch (HostException e) {
      return List.of();
    }
  }

  @Override
  public String serviceStart() {
    try {
      return node.serverProcess();
    } catch (HostException e) {
      return "";
    }
  }

  @Override
  public boolean sameStart(String one, String other) {
    return one.equals(other);
  }

  @Override
  public boolean servedIsLoaded() {
    return true;
  }

  @Override
  public String served() {
    try {
      return ports.ownLeaf().map(Certificates::sha256).orElse("");
    } catch (HostException e) {
      return "";
    }
  }

  @Override
  public List<Finding> forewarnings() {
    return List.of();
  }

  @Override
  public String statusText() throws HostException {
    return node.statusText();
  }

  @Override
  public List<String> hostsIn(String statusText) {
    return ClusterStatusParser.parse(statusText).stream()
        .flatMap(s -> s.datanodes().stream())
        .flatMap(d -> Stream.of(d.name(), d.address()))
        .distinct()
        .toList();
  }

  @Override
  public String restartByHand() {
    return "only where the password of the key is another, or the CRL comes or goes: gs_om -t stop"
        + " before the first file, gs_om -t start after the last; ssl_crl_file of postgresql.conf"
        + " as it was set then";
  }

  @Override
  public Proof prove(String expectedDigest, boolean healthy, Proving proving) {
    try (InstalledBundle installed = read()) {
      return new ClusterProof(node, ports, installed)
          .prove(OpenGaussTarget.digestOf(installed.bundle()), expectedDigest, healthy, proving);
    } catch (HostException e) {
      return new Proof(
          false, host.clock().instant(), HaRole.UNKNOWN, List.of(), List.of(e.finding()));
    }
  }
}
