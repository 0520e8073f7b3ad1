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
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One run over pairs, each with another way to a certificate. */
@Tag("long")
class SourcesIT {
  @RegisterExtension static final Lab LAB = Lab.of(11, "mixed");

  /** Every part, for the vendor's script wants them all. */
  static final String SUBJECT =
      "{country: DE, state: 'Land $HOME', city: \"O'Town\", company: Shop, organization: Ops,"
          + " common_name: vendor root, email: ops@example.com}";

  private static final String BUNDLE_PASSWORD = "p12's $ecret";

  private static Map<String, Pair.Before> before;
  private static PlayRun run;
  private static Path container;
  private static boolean killed;
  private static Map<String, String> afterTheKill;
  private static boolean lent;
  private static Map<String, String> afterTheNextCall;

  @BeforeAll
  static void rotate_by_another_way_on_each_pair() throws Exception {
    // What a script may tell of the site, to whoever gets its output from record.
    Path script =
        three(1)
            .a()
            .directory()
            .resolve("opt/Bigdata/om-server/OMS/workspace/ha/module/hacom/script/gen-cert.sh");
    Files.writeString(
        script,
        "\necho 'Made by Night Shift from /home/nightshift/ca'\n",
        StandardOpenOption.APPEND);
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
    LAB.turn(three(4).a(), "gen-prompts", "1");
    Playbook playbook = Playbook.rotate(LAB).set("hacert_max_failed_clusters", 5);
    playbook.setFor(three(1), "hacert_operator", "Night Shift");
    for (Pair pair : List.of(two(0), two(1), two(2), three(1), three(2), three(4))) {
      vendor(playbook, pair);
    }
    given(playbook, three(0), container).setFor(three(0), "hacert_renew_cipher", "true");
    given(playbook, three(3), pki.path("bare.p12"));
    given(playbook, two(3), derFiles(pki));
    given(playbook, two(4), pemFiles(pki));
    playbook
        .setFor(three(5), "hacert_bundle", onePemFile())
        .setFor(three(5), "hacert_renew_cipher", "true");
    run = killedInTheScriptOf(two(1), playbook);
    assertThat(run.code()).as(run.output()).isNotZero();
  }

  private static Playbook vendor(Playbook playbook, Pair pair) {
    return playbook
        .setFor(pair, "hacert_source", "vendor")
        .setYaml(pair, "hacert_subject", SUBJECT);
  }

  private static Playbook given(Playbook playbook, Pair pair, Path bundle) {
    return playbook
        .setFor(pair, "hacert_bundle", bundle)
        .setFor(pair, "hacert_bundle_password", BUNDLE_PASSWORD);
  }

  /** A certificate, its chain, and a key in PKCS#8 that is encrypted, none of it in PEM. */
  private static Path derFiles(EnterpriseCa pki) throws IOException {
    pki.openssl("x509", "-in", "sub.crt", "-outform", "DER", "-out", "sub.cer");
    pki.openssl(
        "crl2pkcs7 -nocrl -certfile sub.crt -certfile root.crt -outform DER -out chain.p7b"
            .split(" "));
    pki.opensslWith(
        BUNDLE_PASSWORD,
        "pkcs8 -topk8 -in sub.key -v2 aes-256-cbc -passout stdin -outform DER -out sub.der"
            .split(" "));
    Path directory = Files.createDirectory(LAB.files().resolve("der"));
    Files.copy(pki.path("sub.cer"), directory.resolve("ca.cer"));
    Files.copy(pki.path("chain.p7b"), directory.resolve("chain.p7b"));
    Files.copy(pki.path("sub.der"), directory.resolve("ca.key"));
    return directory;
  }

  /** A certificate with its issuer, and a key in PKCS#1 whose headers say how it is encrypted. */
  private static Path pemFiles(EnterpriseCa pki) throws IOException {
    pki.join("chain.pem", "sub.crt", "root.crt");
    pki.opensslWith(
        BUNDLE_PASSWORD,
        "rsa -in sub.key -aes256 -traditional -passout stdin -out sub.pem".split(" "));
    Path directory = Files.createDirectory(LAB.files().resolve("pem"));
    Files.copy(pki.path("chain.pem"), directory.resolve("ca.cert"));
    Files.copy(pki.path("sub.pem"), directory.resolve("ca.pem"));
    return directory;
  }

  /** Key and certificates in one file, the key on an elliptic curve and not encrypted. */
  private static Path onePemFile() throws IOException {
    return EnterpriseCa.make(LAB.files().resolve("pki-ec"), "ec:P-256")
        .join("all.pem", "root.crt", "sub.key", "sub.crt")
        .path("all.pem");
  }

  /** Kills the call, and looks before and after the next one, which another run makes meanwhile. */
  private static PlayRun killedInTheScriptOf(Pair pair, Playbook playbook) {
    Playbook.Running running = playbook.pauseAfter("stage", pair.a()).start();
    killed = killInScript(pair.a());
    running.awaitPause();
    afterTheKill = pair.a().installed();
    lent = Files.exists(pair.a().state().resolve("loan/loan.json"));
    vendor(Playbook.rotate(LAB), pair)
        .with("--limit", pair.cluster())
        .fail()
        .assertEnd(pair, Outcome.REFUSED, 6);
    afterTheNextCall = pair.a().installed();
    return running.goOn();
  }

