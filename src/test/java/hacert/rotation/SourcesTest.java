package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Outcome;
import hacert.result.Result;
import hacert.result.Severity;
import hacert.x509.Certificates;
import hacert.x509.EnterpriseCa;
import hacert.x509.Openssl;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the new CA comes from, in whole rotations of a pair. */
class SourcesTest {
  private static final Map<String, String> SUBJECT =
      Map.of(
          "country", "DE",
          "state", "Berlin",
          "city", "Berlin",
          "company", "Shop",
          "organization", "Ops",
          "common_name", "vendor root",
          "email", "a@example.com");

  @TempDir Path base;
  private TwoHosts pair;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base.resolve("pair"));
  }

  private List<String> codes() {
    return pair.heard.stream().flatMap(r -> r.findings().stream()).map(Finding::code).toList();
  }

  private void refused(String code) throws Exception {
    Map<String, String> one = pair.one.installed();
    Map<String, String> two = pair.two.installed();
    pair.heard.clear();
    assertThat(pair.rotate().exit()).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains(code);
    assertThat(pair.one.installed()).isEqualTo(one);
    assertThat(pair.two.installed()).isEqualTo(two);
    assertThat(pair.one.state().resolve("loan")).doesNotExist();
  }

  @Test
  void refuses_settings_that_contradict_each_other() throws Exception {
    pair.settings = Map.of("source", "given");
    refused("SOURCE_CONTRADICTION");
    pair.bundle = Map.of("x.pem", "x".getBytes(StandardCharsets.UTF_8));
    pair.settings = Map.of("source", "make");
    refused("SOURCE_CONTRADICTION");
    pair.settings = Map.of("source", "vendor");
    refused("SOURCE_CONTRADICTION");
  }

  @Test
  void refuses_to_renew_the_cipher_where_the_version_does_not_know_how() throws Exception {
    pair.settings = Map.of("renew_cipher", true);
    refused("RENEW_CIPHER_UNKNOWN");
    pair.check = true;
    refused("RENEW_CIPHER_UNKNOWN");
  }

  @Test
  void refuses_a_vendors_script_that_fails_in_the_middle_and_puts_everything_right()
      throws Exception {
    pair.settings = Map.of("source", "vendor", "subject", SUBJECT);
    pair.one.on("gen-fails-half");
    refused("GENERATE_FAILED");
  }

  @Test
  void names_a_way_out_where_the_vendors_script_makes_what_cannot_be_installed() throws Exception {
    pair.settings = Map.of("source", "vendor", "subject", SUBJECT);
    Path script = pair.one.run().resolve("workspace/ha/module/hacom/script/gen-cert.sh");
    Files.writeString(script, Files.readString(script).replace("req -x509", "req -x509 -sha1"));
    refused("CERT_WEAK_SIGNATURE");
    assertThat(pair.heard)
        .flatMap(Result::findings)
        .filteredOn(f -> f.code().equals("CERT_WEAK_SIGNATURE"))
        .isNotEmpty()
        .allSatisfy(f -> assertThat(f.remedy()).contains("hacert_source to make"));
  }

  @Test
  void runs_no_vendors_script_in_a_dry_run_and_misses_one_that_is_not_there() throws Exception {
    pair.settings = Map.of("source", "vendor", "subject", SUBJECT);
    pair.check = true;
    Map<String, String> whole = TestHost.tree(pair.one.run());
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    assertThat(codes()).contains("PASSWORD_IN_ARGUMENTS");
    assertThat(TestHost.tree(pair.one.run())).isEqualTo(whole);
    Files.delete(pair.one.run().resolve("workspace/ha/module/hacom/script/gen-cert.sh"));
    assertThat(pair.rotate().exit()).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains("SCRIPT_MISSING");
  }

  @Test
  void installs_what_the_vendors_script_made_and_leaves_nothing_of_it_behind() throws Exception {
    pair.settings = Map.of("source", "vendor", "subject", SUBJECT);
    assertThat(pair.rotate().exit()).as(codes().toString()).isEqualTo(Exit.DONE);
    for (TestHost host : pair.hosts()) {
      assertThat(
              Certificates.read(Files.readAllBytes(host.certHa().resolve("root-ca.crt")))
                  .get(0)
                  .getSubjectX500Principal()
                  .getName())
          .isEqualTo("CN=vendor root");
      assertThat(host.localCert().resolve("root-ca.srl")).doesNotExist();
      assertThat(host.state().resolve("loan")).doesNotExist();
    }
    assertThat(pair.heard)
        .filteredOn(r -> r.operation().equals("stage") && r.host().equals("mgmt1"))
        .singleElement()
        .satisfies(
            r ->
                assertThat(r.findings())
                    .anyMatch(
                        f ->
                            f.code().equals("PASSWORD_IN_ARGUMENTS")
                                && f.severity() == Severity.WARNING));
  }

  private Loan loan(StateDirectory state) {
    return new Loan(state, new Loan.Service(() -> "", String::equals));
  }

  private void lend(Loan loan) throws Exception {
    loan.during(
        List.of(pair.one.localCert(), pair.one.certHa()),
        pair.one.localCert() + "/root-ca.",
        "none",
        () -> {
          // As after kill -9: the copies and the record are there, and nobody puts it right.
          throw new TestClock.Killed();
        });
  }

  @Test
  void an_unfinished_loan_is_no_reason_to_undo_what_others_have_installed_since() throws Exception {
    Loan loan = loan(new StateDirectory(pair.one.state()));
    assertThatThrownBy(() -> lend(loan)).isInstanceOf(TestClock.Killed.class);
    Files.writeString(pair.one.certHa().resolve("server.key"), "of the operator");
    refused("LOAN_CONFLICT", loan);
    pair.check = true;
    refused("LOAN_CONFLICT", loan);
  }

  private void refused(String code, Loan loan) throws Exception {
    Map<String, String> one = pair.one.installed();
    pair.anotherRun();
    pair.heard.clear();
    assertThat(pair.rotate().exit()).isEqualTo(Exit.REFUSED);
    assertThat(codes()).contains(code);
    assertThat(pair.one.installed()).isEqualTo(one);
    assertThat(loan.open()).isTrue();
  }

  @Test
  void an_unfinished_loan_is_put_right_by_the_first_call_that_is_no_dry_run() throws Exception {
    Map<String, String> one = pair.one.installed();
    StateDirectory state = new StateDirectory(pair.one.state());
    Loan loan = loan(state);
    try {
      lend(loan);
    } catch (TestClock.Killed e) {
      Path half = pair.one.localCert().resolve("root-ca.crt");
      Files.writeString(half, "half of a new certificate");
      // Later than HA's start, and by more than the tolerance.
      Files.setLastModifiedTime(half, FileTime.from(Instant.now().plusSeconds(60)));
    }
    assertThat(loan.open()).isTrue();
    pair.check = true;
    Result seen = pair.ask("discover", pair.one, null, List.of(), null);
    assertThat(seen.findings())
        .extracting(Finding::code)
        .contains("LOAN_OPEN")
        .doesNotContain("UNPROVEN");
    assertThat(loan.open()).isTrue();
    pair.check = false;
    Result first = pair.ask("discover", pair.one, null, List.of(), null);
    assertThat(first.findings()).extracting(Finding::code).doesNotContain("LOAN_OPEN", "UNPROVEN");
    assertThat(pair.one.installed()).isEqualTo(one);
    assertThat(loan.open()).isFalse();
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
  }

  @Test
  void installs_a_given_sub_ca_with_its_root_and_a_key_of_our_password_and_is_then_not_due()
      throws Exception {
    EnterpriseCa pki = EnterpriseCa.make(base.resolve("pki"), "ec:P-256");
    pki.opensslWith(
        TestHost.PASSWORD,
        ("pkcs12 -export -inkey sub.key -in sub.crt -certfile root.crt -passout stdin -out"
                + " ca.p12")
            .split(" "));
    pair.bundle = Map.of("ca.p12", pki.bytes("ca.p12"));
    assertThat(pair.rotate().exit()).as(codes().toString()).isEqualTo(Exit.DONE);
    Path root = pair.two.certHa().resolve("root-ca.crt");
    assertThat(Certificates.read(Files.readAllBytes(root)))
        .containsExactly(
            Certificates.read(pki.bytes("sub.crt")).get(0),
            Certificates.read(pki.bytes("root.crt")).get(0));
    Openssl.ok(
        Openssl.line(TestHost.PASSWORD),
        "pkey",
        "-in",
        pair.two.certHa().resolve("root-ca.pem").toString(),
        "-passin",
        "stdin",
        "-noout");
    Openssl.ok(
        new byte[0],
        "verify",
        "-CAfile",
        root.toString(),
        pair.two.certHa().resolve("server.crt").toString());
    Driver.End again = pair.anotherRun().rotate();
    assertThat(again.plan().action()).isEqualTo(Plan.Action.NONE);
    assertThat(pair.two.journal().outcome()).isEqualTo(Outcome.SUCCEEDED);
  }

  @Test
  void goes_on_without_a_given_bundle_once_it_is_staged() throws Exception {
    EnterpriseCa pki = EnterpriseCa.make(base.resolve("pki"), "ec:P-256");
    pair.bundle =
        Map.of("all.pem", pki.join("all.pem", "root.crt", "sub.key", "sub.crt").bytes("all.pem"));
    pair.settings = Map.of("source", "given");
    pair.cutBefore("apply", 2, pair::rotate);
    pair.bundle = Map.of();
    assertThat(pair.anotherRun().rotate().exit()).as(codes().toString()).isEqualTo(Exit.DONE);
    assertThat(pair.two.root()).isEqualTo(pair.one.root());
    for (TestHost host : pair.hosts()) {
      assertThat(host.count("restarts")).isEqualTo(1);
    }
  }
}
