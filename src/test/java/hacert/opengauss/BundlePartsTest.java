package hacert.opengauss;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Json;
import hacert.target.Bundle;
import hacert.target.Contents;
import hacert.target.HaRole;
import hacert.target.NodeFacts;
import hacert.target.Taken;
import hacert.x509.KeySpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a given bundle is the installed one, and nodes have the same, file by file. */
class BundlePartsTest {
  private static final OpenGaussTarget TARGET = new OpenGaussTarget();

  @TempDir private Path base;
  private GaussHost host;
  private CertificateAuthority ca;
  private Bundle given;

  @BeforeEach
  void build() throws Exception {
    host = new GaussHost(base);
    ca = Samples.authority();
    given = Samples.made(ca);
  }

  private static Bundle withList(Bundle bundle, CertificateAuthority ca) throws Exception {
    BundleMaker.Revocation none = new BundleMaker.Revocation(Map.of(), 90);
    byte[] list =
        Samples.made(ca, Samples.order(KeySpec.EC_P256, Optional.of(none)))
            .files()
            .get(ServerBundle.CRL);
    return Samples.with(bundle, ServerBundle.CRL, list);
  }

  private static NodeFacts node(Bundle installed) {
    ClusterStatus status =
        new ClusterStatus("Normal", Optional.empty(), false, List.of(), List.of(), List.of());
    return new NodeFacts(
        HaRole.STANDBY,
        "db1",
        "",
        List.of(),
        OpenGaussTarget.digestOf(installed),
        List.of(),
        Json.mapper()
            .valueToTree(
                new ClusterAssessment.Details(
                    status, List.of(), BundleParts.of(installed), false, List.of(), List.of())));
  }

  private static boolean installed(Bundle given, Bundle there) {
    Contents contents = TARGET.given(given, Samples.secret(""), Samples.CLOCK);
    return TARGET.installed(contents, node(there));
  }

  /** Installs it as a rotation would, over what is there; what is installed then. */
  private Bundle rotated(Bundle next) throws Exception {
    try (InstalledBundle before =
        new InstalledBundle(host.data(), host.om(), Samples.CLOCK.instant())) {
      Taken taken = new NewBundle(host.node(), host.options(), before).take(next, Optional.empty());
      assertThat(taken.findings()).isEmpty();
      host.install(taken.bundle());
    }
    return new InstalledBundle(host.data(), host.om(), Samples.CLOCK.instant()).bundle();
  }

  @Test
  void the_same_bundle_is_installed_with_or_without_the_files_that_it_may_lack() throws Exception {
    assertThat(installed(given, given)).isTrue();
    Bundle alone = Samples.without(given, ServerBundle.JDBC_KEY);
    assertThat(installed(alone, given)).isTrue();
    assertThat(installed(given, alone)).isFalse();
    Bundle listed = withList(given, ca);
    assertThat(installed(listed, listed)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"client.crt", "client.key", "client.key.rand", "client.key.pk8"})
  void another_file_of_the_client_is_another_bundle(String name) throws Exception {
    Bundle next = Samples.with(given, name, Samples.made(ca).files().get(name));
    assertThat(OpenGaussTarget.digestOf(next)).isEqualTo(OpenGaussTarget.digestOf(given));
    assertThat(installed(next, given)).isFalse();
    assertThat(TARGET.differing(List.of(node(next), node(given)))).isEqualTo(name);
  }

  @Test
  void a_crl_that_comes_changes_or_goes_is_another_bundle() throws Exception {
    Bundle listed = withList(given, ca);
    assertThat(installed(listed, given)).isFalse();
    assertThat(installed(withList(given, ca), listed)).isFalse();
    assertThat(installed(given, listed)).isFalse();
    assertThat(TARGET.differing(List.of(node(listed), node(given)))).isEqualTo(ServerBundle.CRL);
  }

  @Test
  void a_ca_that_is_not_trusted_yet_is_another_bundle_and_one_trusted_beside_is_none()
      throws Exception {
    Bundle wider =
        Samples.with(
            given,
            ServerBundle.CA,
            Trust.withOld(ca.pem(), Samples.authority().pem(), Samples.CLOCK));
    assertThat(installed(wider, given)).isFalse();
    assertThat(installed(given, wider)).isTrue();
    assertThat(TARGET.differing(List.of(node(wider), node(given)))).isEqualTo(ServerBundle.CA);
  }

  @Test
  void what_a_rotation_has_installed_is_the_given_bundle_while_trust_overlaps_too()
      throws Exception {
    Bundle before = withList(given, ca);
    host.install(before);
    CertificateAuthority newer = Samples.authority();
    Bundle next = withList(Samples.made(newer), newer);
    assertThat(installed(next, before)).isFalse();
    Bundle after = rotated(next);
    assertThat(InstalledBundle.certificates(after, ServerBundle.CA)).hasSize(2);
    assertThat(installed(next, after)).isTrue();
    assertThat(installed(before, after)).isFalse();
  }

  @Test
  void openssl_cnf_of_one_node_alone_makes_no_rotation_due() throws Exception {
    Bundle configured =
        Samples.with(given, ServerBundle.OPENSSL_CONFIGURATION, new byte[] {'#', '\n'});
    assertThat(TARGET.differing(List.of(node(configured), node(given)))).isEmpty();
    assertThat(installed(given, configured)).isTrue();
    assertThat(installed(configured, given)).isFalse();
  }

  @Test
  void of_a_node_that_tells_no_files_the_digest_counts() {
    NodeFacts told = node(given);
    NodeFacts silent =
        new NodeFacts(
            HaRole.STANDBY, "db2", "", List.of(), told.bundleDigest(), List.of(), List.of(), null);
    Contents contents = TARGET.given(given, Samples.secret(""), Samples.CLOCK);
    assertThat(TARGET.installed(contents, silent)).isTrue();
    assertThat(TARGET.differing(List.of(told, silent))).isEmpty();
    NodeFacts other =
        new NodeFacts(HaRole.STANDBY, "db2", "", List.of(), "x", List.of(), List.of(), null);
    assertThat(TARGET.differing(List.of(told, other))).contains("server certificate");
  }
}
