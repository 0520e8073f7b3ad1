package hacert.opengauss;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.host.Sha256;
import hacert.result.CertificateSummary;
import hacert.result.Finding;
import hacert.target.Bundle;
import hacert.target.ClusterView;
import hacert.target.Contents;
import hacert.target.ExpiredCluster;
import hacert.target.Host;
import hacert.target.ManagedNode;
import hacert.target.NodeFacts;
import hacert.target.NodeIdentity;
import hacert.target.Options;
import hacert.target.Profiles;
import hacert.target.Secret;
import hacert.target.Target;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The target {@code opengauss}. */
public final class OpenGaussTarget implements Target {
  /** Name of this target. */
  public static final String NAME = "opengauss";

  /** Two primaries are not among them: both may have written, and no certificate mends that. */
  private static final ExpiredCluster.Effect DEGRADED =
      new ExpiredCluster.Effect(
          Set.of("NO_ACTIVE", "ROLES_DISAGREE", "UNHEALTHY"),
          "It is the one that takes writes: `gs_ctl query -D DIRECTORY` says local_role Primary there,"
              + " and clients write to it.");

  /** What a rotation is known by; the other files are compared as {@link BundleParts}. */
  private static final List<String> DIGESTED =
      List.of(
          ServerBundle.SERVER_CERTIFICATE,
          ServerBundle.SERVER_KEY,
          ServerBundle.SERVER_KEY + ServerBundle.CIPHER,
          ServerBundle.SERVER_KEY + ServerBundle.RAND);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ManagedNode open(
      Host host, NodeIdentity node, String profile, JsonNode overrides, Options options)
      throws HostException {
    OpenGaussProfile values = Profiles.load(profile, NAME, overrides, OpenGaussProfile.class);
    return new OpenGaussNode(host, node, values, options);
  }

  @Override
  public ClusterView assess(Map<String, NodeFacts> facts, String named, Instant now) {
    return new ExpiredCluster(facts, named, now, DEGRADED, this)
        .judge(new ClusterAssessment(facts).assess());
  }

  /**
   * A call for all nodes fills the directories that its own node has, on every node: it stops half
   * way where another one lacks one, and leaves out what its own lacks. Its rollback does not stop:
   * where it cannot enter a directory it removes files of these names where it is.
   */
  @Override
  public List<Finding> checkApply(
      Map<String, NodeFacts> facts, Options.Apply apply, boolean vendorBackup) {
    Map<String, List<String>> filled = new LinkedHashMap<>();
    facts.forEach(
        (node, f) ->
            ClusterAssessment.details(f.details())
                .map(ClusterAssessment.Details::filled)
                .ifPresent(directories -> filled.put(node, directories)));
    if (apply != Options.Apply.CLUSTER || filled.values().stream().distinct().count() < 2) {
      return List.of();
    }
    return List.of(
        Finding.error(
            "UNEVEN_DIRECTORIES",
            (vendorBackup ? "hacert_rollback is vendor" : "hacert_apply is cluster")
                + ", and for that each node should have the same directories of certificates below"
                + " share/sslcert; seen are "
                + filled
                + (vendorBackup
                    ? ". One gs_om for all nodes removes client.crt and other files in the user's"
                        + " home directory where another node lacks one, and leaves one out"
                    : ". One gs_om for all nodes stops half way where another node lacks one, and"
                        + " leaves one out")
                + " everywhere that its own node lacks.",
            vendorBackup
                ? "Set hacert_rollback to vendor-local, by which each node goes back in the"
                    + " directories that it has; or to own."
                : "Set hacert_apply to local, which needs none of them. Or make those that are"
                    + " missing, as the cluster's user, with mode 0700, then run again."));
  }

  @Override
  public String digest(Bundle bundle) {
    return digestOf(bundle);
  }

