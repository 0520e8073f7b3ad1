package hacert.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.Exit;
import hacert.result.Finding;
import hacert.result.Result;
import hacert.x509.Certificates;
import hacert.x509.EnterpriseCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A given sub-CA: the issuers above it, in the same file, are part of what is installed. */
class GivenChainTest {
  @TempDir Path base;
  private TwoHosts pair;
  private EnterpriseCa pki;

  @BeforeEach
  void build() throws Exception {
    pair = new TwoHosts(base.resolve("pair"));
    pki = EnterpriseCa.make(base.resolve("pki"), "ec:P-256");
    give();
  }

  private void give() throws Exception {
    pki.join("all.pem", "sub.key", "sub.crt", "root.crt");
    pair.bundle = Map.of("all.pem", pki.bytes("all.pem"));
  }

  private void installed() throws Exception {
    for (TestHost host : pair.hosts()) {
      assertThat(Certificates.read(Files.readAllBytes(host.certHa().resolve("root-ca.crt"))))
          .containsExactly(
              Certificates.read(pki.bytes("sub.crt")).get(0),
              Certificates.read(pki.bytes("root.crt")).get(0));
    }
  }

  @Test
  void is_installed_again_once_its_root_was_renewed() throws Exception {
    assertThat(pair.rotate().exit()).as(pair.codes().toString()).isEqualTo(Exit.DONE);
    installed();
    pki.certify("root", "", "basicConstraints=critical,CA:TRUE", "-sha256", "-days", "4000");
    give();
    Driver.End renewed = pair.anotherRun().rotate();
    assertThat(renewed.exit()).as(pair.codes().toString()).isEqualTo(Exit.DONE);
    assertThat(renewed.plan().due()).extracting(Plan.Reason::code).containsExactly("NEW_BUNDLE");
    installed();
    assertThat(pair.anotherRun().rotate().plan().action()).isEqualTo(Plan.Action.NONE);
    assertThat(pair.restarts()).containsExactly(2, 2);
  }

  @Test
  void that_only_one_node_has_whole_makes_a_rotation_due() throws Exception {
    assertThat(pair.rotate().exit()).isEqualTo(Exit.DONE);
    Files.write(pair.two.certHa().resolve("root-ca.crt"), pki.bytes("sub.crt"));
    pair.bundle = Map.of();
    pair.settings = Map.of("accept_unproven", true);
    Plan plan = pair.anotherRun().plan();
    assertThat(plan.due()).extracting(Plan.Reason::code).contains("NODES_DIFFER");
  }

  /** A script that thinks of roots may copy the first certificate only. */
  @ParameterizedTest
  @ValueSource(strings = {"$cert", "$local/cert"})
  void is_missed_before_a_restart_where_the_vendors_script_trims_it(String directory)
      throws Exception {
    Path script = pair.one.omHome().resolve("sbin/replacehaSSLCert.sh");
    String said = "echo \"[INFO] Succeed to replace ha ssl cert.\"";
    String text = Files.readString(script);
    assertThat(text).contains(said);
    Files.writeString(
        script,
        text.replace(
            said,
            "openssl x509 -in \"$cert/root-ca.crt\" >\"$here/first\"\n"
                + "cat \"$here/first\" >\"DIR/root-ca.crt\"\n".replace("DIR", directory)
                + said));
    assertThat(pair.rotate().exit()).isEqualTo(Exit.ROLLED_BACK);
    List<Finding> seen =
        pair.heard.stream()
            .map(Result::findings)
            .flatMap(List::stream)
            .filter(f -> f.code().equals("REPLACE_WITHOUT_EFFECT"))
            .toList();
    assertThat(seen).isNotEmpty().allMatch(f -> f.message().contains("root-ca.crt"));
    assertThat(pair.restarts()).containsExactly(0, 0);
  }
}
