package hacert.playbook;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.x509.EnterpriseCa;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One run over pairs, each with another way to a certificate. */
@Tag("long")
class SourcesIT {
  @RegisterExtension static final Lab LAB = Lab.of(7, "mixed");

  private static final String SUBJECT =
      "{country: DE, state: 'Land $HOME', city: \"O'Town\", company: Shop, organization: Ops,"
          + " common_name: vendor root, email: ops@example.com}";
  private static final String BUNDLE_PASSWORD = "p12's $ecret";

  private static Map<String, Pair.Before> before;
  private static PlayRun run;
  private static Path container;
  private static boolean killed;

  @BeforeAll
  static void rotate_by_another_way_on_each_pair() throws Exception {
    // What a script may tell of the site, to whoever gets its output from record.
    Path script =
        three(1)
            .a()
            .directory()
            .resolve("opt/Bigdata/om-server/OMS/workspace/ha/module/hacom/script/gen-cert.sh");
    Files.writeString(
        script, "\necho 'Made by Night Shift from /home/nightshift/ca'\n", StandardOpenOption.APPEND);
    before = LAB.remember();
    EnterpriseCa pki = EnterpriseCa.make(LAB.files().resolve("pki"), "rsa:2048");
    pki.opensslWith(
        BUNDLE_PASSWORD,
        ("pkcs12 -export -inkey sub.key -in sub.crt -certfile root.crt -passout stdin -out"
                + " full.p12")
            .split(" "));
    pki.opensslWith(
        BUNDLE_PASSWORD,
        "pkcs12 -export -inkey sub.key -in sub.crt -passout stdin -out bare.p12".split(" "));
    container = pki.path("full.p12");
    LAB.turn(two(1).a(), "gen-slow", "4");
    LAB.turn(two(2).a(), "gen-fails-half");
    LAB.turn(three(1).a(), "gen-prompts", "3");
    LAB.turn(three(2).a(), "gen-prompts", "4");
    Playbook playbook = Playbook.rotate(LAB).set("hacert_max_failed_clusters", 5);
    playbook.setFor(three(1), "hacert_operator", "Night Shift");
    for (Pair pair : List.of(two(0), two(1), two(2), three(1), three(2))) {
      playbook.setFor(pair, "hacert_source", "vendor").setYaml(pair, "hacert_subject", SUBJECT);
    }
    playbook
        .setFor(three(0), "hacert_bundle", container)
        .setFor(three(0), "hacert_bundle_password", BUNDLE_PASSWORD)
        .setFor(three(0), "hacert_renew_cipher", "true");
    playbook
        .setFor(three(3), "hacert_bundle", pki.path("bare.p12"))
        .setFor(three(3), "hacert_bundle_password", BUNDLE_PASSWORD);
    CompletableFuture<Boolean> kill = CompletableFuture.supplyAsync(() -> killInScript(two(1).a()));
    run = playbook.fail();
    killed = kill.join();
  }

  /** The pairs of a mixed lab are of the two layouts by turns. */
  private static Pair two(int number) {
    return of("2x", number);
  }

  private static Pair three(int number) {
    return of("3x", number);
  }

  private static Pair of(String layout, int number) {
    return IntStream.rangeClosed(1, 7)
        .mapToObj(LAB::pair)
        .filter(p -> p.a().layout().equals(layout))
        .skip(number)
        .findFirst()
        .orElseThrow();
  }

  /** When the script has written the first of its two files. */
  private static boolean killInScript(LabHost host) {
    String old = root(host);
    return Await.holds(Duration.ofMinutes(5), () -> !root(host).equals(old) && host.killJar());
  }

