package hacert.opengauss;

import static hacert.opengauss.Samples.CLOCK;
import static hacert.opengauss.Samples.RANDOM;
import static hacert.opengauss.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;

import hacert.target.Bundle;
import hacert.x509.KeySpec;
import hacert.x509.Openssl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The CAs of a bundle: {@code cacert.pem}, and those on the way to it. */
class ServerBundleIssuersTest extends ServerBundleChecks {
  @Test
  void refuses_another_ca_and_none() throws Exception {
    assertThat(codes(with(bundle, "cacert.pem", Samples.authority().pem())))
        .containsExactly("CERT_NOT_ISSUED", "CERT_NOT_ISSUED");
    assertThat(codes(with(bundle, "cacert.pem", file("server.crt")))).contains("CERT_NOT_ISSUED");
    assertThat(shopCodes("server", "client", "sub.crt"))
        .containsExactly("CERT_NOT_ROOT", "CERT_NOT_ROOT");
    assertThat(shopCodes("server", "client", "root.crt"))
        .containsExactly("CERT_NOT_ISSUED", "CERT_NOT_ISSUED");
  }

  @Test
  void takes_a_chain_leaf_first_and_no_other_order() throws Exception {
    shop.join("chained.crt", "server.crt", "sub.crt");
    shop.join("turned.crt", "sub.crt", "server.crt");
    shop.join("strange.crt", "server.crt", "root.crt");
    Bundle chained = Samples.enterprise(shop, "server", "client", "ca.pem");
    Expectation anywhere =
        new Expectation(List.of(), CLOCK.instant(), Optional.empty(), true, Map.of());
    assertThat(codes(with(chained, "server.crt", shop.bytes("chained.crt")), anywhere)).isEmpty();
    assertThat(codes(with(chained, "server.crt", shop.bytes("strange.crt")), anywhere))
        .containsExactly("CERT_NOT_SINGLE");
    assertThat(codes(with(chained, "server.crt", shop.bytes("turned.crt")), anywhere))
        .contains("CERT_NOT_SINGLE", "KEY_MISMATCH");
    assertThat(
            codes(
                with(
                    with(
                        with(chained, "cacert.pem", shop.bytes("root.crt")),
                        "server.crt",
                        shop.bytes("chained.crt")),
                    "client.crt",
                    join(shop.bytes("client.crt"), shop.bytes("sub.crt"))),
                anywhere))
        .isEmpty();
  }

  @Test
  void refuses_what_its_ca_may_not_issue() throws Exception {
    shop.issue("narrow", "ec:P-256", "root", "basicConstraints=critical,CA:TRUE;" + NARROW);
    issue("outside", "ec:P-256", "narrow", SERVER);
    shop.join("narrowed.pem", "ca.pem", "narrow.crt");
    assertThat(shopCodes("outside", "client", "narrowed.pem")).containsExactly("CERT_PATH_INVALID");
  }

  private static final String BINDS = "nameConstraints=DER:";

  /** Only names below shop.example. */
  private static final String NARROW =
      BINDS + "30:12:A0:10:30:0E:82:0C:73:68:6F:70:2E:65:78:61:6D:70:6C:65";

  /** An extension that nobody knows. */
  private static final String STRANGE = "1.2.3.4.5=critical,DER:05:00";

