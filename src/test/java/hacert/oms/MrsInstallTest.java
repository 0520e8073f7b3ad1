package hacert.oms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hacert.host.HostException;
import hacert.target.Bundle;
import hacert.target.InstallSpec;
import hacert.target.Options;
import hacert.target.Secret;
import hacert.x509.Certificates;
import hacert.x509.EnterpriseCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MrsInstallTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));

  @TempDir Path base;

  @Test
  void a_second_try_writes_only_what_is_not_right_any_more() throws Exception {
    ScriptHost host = new ScriptHost(base);
    MrsInstall install = new MrsInstall(host.host(), host.layout(), host.profile());
    Path certificate = host.certHa().resolve("root-ca.crt");
    Path key = host.certHa().resolve("root-ca.pem");
    try (Bundle bundle =
        new Bundle(
            Map.of("root-ca.crt", "new".getBytes(UTF_8), "root-ca.pem", "k".getBytes(UTF_8)))) {
      install.root(bundle);
      for (Path file : List.of(certificate, key)) {
        Files.setLastModifiedTime(file, LONG_AGO);
      }
      Files.writeString(certificate, "old, put back");
      install.root(bundle);
    }
    assertThat(certificate).hasContent("new");
    assertThat(key).hasContent("k");
    assertThat(Files.getLastModifiedTime(key)).isEqualTo(LONG_AGO);
  }

  private static final String CA = "basicConstraints=critical,CA:TRUE";

  /** The organization Shoq, and no other. */
  private static final String NARROW =
      CA
          + ";nameConstraints=DER:30:17:A0:15:30:13:A4:11:30:0F:31:0D:30:0B:06:03:55:04:0A:0C:04:53:"
          + "68:6F:71";

  /** Has a script that issues this, and says that it worked. */
  private String issued(EnterpriseCa pki, String root, String leaf) throws Exception {
    ScriptHost host = new ScriptHost(base.resolve("host"));
    MrsInstall install = new MrsInstall(host.host(), host.layout(), host.profile());
    host.script(
        "replacehaSSLCert.sh",
        "cat %s >%s\necho '[INFO] Succeed to replace ha ssl cert.'"
            .formatted(pki.path(leaf), host.certHa().resolve("server.crt")));
    InstallSpec spec =
        new InstallSpec("r.mgmt1", false, base.resolve("kept"), true, false, Options.Apply.LOCAL);
    try (Secret password = new Secret("Abc-1234".getBytes(UTF_8));
        Bundle bundle =
            new Bundle(
                Map.of("root-ca.crt", pki.bytes(root), "root-ca.pem", "k".getBytes(UTF_8)))) {
      install.root(bundle);
      return install.server(bundle, password, spec, List.of());
    }
  }

  private void refused(EnterpriseCa pki, String root, String leaf, String words) {
    assertThatThrownBy(() -> issued(pki, root, leaf))
        .isInstanceOf(HostException.class)
        .hasMessageContaining(words)
        .extracting(e -> ((HostException) e).code())
        .isEqualTo("REPLACE_WITHOUT_EFFECT");
  }

  @Test
  void refuses_a_server_certificate_that_nobody_would_take() throws Exception {
    EnterpriseCa pki = EnterpriseCa.make(base.resolve("pki"), "ec:P-256");
    pki.issue("ended", "ec:P-256", "root", "subjectAltName=DNS:a", "-days", "-1");
    refused(pki, "root.crt", "ended.crt", "server.crt ended at ");
    pki.issue("narrow", "ec:P-256", "", NARROW, "-sha256");
    pki.issue("outside", "ec:P-256", "narrow", "subjectAltName=DNS:a");
    refused(pki, "narrow.crt", "outside.crt", "does not hold by RFC 5280 under its root");
    pki.issue("between", "ec:P-256", "root", NARROW);
    pki.issue("below", "ec:P-256", "between", "subjectAltName=DNS:a");
    pki.join("chain.pem", "between.crt", "root.crt");
    refused(pki, "chain.pem", "below.crt", "does not hold by RFC 5280 under its root");
    refused(pki, "root.crt", "root.crt", "is the root certificate itself");
    refused(pki, "root.crt", "below.crt", "is not issued by the CA of ");
  }

  /** What vendors' scripts issue is not what this program would. */
  @Test
  void takes_a_server_certificate_of_version_1_and_for_whatever_use() throws Exception {
    EnterpriseCa pki = EnterpriseCa.make(base.resolve("pki"), "rsa:2048");
    pki.issue("other", "ec:P-256", "root", "subjectAltName=DNS:a");
    String issues = "x509 -req -in csr -CA sub.crt -CAkey sub.key -set_serial 9 -days 99";
    pki.openssl((issues + " -sha1 -out old.crt").split(" "));
    assertThat(Certificates.read(pki.bytes("old.crt")).get(0).getVersion()).isEqualTo(1);
    pki.join("ca.pem", "sub.crt", "root.crt");
    assertThat(issued(pki, "ca.pem", "old.crt")).contains("issued by the new root");
    pki.openssl((issues + " -md5 -out older.crt").split(" "));
    assertThat(issued(pki, "ca.pem", "older.crt")).contains("issued by the new root");
    pki.issue("mail", "ec:P-256", "root", "extendedKeyUsage=critical,emailProtection");
    assertThat(issued(pki, "root.crt", "mail.crt")).contains("issued by the new root");
  }
}
