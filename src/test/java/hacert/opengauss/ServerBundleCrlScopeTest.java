package hacert.opengauss;

import static hacert.opengauss.Samples.CLOCK;
import static hacert.opengauss.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.target.Bundle;
import hacert.x509.Openssl;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which lists the server takes for its clients, as openssl verifies them. */
class ServerBundleCrlScopeTest extends ServerBundleChecks {
  private static final String IDP = "issuingDistributionPoint=critical,@idp";

  @BeforeAll
  static void issueLists() throws Exception {
    String all = "basicConstraints=critical,CA:TRUE;subjectKeyIdentifier=hash";
    shop.issue("lists", "rsa:2048", "", all, "-sha256");
    issue("lserver", "ec:P-256", "lists", SERVER);
  }

  private static Expectation anywhere() {
    return new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of());
  }

  private static byte[] crl(String extensions, String... more) throws Exception {
    String[] parts = extensions.split(";", 2);
    Files.writeString(shop.path("index.txt"), "");
    Files.writeString(
        shop.path("ca.ext"),
        "[ca]\ndefault_ca=d\n[d]\ndatabase="
            + shop.path("index.txt")
            + "\ndefault_md=sha256\ndefault_crl_days=30\n[e]\n"
            + (parts[0].isEmpty() ? "2.5.29.20=DER:020101" : parts[0])
            + "\n[idp]\n"
            + (parts.length > 1 ? parts[1] : "")
            + "\n");
    List<String> words =
        new ArrayList<>(
            List.of(
                "ca",
                "-gencrl",
                "-config",
                "ca.ext",
                "-crlexts",
                "e",
                "-keyfile",
                "lists.key",
                "-cert",
                "lists.crt",
                "-out",
                "lists.pem"));
    words.addAll(Arrays.asList(more));
    shop.openssl(words.toArray(String[]::new));
    return shop.bytes("lists.pem");
  }

  private static boolean openssl(byte[] crl) throws Exception {
    Files.write(shop.path("all.pem"), crl);
    return Openssl.run(
                new byte[0],
                "verify",
                "-crl_check",
                "-CAfile",
                shop.path("lists.crt").toString(),
                "-CRLfile",
                shop.path("all.pem").toString(),
                shop.path("lclient.crt").toString())
            .code()
        == 0;
  }

  private static Bundle given(byte[] crl) throws Exception {
    return with(
        Samples.enterprise(shop, "lserver", "lclient", "lists.crt"), "sslcrl-file.crl", crl);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                                     |                                    | ",
        IDP + ";onlyuser=TRUE                 |                                    | ",
        IDP + ";onlyCA=TRUE                   |                                    | CRL_SCOPE",
        IDP + ";onlyAA=TRUE                   |                                    | CRL_SCOPE",
        IDP + ";indirectCRL=TRUE              |                                    | CRL_SCOPE",
        IDP + ";onlysomereasons=keyCompromise |                                    | CRL_SCOPE",
        IDP + ";fullname=URI:http://a/b       |                                    | CRL_SCOPE",
        IDP + ";fullname=URI:http://a/b       | crlDistributionPoints=URI:http://a/c | CRL_SCOPE",
        IDP + ";fullname=URI:http://a/b       | crlDistributionPoints=URI:http://a/b | ",
        "1.2.3.4=critical,ASN1:UTF8String:x   |                                    | CRL_SCOPE",
        "1.2.3.4=ASN1:UTF8String:x            |                                    | ",
        "2.5.29.27=critical,DER:020101        |                                    | ",
        "2.5.29.35=DER:3006800401020304       |                    | CRL_ISSUER CRL_MISSING",
      })
  void takes_the_lists_that_openssl_takes(String list, String client, String expected)
      throws Exception {
    issue("lclient", "ec:P-256", "lists", CLIENT + (client == null ? "" : ";" + client));
    byte[] crl = crl(list == null ? "" : list);
    assertThat(openssl(crl)).isEqualTo(expected == null);
    assertThat(codes(given(crl), anywhere()))
        .containsExactly(expected == null ? new String[0] : expected.split(" "));
  }

  /** A CA may give one list for CAs and one for all others. */
  @Test
  void one_list_of_several_that_serves_is_enough() throws Exception {
    issue("lclient", "ec:P-256", "lists", CLIENT);
    byte[] both = join(crl(IDP + ";onlyCA=TRUE"), crl(IDP + ";onlyuser=TRUE"));
    assertThat(openssl(both)).isTrue();
    assertThat(codes(given(both), anywhere())).isEmpty();
  }

  /** The list for the next month may lie there already. */
  @Test
  void a_current_list_counts_more_than_a_future_one() throws Exception {
    issue("lclient", "ec:P-256", "lists", CLIENT);
    byte[] future =
        crl("", "-crl_lastupdate", "20490101000000Z", "-crl_nextupdate", "20491201000000Z");
    assertThat(codes(given(future), anywhere())).containsExactly("CRL_NOT_YET_VALID");
    byte[] both = join(crl(""), future);
    assertThat(openssl(both)).isTrue();
    assertThat(codes(given(both), anywhere())).isEmpty();
  }

  @Test
  void warns_where_no_client_of_the_ca_is_known() throws Exception {
    Bundle wide = with(bundle, "cacert.pem", join(ca.pem(), shop.bytes("lists.crt")));
    byte[] lists = join(ca.crl(Map.of(), 30), crl(IDP + ";fullname=URI:http://a/b"));
    assertThat(codes(with(wide, "sslcrl-file.crl", lists))).containsExactly("warning CRL_SCOPE");
  }

  @Test
  void looks_for_the_digest_of_a_pss_signature() throws Exception {
    issue("lclient", "ec:P-256", "lists", CLIENT);
    String[] pss = {"-sigopt", "rsa_padding_mode:pss", "-md", "sha256"};
    assertThat(codes(given(crl("", pss)), anywhere())).isEmpty();
    pss[3] = "sha1";
    assertThat(codes(given(crl("", pss)), anywhere())).containsExactly("CERT_WEAK_SIGNATURE");
  }
}
