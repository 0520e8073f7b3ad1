package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.result.Outcome;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One run over pairs, each with a bundle or a password of its own. */
@Tag("long")
class BundlesIT {
  @RegisterExtension static final Lab LAB = Lab.of(12, "mixed");

  private static Map<String, Pair.Before> before;
  private static PlayRun run;
  private static Path good;

  @BeforeAll
  static void rotate_with_a_bundle_for_each_pair() {
    before = LAB.remember();
    Bundles bundles = new Bundles(LAB.files(), LAB.password());
    good = bundles.good("good");
    Playbook playbook = Playbook.rotate(LAB).set("hacert_max_failed_clusters", 10);
    bundle(playbook, 1, good).setFor(LAB.pair(1), "hacert_password", "Another-Passw0rd");
    playbook.setFor(LAB.pair(2), "hacert_password", "weak");
    bundle(playbook, 3, bundles.expired("expired"));
    bundle(playbook, 4, bundles.foreignKey("foreign"));
    bundle(playbook, 5, bundles.leaf("leaf"));
    bundle(playbook, 6, bundles.resized("cut", "root-ca.pem", 900));
    bundle(playbook, 7, bundles.resized("huge", "root-ca.crt", 2 << 20));
    bundle(playbook, 8, bundles.keyless("keyless"));
    bundle(playbook, 9, LAB.files().resolve("nowhere"));
    bundle(playbook, 10, good);
    playbook.setFor(LAB.pair(11), "hacert_password", "Co:lon{}9%x");
    playbook
        .setFor(LAB.pair(12), "hacert_password", "Co:lon{}9%x")
        .setFor(LAB.pair(12), "hacert_source", "vendor")
        .setYaml(LAB.pair(12), "hacert_subject", SourcesIT.SUBJECT);
    run = playbook.fail();
  }

  private static Playbook bundle(Playbook playbook, int pair, Path bundle) {
    return playbook.setFor(LAB.pair(pair), "hacert_bundle", bundle);
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        Arguments.of(1, "a wrong password", "KEY_PASSWORD_WRONG"),
        Arguments.of(2, "a weak password", "PASSWORD_TOO_SHORT"),
        Arguments.of(3, "an expired certificate", "CERT_EXPIRED"),
        Arguments.of(4, "the key of another certificate", "KEY_MISMATCH"),
        Arguments.of(5, "a certificate that may not issue", "CERT_NOT_CA"),
        Arguments.of(6, "a key that is cut off", "KEY_UNREADABLE"),
        Arguments.of(7, "a file of two megabytes", "FILE_UNREADABLE"),
        Arguments.of(8, "no key", "KEY_MISSING"),
        Arguments.of(9, "no bundle at all", "FILE_UNREADABLE"),
        Arguments.of(11, "a password with a colon, on 3.x", "PASSWORD_CHARACTER"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("bad")
  void is_refused_with_a_remedy_and_nothing_is_changed(int number, String name, String code) {
    Pair pair = LAB.pair(number);
    run.assertEnd(pair, Outcome.REFUSED, 3);
    assertThat(run.results())
        .filteredOn(r -> r.cluster().equals(pair.cluster()))
        .flatMap(r -> r.findings())
        .as(name)
        .filteredOn(f -> f.code().equals(code))
        .isNotEmpty()
        .extracting(Finding::remedy)
        .doesNotContain("");
    pair.assertUntouched(before.get(pair.cluster()));
  }

  @Test
  void a_password_with_a_colon_is_accepted_on_2x() {
    Pair pair = LAB.pair(12);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
  }

  @Test
  void a_good_bundle_is_installed_and_another_one_is_due() {
    Pair pair = LAB.pair(10);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertThat(pair.a().installedRoot()).isEqualTo(Bundles.serial(good));

    Path other = new Bundles(LAB.files(), LAB.password()).good("other");
    PlayRun due =
        Playbook.check(LAB).with("--limit", pair.cluster()).set("hacert_bundle", other).succeed();
    assertThat(due.text()).contains("the given bundle is not the installed one");
    PlayRun same =
        Playbook.rotate(LAB)
            .with("--limit", pair.cluster())
            .set("hacert_bundle", good)
            .succeed()
            .assertEnd(pair, Outcome.UNCHANGED, 0);
    assertThat(same.order("apply")).isEmpty();
  }
}