  /** openssl applies to a root what it says, and does not look at its own signature. */
  @ParameterizedTest
  @CsvSource({
    NARROW + ", -sha256, db.shop.example, 0",
    NARROW + ", -sha256, db.other.example, 1",
    NARROW + ", -sha1, db.shop.example, 0",
    "'" + STRANGE + "', -sha256, db.shop.example, 2",
    "keyUsage=keyCertSign, -sha1, db.shop.example, 0",
    // All but shop.example; addresses of 192.0.2.0/24, mail of shop.example.
    BINDS + "30:12:A1:10:30:0E:82:0C:73:68:6F:70:2E:65:78:61:6D:70:6C:65, -sha256, a.b, 0",
    BINDS + "30:12:A1:10:30:0E:82:0C:73:68:6F:70:2E:65:78:61:6D:70:6C:65, -sha256, shop.example, 1",
    BINDS + "30:0E:A0:0C:30:0A:87:08:C0:00:02:00:FF:FF:FF:00, -sha256, a.b, 0",
    BINDS + "30:12:A0:10:30:0E:81:0C:73:68:6F:70:2E:65:78:61:6D:70:6C:65, -sha256, a.b, 0",
    // The organization Shop, and another one.
    BINDS
        + "30:17:A0:15:30:13:A4:11:30:0F:31:0D:30:0B:06:03:55:04:0A:0C:04:53:68:6F:70, -sha256, a.b, 0",
    BINDS
        + "30:17:A0:15:30:13:A4:11:30:0F:31:0D:30:0B:06:03:55:04:0A:0C:04:53:68:6F:71, -sha256, a.b, 2",
    BINDS + "30:03:A0:01:05, -sha256, a.b, 2"
  })
  void heeds_what_a_root_says_of_itself_as_openssl_does(
      String extension, String digest, String name, int refused) throws Exception {
    String ca = "basicConstraints=critical,CA:TRUE;" + extension;
    shop.issue("top", "ec:P-256", "", ca, digest);
    issue("under", "ec:P-256", "top", "extendedKeyUsage=serverAuth;subjectAltName=DNS:" + name);
    // Its common name is that of a database user, and no host name.
    issue("user", "ec:P-256", "top", CLIENT);
    List<String> wanted = new ArrayList<>();
    for (String file : List.of("under.crt", "user.crt")) {
      if (!openssl("top.crt", file)) {
        wanted.add("CERT_PATH_INVALID");
      }
    }
    assertThat(wanted).hasSize(refused);
    assertThat(shopCodes("under", "user", "top.crt")).isEqualTo(wanted);
  }