  /** The pairs of a mixed lab are of the two layouts by turns. */
  private static Pair two(int number) {
    return of("2x", number);
  }

  private static Pair three(int number) {
    return of("3x", number);
  }

  private static Pair of(String layout, int number) {
    return IntStream.rangeClosed(1, 11)
        .mapToObj(LAB::pair)
        .filter(p -> p.a().layout().equals(layout))
        .skip(number)
        .findFirst()
        .orElseThrow();
  }

  /** When the script has written the first of its two files. */
  private static boolean killInScript(LabHost host) {
    String old = root(host);
    return Await.holds(Command.PATIENCE, () -> !root(host).equals(old) && host.killJar());
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
  void a_call_killed_while_the_script_writes_leaves_what_the_next_call_puts_right_first() {
    Pair pair = two(1);
    Pair.Before found = before.get(pair.cluster());
    assertThat(killed).isTrue();
    assertThat(lent).as("a record of the loan").isTrue();
    assertThat(afterTheKill).isNotEqualTo(found.installed().get(pair.a().name()));
    assertThat(afterTheNextCall).isEqualTo(found.installed().get(pair.a().name()));
    boolean isNew = !pair.a().installedRoot().equals(found.root());
    if (!isNew) {
      pair.assertUntouched(found);
      vendor(Playbook.rotate(LAB), pair).with("--limit", pair.cluster()).succeed();
    }
    pair.assertAllNew(found);
    assertThat(pair.a().state().resolve("loan")).doesNotExist();
  }

  @Test
  void the_vendors_script_is_given_the_password_as_an_argument_with_a_warning() throws Exception {
    assertVendors(two(0));
    assertThat(codes(two(0))).contains("PASSWORD_IN_ARGUMENTS");
  }

  @Test
  void the_vendors_script_is_answered_each_of_its_prompts() throws Exception {
    for (Pair pair : List.of(three(1), three(4))) {
      assertVendors(pair);
      assertThat(codes(pair)).doesNotContain("PASSWORD_IN_ARGUMENTS");
    }
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
    assertSubCa(pair);
    for (LabHost host : pair.hosts()) {
      assertThat(calls(host)).anyMatch(c -> c.contains("replacehaSSLCert.sh -u"));
    }
    PlayRun again =
        given(Playbook.rotate(LAB), pair, container)
            .with("--limit", pair.cluster())
            .succeed()
            .assertEnd(pair, Outcome.UNCHANGED, 0);
    assertThat(again.order("apply")).isEmpty();
  }

  @Test
  void a_sub_ca_is_installed_with_its_root_from_files_of_any_form() throws Exception {
    for (Pair pair : List.of(two(3), two(4))) {
      assertSubCa(pair);
      assertThat(codes(pair)).doesNotContain("KEY_NOT_ENCRYPTED");
    }
  }

  private static void assertSubCa(Pair pair) throws IOException {
    run.assertEnd(pair, Outcome.SUCCEEDED, 0);
    pair.assertAllNew(before.get(pair.cluster()));
    for (LabHost host : pair.hosts()) {
      String text = Files.readString(host.certHa().resolve("root-ca.crt"));
      assertThat(text.split("BEGIN CERTIFICATE", -1)).as("the sub-CA and its root").hasSize(3);
    }
  }

  @Test
  void a_renewed_cipher_has_a_new_key_on_both_nodes_and_going_back_brings_the_old_one()
      throws Exception {
    Pair pair = three(5);
    Pair.Before found = before.get(pair.cluster());
    assertSubCa(pair);
    assertThat(codes(pair)).contains("KEY_NOT_ENCRYPTED");
    for (LabHost host : pair.hosts()) {
      assertThat(calls(host)).filteredOn(c -> c.contains("replacehaSSLCert.sh -u")).hasSize(1);
      assertThat(cipherKey(host.installed()))
          .isNotEqualTo(cipherKey(found.installed().get(host.name())));
    }
    Playbook.rollback(LAB).with("--limit", pair.cluster()).succeed();
    pair.assertAllOld(found);
  }

  @Test
  void without_the_setting_the_cipher_stays() throws Exception {
    for (Pair pair : List.of(three(1), three(4))) {
      run.assertEnd(pair, Outcome.SUCCEEDED, 0);
      for (LabHost host : pair.hosts()) {
        assertThat(calls(host))
            .filteredOn(c -> c.contains("replacehaSSLCert.sh"))
            .hasSize(1)
            .noneMatch(c -> c.contains("-u"));
        assertThat(cipherKey(host.installed()))
            .isEqualTo(cipherKey(before.get(pair.cluster()).installed().get(host.name())));
      }
    }
  }

  /** What encrypts the key's password in the HA configuration. */
  private static String cipherKey(Map<String, String> installed) {
    List<String> found =
        installed.keySet().stream().filter(name -> name.endsWith("/hacom/conf/ha.key")).toList();
    assertThat(found).hasSize(1);
    return installed.get(found.get(0));
  }
}
