package hacert.playbook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One run over clusters of openGauss, each with a bundle or password that must not be installed.
 */
@Tag("long")
class OpenGaussBundlesIT {
  private static final int CLUSTERS = 8;

  @RegisterExtension static final Lab LAB = Lab.openGauss(CLUSTERS);

  private static final Map<String, GaussCluster.Before> BEFORE = new TreeMap<>();
  private static PlayRun run;

  @BeforeAll
  static void rotate_with_a_bad_bundle_for_each_cluster() throws IOException {
    IntStream.rangeClosed(1, CLUSTERS)
        .mapToObj(LAB::gauss)
        .forEach(cluster -> BEFORE.put(cluster.cluster(), cluster.remember()));
    Path good = bundle(6);
    Path foreign = bundle(1);
    copy(good, foreign, "server.key");
    Path mixed = bundle(2);
    copy(good, mixed, "server.key.cipher");
    Path missing = bundle(4);
    Files.delete(missing.resolve("client.key.rand"));
    Path broken = Files.writeString(LAB.files().resolve("broken.zip"), "PK\3\4, and no more");
    Path cut = bundle(7);
    Files.write(
        cut.resolve("server.crt"),
        java.util.Arrays.copyOf(Files.readAllBytes(cut.resolve("server.crt")), 500));
    run =
        bundles(
                foreign,
                mixed,
                LAB.bundle(LAB.gauss(3), "bundle3", "--days", "-1"),
                missing,
                broken)
            .setFor(LAB.gauss(6), "hacert_bundle", good)
            .setFor(LAB.gauss(6), "hacert_trust", "replace")
            .setFor(LAB.gauss(7), "hacert_bundle", cut)
            .setFor(LAB.gauss(8), "hacert_password", "Sh0rt!")
            .set("hacert_max_failed_clusters", CLUSTERS)
            .fail();
  }

  private static Playbook bundles(Path... bundles) {
    Playbook playbook = Playbook.rotate(LAB);
    for (int i = 0; i < bundles.length; i++) {
      playbook.setFor(LAB.gauss(i + 1), "hacert_bundle", bundles[i]);
    }
    return playbook;
  }

  private static Path bundle(int number) {
    return LAB.bundle(LAB.gauss(number), "bundle" + number);
  }

  private static void copy(Path from, Path to, String name) throws IOException {
    Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        Arguments.of(1, "the key of another certificate", "KEY_MISMATCH"),
        Arguments.of(2, "a cipher file of another rand file", "KEY_PASSWORD_FILES_APART"),
        Arguments.of(3, "an expired certificate", "CERT_EXPIRED"),
        Arguments.of(4, "a file that is missing", "FILE_MISSING"),
        Arguments.of(5, "a package that is none", "PACKAGE_UNREADABLE"),
        Arguments.of(6, "another CA that replaces the old one", "CA_CHANGE"),
        Arguments.of(7, "a certificate that is cut off", "CERT_UNREADABLE"),
        Arguments.of(8, "a short password", "PASSWORD_TOO_SHORT"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("bad")
  void is_refused_with_a_remedy_and_nothing_is_changed(int number, String name, String code) {
    GaussCluster cluster = LAB.gauss(number);
    run.assertRefused(cluster, code);
    cluster.assertUntouched(BEFORE.get(cluster.cluster()));
  }
}