  private static boolean openssl(String trusted, String file, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("verify", "-CAfile"));
    words.add(shop.path(trusted).toString());
    words.addAll(List.of(more));
    words.add(shop.path(file).toString());
    return Openssl.run(new byte[0], words.toArray(String[]::new)).code() == 0;
  }

  @Test
  void refuses_a_ca_that_may_not_issue_on_the_way() throws Exception {
    shop.issue("lower", "ec:P-256", "sub", "basicConstraints=critical,CA:TRUE");
    issue("deep", "ec:P-256", "lower", SERVER);
    shop.join("deep.pem", "ca.pem", "lower.crt");
    assertThat(shopCodes("deep", "client", "deep.pem")).containsExactly("CERT_PATH_LENGTH");
  }

  /** A CA that changed its key has a certificate for the new one, issued with the old one. */
  @Test
  void counts_no_ca_that_names_itself_as_issuer_for_a_path_length() throws Exception {
    shop.issue("own", "ec:P-256", "", "basicConstraints=critical,CA:TRUE,pathlen:1", "-sha256");
    String ca = "basicConstraints=critical,CA:TRUE";
    shop.issue("roll", "ec:P-256", "own", ca, "-subj", "/O=Shop/CN=own");
    shop.issue("low", "ec:P-256", "roll", ca);
    issue("onlow", "ec:P-256", "low", SERVER);
    shop.join("roll.pem", "ca.pem", "own.crt", "roll.crt", "low.crt");
    assertThat(openssl("roll.pem", "onlow.crt")).isTrue();
    assertThat(shopCodes("onlow", "client", "roll.pem")).isEmpty();
    shop.issue("lower2", "ec:P-256", "low", ca);
    issue("toodeep", "ec:P-256", "lower2", SERVER);
    shop.join("roll.pem", "roll.pem", "lower2.crt");
    assertThat(openssl("roll.pem", "toodeep.crt")).isFalse();
    assertThat(shopCodes("toodeep", "client", "roll.pem")).containsExactly("CERT_PATH_LENGTH");
  }

  /** A renewed root has the same name and key; a sub-CA may say which of both it is of. */
  @Test
  void follows_the_issuer_that_a_certificate_names() throws Exception {
    String ca = "basicConstraints=critical,CA:TRUE";
    shop.issue("twin", "ec:P-256", "", ca, "-sha256", "-days", "9");
    shop.issue("bound", "ec:P-256", "twin", ca + ";authorityKeyIdentifier=issuer:always");
    issue("onbound", "ec:P-256", "bound", SERVER, "-days", "8");
    shop.join("old.pem", "ca.pem", "twin.crt", "bound.crt");
    shop.certify("twin", "", ca, "-sha256");
    shop.join("renewed.pem", "ca.pem", "twin.crt", "bound.crt");
    shop.join("twins.pem", "renewed.pem", "old.pem");
    assertThat(openssl("renewed.pem", "onbound.crt")).isFalse();
    assertThat(shopCodes("onbound", "client", "renewed.pem")).containsExactly("CERT_NOT_ROOT");
    for (String good : List.of("old.pem", "twins.pem")) {
      assertThat(openssl(good, "onbound.crt")).isTrue();
      assertThat(shopCodes("onbound", "client", good))
          .doesNotContain("CERT_NOT_ROOT", "CERT_NOT_ISSUED");
    }
  }

  @ParameterizedTest
  @CsvSource({"server, true", "client, false", "'server,client', true", "email, false"})
  void heeds_the_certificate_type_of_netscape(String type, boolean good) throws Exception {
    issue("typed", "ec:P-256", "sub", SERVER + ";nsCertType=" + type);
    assertThat(openssl("ca.pem", "typed.crt", "-purpose", "sslserver")).isEqualTo(good);
    assertThat(shopCodes("typed", "client", "ca.pem"))
        .isEqualTo(good ? List.of() : List.of("CERT_PURPOSE"));
  }

  @Test
  void names_a_ca_whose_kind_of_key_is_not_known() throws Exception {
    shop.issue("chinese", "ec:SM2", "", "basicConstraints=critical,CA:TRUE");
    Bundle given = with(bundle, "cacert.pem", join(ca.pem(), shop.bytes("chinese.crt")));
    assertThat(ServerBundlePolicy.check(given, Samples.expectation(CLOCK.instant())))
        .singleElement()
        .matches(
            f -> f.code().equals("CERT_UNREADABLE") && f.remedy().contains("leave that CA out"))
        .matches(f -> f.message().contains("1.2.156.10197.1.301, subject CN=chinese,O=Shop"));
  }

  @Test
  void warns_of_a_certificate_that_outlives_its_ca() throws Exception {
    shop.issue("brief", "ec:P-256", "root", "basicConstraints=critical,CA:TRUE", "-days", "9");
    issue("long", "ec:P-256", "brief", SERVER);
    shop.join("brief.pem", "ca.pem", "brief.crt");
    assertThat(shopCodes("long", "client", "brief.pem"))
        .containsExactly("warning CERT_OUTLIVES_CA");
  }

  @Test
  void only_warns_of_a_ca_that_is_kept_for_old_clients() throws Exception {
    CertificateAuthority old =
        CertificateAuthority.make(KeySpec.EC_P256, Samples.subject("Old"), 2, CLOCK, RANDOM);
    Bundle wide = with(bundle, "cacert.pem", Trust.withOld(ca.pem(), old.pem(), CLOCK));
    assertThat(codes(wide)).isEmpty();
    assertThat(codes(wide, Samples.expectation(CLOCK.instant().plus(DAY.multipliedBy(3)))))
        .containsExactly("warning CERT_EXPIRED");
    assertThat(codes(with(bundle, "cacert.pem", join(ca.pem(), file("server.crt")))))
        .containsExactly("warning CERT_NOT_CA", "warning CERT_PURPOSE");
  }
}