  private static String root(LabHost host) {
    try {
      return Files.readString(host.localCert().resolve("root-ca.crt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertVendors(Pair pair) throws IOException {
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    assertThat(calls(pair.a())).filteredOn(c -> c.contains("gen-cert.sh")).hasSize(1);
    assertThat(calls(pair.a()).toString())
        .contains("--state=Land $HOME --city=O'Town", "--common-name=vendor root");
    assertThat(calls(pair.b())).noneMatch(c -> c.contains("gen-cert.sh"));
  }

  private static List<String> calls(LabHost host) throws IOException {
    return Files.readAllLines(host.directory().resolve("lab/run/calls"), StandardCharsets.UTF_8);
  }

  private static List<String> codes(Pair pair) {
    return run.results().stream()
        .filter(r -> r.cluster().equals(pair.cluster()))
        .flatMap(r -> r.findings().stream())
        .map(Finding::code)
        .toList();
  }

  private static void assertRefused(Pair pair, String code) {
    run.assertEnd(pair, Outcome.REFUSED, 3);
    assertThat(codes(pair)).contains(code);
    pair.assertUntouched(before.get(pair.cluster()));
  }

  @Test
  void a_script_that_fails_in_the_middle_or_asks_too_often_is_refused_and_nothing_is_changed() {
    assertRefused(two(2), "GENERATE_FAILED");
    assertRefused(three(2), "GENERATE_ASKED_AGAIN");
  }

  @Test
  void a_sub_ca_without_its_root_is_refused_and_nothing_is_changed() {
    assertRefused(three(3), "CERT_NOT_ROOT");
  }

  @Test
  void a_call_killed_while_the_script_writes_leaves_the_directory_as_it_was() {
    assertThat(killed).isTrue();
    Pair pair = two(1);
    boolean isNew = !pair.a().installedRoot().equals(before.get(pair.cluster()).root());
    if (!isNew) {
      pair.assertUntouched(before.get(pair.cluster()));
      Playbook.rotate(LAB)
          .with("--limit", pair.cluster())
          .setFor(pair, "hacert_source", "vendor")
          .setYaml(pair, "hacert_subject", SUBJECT)
          .succeed();
    }
    pair.assertAllNew(before.get(pair.cluster()));
    assertThat(pair.a().state().resolve("loan")).doesNotExist();
  }

  @Test
  void the_vendors_script_is_given_the_password_as_an_argument_with_a_warning() throws Exception {
    assertVendors(two(0));
    assertThat(codes(two(0))).contains("PASSWORD_IN_ARGUMENTS");
  }

  @Test
  void the_vendors_script_is_answered_each_of_its_prompts() throws Exception {
    assertVendors(three(1));
    assertThat(codes(three(1))).doesNotContain("PASSWORD_IN_ARGUMENTS");
  }

  @Test
  void what_the_vendors_script_printed_can_be_given_away() throws Exception {
    Pair pair = three(1);
    LAB.byHand(
        pair.a(),
        "umask 077; mkdir recorded; java -jar ~/.hacert/lib/hacert-*.jar record %s --out recorded"
            .formatted(pair.cluster()));
    assertThat(pair.a().directory().resolve("home/recorded/generate-1.txt"))
        .content()
        .containsSubsequence(
            "Enter pass phrase for", "Verifying - Enter pass phrase for", "Enter pass phrase for")
        .contains("Generate root-ca pair success.")
        .containsPattern("Made by user\\d from /home/user\\d/ca")
        .doesNotContain(LAB.password(), pair.a().name());
  }

  @Test
  void a_sub_ca_in_a_container_is_installed_with_its_root_and_is_then_not_due() throws Exception {
    Pair pair = three(0);
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    for (LabHost host : pair.hosts()) {
      String text = Files.readString(host.certHa().resolve("root-ca.crt"));
      assertThat(text.split("BEGIN CERTIFICATE", -1)).as("the sub-CA and its root").hasSize(3);
      assertThat(calls(host)).anyMatch(c -> c.contains("replacehaSSLCert.sh -u"));
    }
    PlayRun again =
        Playbook.rotate(LAB)
            .with("--limit", pair.cluster())
            .setFor(pair, "hacert_bundle", container)
            .setFor(pair, "hacert_bundle_password", BUNDLE_PASSWORD)
            .succeed()
            .assertEnd(pair, Outcome.UNCHANGED, 0);
    assertThat(again.order("apply")).isEmpty();
  }
}
