package hacert.oms;

import com.fasterxml.jackson.databind.JsonNode;
import hacert.host.HostException;
import hacert.policy.BundleFiles;
import hacert.policy.GivenCa;
import hacert.policy.RootBundlePolicy;
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
import hacert.x509.Certificates;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The target {@code mrs-ha}. */
public final class MrsTarget implements Target {
  /** Name of this target. */
  public static final String NAME = "mrs-ha";

  /** Heartbeats are mutual TLS: with an expired certificate the nodes do not hear each other. */
  private static final ExpiredCluster.Effect WITHOUT_HEARTBEAT =
      new ExpiredCluster.Effect(
          Set.of("TWO_ACTIVES", "NO_ACTIVE", "ROLES_NOT_STEADY", "ROLES_DISAGREE", "UNHEALTHY"),
          "It is the one that answers on the Manager's floating address: look with `ip addr` on both"
              + " nodes, and at the node that the Manager page names. Where both have the address,"
              + " take the one to which your clients and the Manager page go.");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public ManagedNode open(
      Host host, NodeIdentity node, String profile, JsonNode overrides, Options options)
      throws HostException {
    if (!options.equals(Options.defaults())) {
      throw new HostException(
          "OPTION_UNKNOWN",
          "The target " + NAME + " has none of the choices " + options + ".",
          "Take away what is set of hacert_apply, hacert_restart, hacert_trust, hacert_rollback,"
              + " hacert_revoke, hacert_accept_ca_change, hacert_clean_up and"
              + " hacert_opengauss_env.");
    }
    return new MrsNode(host, node, Profiles.load(profile, NAME, overrides, MrsProfile.class));
  }

  @Override
  public ClusterView assess(Map<String, NodeFacts> facts, String named, Instant now) {
    return new ExpiredCluster(facts, named, now, WITHOUT_HEARTBEAT, this)
        .judge(new PairAssessment(facts).assess());
  }

  @Override
  public String digest(Bundle bundle) {
    return RootBundle.digest(bundle);
  }

  @Override
  public Contents given(Bundle given, Secret password, Clock clock) {
    List<X509Certificate> chain = RootBundle.read(given, password, clock).chain();
    return new Contents(
        RootBundle.digest(chain),
        Map.of(
            MrsLayout.ROOT_CERTIFICATE,
            chain.stream().map(Certificates::sha256).collect(Collectors.toSet())));
  }

  @Override
  public String differing(List<NodeFacts> nodes) {
    return nodes.stream().map(NodeFacts::bundleDigest).distinct().count() > 1
        ? "root certificate"
        : "";
  }

  /** The vendor's script issues the server certificate with it. */
  @Override
  public boolean installsAsGiven() {
    return false;
  }

  @Override
  public List<String> bundleFiles() {
    return List.of(MrsLayout.ROOT_CERTIFICATE, MrsLayout.ROOT_KEY);
  }

  @Override
  public boolean mayBeGiven(String name) {
    return BundleFiles.named(name);
  }

  @Override
  public long largestGiven(String name) {
    return BundleFiles.LARGEST;
  }

  @Override
  public List<CertificateSummary> summaries(Bundle bundle, Clock clock) {
    return RootBundle.summaries(bundle);
  }

  @Override
  public Validated validate(
      String profile, JsonNode overrides, Bundle bundle, Optional<Secret> password, Clock clock)
      throws HostException {
    MrsProfile values = Profiles.load(profile, NAME, overrides, MrsProfile.class);
    List<Finding> findings = new ArrayList<>();
    password.ifPresent(p -> findings.addAll(values.password().check(p)));
    try (Secret none = new Secret(new byte[0])) {
      GivenCa given = RootBundle.read(bundle, password.orElse(none), clock);
      findings.addAll(given.findings());
      findings.addAll(RootBundlePolicy.check(given.chain(), values.partialChain(), clock));
      return new Validated(
          findings,
          given.chain().stream()
              .map(c -> Certificates.summary(MrsLayout.ROOT_CERTIFICATE, c))
              .toList());
    }
  }
}
