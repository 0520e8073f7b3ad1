package hacert.x509;

import static org.assertj.core.api.Assertions.assertThat;

import hacert.result.CertificateSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RevocationListsTest {
  @TempDir Path directory;

  @ParameterizedTest(name = "CRL number {0}")
  @CsvSource({"1F, 1f", "0A1B, a1b"})
  void tells_the_number_and_the_digest_of_a_list_of_openssl(String number, String told)
      throws Exception {
    Path numbers = Files.writeString(directory.resolve("number"), number + "\n");
    CertificateSummary summary = list("crlnumber = " + numbers);
    byte[] der = Openssl.ok(new byte[0], "crl", "-in", path("list"), "-outform", "DER");
    assertThat(summary.serial()).isEqualTo(told);
    assertThat(summary.sha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der)));
    assertThat(summary.issuer()).isEqualTo("CN=root,O=Shop").isEqualTo(summary.subject());
  }

  @Test
  void tells_0_of_a_list_without_a_number() throws Exception {
    assertThat(list("").serial()).isEqualTo("0");
  }

  private CertificateSummary list(String more) throws Exception {
    EnterpriseCa.make(directory, "ec:P-256");
    Files.createFile(directory.resolve("index"));
    Files.writeString(
        directory.resolve("conf"),
        String.format(
            "[ca]\ndefault_ca = it\n[it]\ndatabase = %s\ndefault_md = sha256\n"
                + "default_crl_days = 30\n%s\n",
            path("index"), more));
    Openssl.ok(
        new byte[0],
        ("ca -gencrl -config %s -cert %s -keyfile %s -out %s")
            .formatted(path("conf"), path("root.crt"), path("root.key"), path("list"))
            .split(" "));
    byte[] pem = Files.readAllBytes(directory.resolve("list"));
    return RevocationLists.summary("list", RevocationLists.read(pem).get(0));
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }
}