  static String digestOf(Bundle bundle) {
    if (!bundle.files().keySet().containsAll(DIGESTED)) {
      return "";
    }
    MessageDigest digest = Sha256.digest();
    for (String name : DIGESTED) {
      byte[] content = bundle.files().get(name);
      digest.update((name + " " + content.length + "\n").getBytes(StandardCharsets.US_ASCII));
      digest.update(content);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public Contents given(Bundle given, Secret password, Clock clock) {
    try (Bundle files = NewBundle.unpacked(given)) {
      return new Contents(digestOf(files), BundleParts.of(files));
    } catch (HostException e) {
      return new Contents("");
    }
  }

  /** Of a node that does not tell its files, as one that was asked long ago, the digest counts. */
  @Override
  public boolean installed(Contents given, NodeFacts node) {
    Map<String, Set<String>> parts = parts(node);
    return given.digest().equals(node.bundleDigest())
        && (parts.isEmpty() || BundleParts.holds(parts, given.parts()));
  }

  @Override
  public String differing(List<NodeFacts> nodes) {
    List<Map<String, Set<String>>> told =
        nodes.stream().map(OpenGaussTarget::parts).filter(p -> !p.isEmpty()).toList();
    List<String> names = BundleParts.differing(told);
    boolean digests = nodes.stream().map(NodeFacts::bundleDigest).distinct().count() > 1;
    return names.isEmpty() && digests
        ? "server certificate, key and key password"
        : String.join(", ", names);
  }

  /** The server's: without the client's, or a CRL, the nodes serve all the same. */
  @Override
  public Optional<Instant> validUntil(List<CertificateSummary> certificates) {
    return Target.super.validUntil(InstalledBundle.ofServer(certificates));
  }

  /** With a CRL in force that has ended, the server refuses every client of its CA. */
  @Override
  public Optional<Instant> returnableUntil(List<CertificateSummary> certificates) {
    List<CertificateSummary> needed = InstalledBundle.ofServer(certificates);
    certificates.stream().filter(c -> c.source().endsWith(ServerBundle.CRL)).forEach(needed::add);
    return Target.super.validUntil(needed);
  }

  /** Of the CRLs only those of the CAs that issued the installed certificates. */
  @Override
  public List<CertificateSummary> fallingDue(NodeFacts node) {
    List<String> beside =
        ClusterAssessment.details(node.details())
            .map(ClusterAssessment.Details::listsBeside)
            .orElse(List.of());
    return Target.withoutOutlasting(
        node.installed().stream().filter(c -> !beside.contains(c.sha256())).toList());
  }

  private static Map<String, Set<String>> parts(NodeFacts node) {
    return ClusterAssessment.details(node.details())
        .map(ClusterAssessment.Details::parts)
        .orElse(Map.of());
  }

  @Override
  public boolean installsAsGiven() {
    return true;
  }

  @Override
  public List<String> bundleFiles() {
    return ServerBundle.ALL;
  }

  @Override
  public boolean mayBeGiven(String name) {
    return ServerBundle.ALL.contains(name) || BundlePackage.named(name);
  }

  @Override
  public long largestGiven(String name) {
    return BundlePackage.named(name) ? BundlePackage.LARGEST : BundlePackage.LARGEST_FILE;
  }

  @Override
  public List<CertificateSummary> summaries(Bundle bundle, Clock clock) {
    return InstalledBundle.summaries(bundle, clock.instant(), UnaryOperator.identity());
  }

  @Override
  public Validated validate(
      String profile, JsonNode overrides, Bundle bundle, Optional<Secret> password, Clock clock)
      throws HostException {
    Profiles.load(profile, NAME, overrides, OpenGaussProfile.class);
    try (Bundle files = NewBundle.unpacked(bundle)) {
      Expectation expected = new Expectation(List.of(), clock.instant(), password, true, Map.of());
      return new Validated(ServerBundlePolicy.check(files, expected), summaries(files, clock));
    } catch (HostException e) {
      return new Validated(List.of(e.finding()), List.of());
    }
  }
}
